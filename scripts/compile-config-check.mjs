// Compiles the schema of the configuration to dist/firmware/config/config-check.js, so that a box need not at each start.
import { writeFileSync } from 'node:fs';
import { _, Ajv } from 'ajv';
import standalone from 'ajv/dist/standalone/index.js';
import { ajvOptions } from '../dist/firmware/config/schema-check.js';
import { configSchema } from '../dist/firmware/config/schema.js';

const ajv = new Ajv({ ...ajvOptions, code: { source: true, esm: true, formats: _`formats` } });
ajv.addSchema(configSchema, 'config');
const code = standalone
  .default(ajv, { configCheck: 'config' })
  .replaceAll('require("ajv/dist/runtime/ucs2length").default', 'ucs2length.default');
if (code.includes('require('))
  throw new Error('what it is compiled to needs more of ajv than is imported here');
writeFileSync(
  'dist/firmware/config/config-check.js',
  `import ucs2length from 'ajv/dist/runtime/ucs2length.js';\nimport { formats } from './formats.js';\n${code}\n`,
);
