/**
 * Replaces a file so that power may be cut at any instruction: afterwards either the old or the new content stands
 * under its name, whole. The content before is kept as `<name>.previous`.
 */
import * as fs from 'node:fs';
import path from 'node:path';
import { wroteToFlash } from '../flash-wear.js';

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

/** What a file system without hard links (FAT) answers to one. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

/**
 * Saves `content` under `file` (mode 0600). Synchronous: a configuration is small, saves are rare, and nothing may
 * come between its steps. Throws the system's error, or an Error if what was written reads back differently. Then the
 * old content still stands, unless it was the last step that failed (making the rename last): then it is the new.
 */
export function flashSafeWrite(file: string, content: Buffer, calls: SaveCalls = fs): void {
  const fresh = `${file}.new`;
  try {
    writeWhole(fresh, content, calls);
    if (calls.existsSync(file)) keepPrevious(file, calls);
    calls.renameSync(fresh, file);
  } catch (error) {
    removeLeftovers(file, calls);
    throw error;
  }
  syncDirectory(path.dirname(file), calls);
}

/** Removes what an interrupted save may have left; what cannot be removed stays. */
export function removeLeftovers(file: string, calls: SaveCalls = fs): void {
  for (const suffix of ['.new', '.keep'])
    try {
      removeIfThere(file + suffix, calls);
    } catch {
      // The next save tries again, and tells if it cannot.
    }
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

/** A link and a rename: at every instant the current name exists, and the previous one is whole or absent. */
function keepPrevious(file: string, calls: SaveCalls): void {
  const keep = `${file}.keep`;
  removeIfThere(keep, calls);
  try {
    calls.linkSync(file, keep);
  } catch (error) {
    if (!NO_LINKS.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    writeWhole(keep, calls.readFileSync(file), calls);
  }
  calls.renameSync(keep, `${file}.previous`);
  // Renaming a link to another one of the same file does nothing: it stays after a save cut between its two renames.
  removeIfThere(keep, calls);
}

function writeWhole(file: string, content: Buffer, calls: SaveCalls): void {
  removeIfThere(file, calls);
  const fd = calls.openSync(file, 'wx', 0o600);
  try {
    for (let at = 0; at < content.length;) {
      const written = calls.writeSync(fd, content, at, content.length - at);
      if (written === 0) throw new Error(`${path.basename(file)} takes no more bytes`);
      at += written;
    }
    calls.fsyncSync(fd);
    wroteToFlash(content.length);
  } finally {
    calls.closeSync(fd);
  }
  if (!calls.readFileSync(file).equals(content))
    throw new Error(`${path.basename(file)} does not read back as it was written`);
}

function removeIfThere(file: string, calls: SaveCalls): void {
  if (calls.existsSync(file)) calls.unlinkSync(file);
}
