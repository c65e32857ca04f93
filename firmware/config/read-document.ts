/** Reads a configuration document from a file. */
import { readFileSync } from 'node:fs';
import { migrated } from './migrations.js';
import type { Config } from './schema.js';
import { validateConfig } from './validate.js';

const MAX_BYTES = 4 << 20;

/** The configuration in a file. Throws ConfigError, or an Error that says why there is none and shows no secret. */
export function readDocument(file: string): Config {
  const bytes = readFileSync(file);
  if (bytes.length > MAX_BYTES) throw new Error(`larger than ${MAX_BYTES} bytes`);
  return validateConfig(migrated(parse(bytes.toString('utf8').replace(/^\uFEFF/, ''))));
}

/** JSON.parse, but its message does not quote the text around the fault: that may be a password. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const position = /at position (\d+)/.exec((error as Error).message)?.[1];
    const where =
      position === undefined ? '' : ` near line ${text.slice(0, Number(position)).split('\n').length}`;
    throw new Error(`not a JSON document${where}`);
  }
}
