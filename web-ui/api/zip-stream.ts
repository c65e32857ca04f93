/** Files as one zip, made while it is sent: nothing waits in memory or on the disk. */
import type { Readable } from 'node:stream';
import { ZipFile } from 'yazl';

export type Packed = { name: string; bytes: number; changedMs: number; open: () => Promise<Readable> };

/** Of sound it saves little whatever the level; of the silence in tracks it leaves nothing, quickly. */
const LEVEL = 1;

/** The zip; it breaks off if a file cannot be read, or is not as long as it was said to be. */
export function zipStream(files: readonly Packed[]): Readable {
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  let input: Readable | undefined;
  zip.once('error', (error: Error) => output.destroy(error));
  // Whoever downloads may leave in the middle of a file.
  output.once('close', () => input?.destroy());
  for (const { name, bytes, changedMs, open } of files) {
    const options = { size: bytes, mtime: new Date(changedMs), compressionLevel: LEVEL };
    zip.addReadStreamLazy(name, options, (take) => {
      open().then(
        (stream) => {
          input = stream;
          stream.once('error', (error) => output.destroy(error));
          if (output.destroyed) stream.destroy();
          else take(null, stream);
        },
        (error: Error) => output.destroy(error),
      );
    });
  }
  zip.end();
  return output;
}
