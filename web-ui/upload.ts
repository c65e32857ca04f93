/** A form that ends with a file too large for memory (RFC 7578): its fields are read, the file is given out as it comes. */
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { formParser, type Form } from './form.js';

export type Upload = { fields: Form; file?: Readable };

/** Resolves at the file, or at the end of a form that has none. The file fails if it is cut off. */
export async function openUpload(request: IncomingMessage): Promise<Upload> {
  const parser = formParser(request.headers['content-type'] ?? '', true);
  if (!parser) return { fields: 'This is not what a form with a file sends.' };
  const fields = new URLSearchParams();
  parser.on('field', (name, value) => fields.append(name, value));
  return new Promise((resolve) => {
    let file: Readable | undefined;
    parser.on('file', (_, stream) => {
      if (file) return void stream.resume();
      file = stream;
      resolve({ fields, file });
    });
    pipeline(request, parser).then(
      () => resolve({ fields }),
      (error: Error) => {
        file?.destroy(error);
        resolve({ fields: 'This is not what a form with a file sends.' });
      },
    );
  });
}
