/** The checksums of a recording that is over, made bit by bit, since its files may be large. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import path from 'node:path';
import type { SaveCalls } from '../config/flash-safe-write.js';
import { DOCUMENT, soundFiles, type RecordingDocument } from './recording-document.js';
import { saveDocument } from './recording-folder.js';

const STEP_BYTES = 1 << 20;

/** After each step something else may be done. Throws the system's error. */
export function* seal(folder: string, document: RecordingDocument, calls: SaveCalls): Generator<void, void> {
  const checksums: Record<string, string> = {};
  const bytes = Buffer.alloc(STEP_BYTES);
  for (const name of soundFiles(document)) {
    const hash = createHash('sha256');
    const fd = fs.openSync(path.join(folder, name), 'r');
    try {
      for (;;) {
        const read = fs.readSync(fd, bytes, 0, STEP_BYTES, null);
        if (read === 0) break;
        hash.update(bytes.subarray(0, read));
        yield;
      }
    } finally {
      fs.closeSync(fd);
    }
    checksums[name] = hash.digest('hex');
  }
  saveDocument(folder, { ...document, checksums }, calls);
  // What was kept in case that a save is cut is of no use any more.
  fs.rmSync(path.join(folder, `${DOCUMENT}.previous`), { force: true });
}
