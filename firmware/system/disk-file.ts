/** A file on a disk that somebody will pull out: it is whole, or not there. */
import * as fs from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';

/** Writes a file into a folder, over one of the same name; resolves with its path. Rejects with the system's error. */
export async function writeDiskFile(
  folder: string,
  name: string,
  content: string | Readable,
): Promise<string> {
  const file = path.join(folder, name);
  const part = `${file}.part`;
  try {
    await fs.writeFile(part, content);
    const whole = await fs.open(part);
    await whole.sync();
    await whole.close();
    await fs.rename(part, file);
    const directory = await fs.open(folder);
    await directory.sync();
    await directory.close();
  } catch (error) {
    await fs.rm(part, { force: true }).catch(() => {});
    throw error;
  }
  return file;
}
