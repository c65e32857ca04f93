/** Reads a configuration document from a file. */
import { readFileSync } from 'node:fs';
import { migrated } from './migrations.js';
import { ConfigError } from './schema-check.js';
import type { Config } from './schema.js';
import { validateConfig } from './validate.js';

const MAX_BYTES = 4 << 20;

/** Fields inside of fields that are left out show nothing new: so often is looked again. */
const MAX_LOOKS = 10;

/**
 * The configuration in a file. What this firmware does not know is left out, and named by JSON pointers: a newer one may
 * have written it, before an update was taken back. Throws ConfigError, or an Error that says why there is none and shows
 * no secret.
 */
export function readDocument(file: string): { config: Config; leftOut: string[] } {
  const bytes = readFileSync(file);
  if (bytes.length > MAX_BYTES) throw new Error(`larger than ${MAX_BYTES} bytes`);
  const document = migrated(parse(bytes.toString('utf8').replace(/^\uFEFF/, '')));
  const leftOut: string[] = [];
  for (let look = 0; ; look++) {
    try {
      return { config: validateConfig(document), leftOut };
    } catch (error) {
      if (!(error instanceof ConfigError) || look === MAX_LOOKS) throw error;
      const unknown = error.problems.filter(({ value }) => value === 'unknown').map(({ path }) => path);
      if (unknown.length === 0) throw error;
      for (const pointer of unknown) leaveOut(document, pointer);
      leftOut.push(...unknown);
    }
  }
}

/** Takes what a JSON pointer names (RFC 6901) out of a document. */
function leaveOut(document: unknown, pointer: string): void {
  const names = pointer
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = names.pop()!;
  const owner = names.reduce((node, name) => (node as Record<string, unknown>)[name], document);
  delete (owner as Record<string, unknown>)[last];
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
