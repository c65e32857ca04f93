/** What the schema of the configuration is compiled to by scripts/compile-config-check.mjs: at each start it would take a fifth of a second. */
import type { Check } from './schema-check.js';
import type { Config } from './schema.js';

export const configCheck: Check<Config>;
