/** A form that ends with a file too large for memory (RFC 7578): its fields are read, the file is given out as it comes. */
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { formParser, NO_FORM, type Form } from './form.js';

export type Upload = { fields: Form; file?: Readable };

/** Resolves at the file, or at the end of a form that has none. The file fails if it is cut off. */
export function openUpload(request: IncomingMessage): Promise<Upload> {
  const parser = formParser(request.headers['content-type'] ?? '', true);
  if (!parser) return Promise.resolve({ fields: NO_FORM });
  const fields = new URLSearchParams();
  return new Promise((resolve) => {
    let file: Readable | undefined;
    const fail = (error: Error) => {
      file?.destroy(error);
      leaveUpload(request);
      resolve({ fields: NO_FORM });
    };
    parser.on('field', (name, value) => fields.append(name, value));
    parser.on('file', (_, stream) => {
      // Whoever reads it hears of its errors; perhaps nobody does.
      stream.on('error', () => {});
      if (file) return void stream.resume();
      file = stream;
      resolve({ fields, file });
    });
    parser.once('finish', () => resolve({ fields }));
    parser.on('error', fail);
    request.once('close', () => void (request.complete || fail(new Error('it was cut off'))));
    request.pipe(parser);
  });
}

/** Lets the rest go by, so that the browser comes to see the answer. */
export function leaveUpload(request: IncomingMessage): void {
  request.unpipe();
  request.resume();
}
