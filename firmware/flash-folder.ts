/** Folders on flash that outlast a power cut. */
import * as fs from 'node:fs';
import path from 'node:path';

/** Makes a folder (mode 0700) if it is missing, and makes it last. Throws the system's error. */
export function makeFolder(folder: string): void {
  const whole = path.resolve(folder);
  const made = fs.mkdirSync(whole, { recursive: true, mode: 0o700 });
  if (made === undefined) return;
  for (let at = whole; at.length >= made.length; at = path.dirname(at)) syncFolder(path.dirname(at));
}

/** Makes the names in a folder last: of files that are new, renamed or gone. Throws the system's error. */
export function syncFolder(folder: string): void {
  const fd = fs.openSync(folder, 'r');
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}
