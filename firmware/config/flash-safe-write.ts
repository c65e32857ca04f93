/**
 * Replaces a file so that power may be cut at any instruction: afterwards either the old or the new content stands
 * under its name, whole. The content before is kept as `<name>.previous`.
 */
import * as fs from 'node:fs';
import path from 'node:path';

/** The system calls of a save, so that a test can let each one fail or be the last. */
export type SaveCalls = Pick<
  typeof fs,
  | 'openSync'
  | 'writeSync'
  | 'fsyncSync'
  | 'closeSync'
  | 'readFileSync'
  | 'linkSync'
  | 'renameSync'
  | 'unlinkSync'
  | 'existsSync'
>;

/**
 * Saves `content` under `file` (mode 0600). Synchronous: a configuration is small, saves are rare, and nothing may
 * come between its steps. Throws the system's error, or an Error if what was written reads back differently; the old
 * content then still stands.
 */
export function flashSafeWrite(file: string, content: Buffer, calls: SaveCalls = fs): void {
  const fresh = `${file}.new`;
  const previous = `${file}.previous`;
  removeIfThere(fresh, calls);
  const fd = calls.openSync(fresh, 'wx', 0o600);
  try {
    for (let at = 0; at < content.length;) at += calls.writeSync(fd, content, at, content.length - at);
    calls.fsyncSync(fd);
  } finally {
    calls.closeSync(fd);
  }
  if (!calls.readFileSync(fresh).equals(content))
    throw new Error(`${fresh} does not read back as it was written`);
  if (calls.existsSync(file)) {
    // A link and two renames: at every instant the current name exists, and previous is whole or absent.
    const keep = `${file}.keep`;
    removeIfThere(keep, calls);
    calls.linkSync(file, keep);
    calls.renameSync(keep, previous);
  }
  calls.renameSync(fresh, file);
  syncDirectory(path.dirname(file), calls);
}

/** Removes what an interrupted save may have left. */
export function removeLeftovers(file: string): void {
  for (const suffix of ['.new', '.keep']) removeIfThere(file + suffix, fs);
}

/** Makes renames in a directory last over a power cut. */
export function syncDirectory(directory: string, calls: SaveCalls = fs): void {
  const fd = calls.openSync(directory, 'r');
  try {
    calls.fsyncSync(fd);
  } finally {
    calls.closeSync(fd);
  }
}

function removeIfThere(file: string, calls: SaveCalls): void {
  if (calls.existsSync(file)) calls.unlinkSync(file);
}
