/** Reads what a form of a page sends. */
import type { IncomingMessage } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import { MAX_BACKUP_BYTES } from '../firmware/config/backup.js';

/** What was filled in, a file being the text that is in it; or in words why it cannot be read. */
export type Form = URLSearchParams | string;

const MAX_BYTES = 64 << 10;
const MAX_UPLOAD_BYTES = MAX_BACKUP_BYTES + MAX_BYTES;
/** No page has so many boxes to tick; URLSearchParams takes long for many fields. */
const MAX_FIELDS = 2000;
/** Parts that are too many cost most: between two slices it is seen that they are. */
const SLICE_BYTES = 512;
/** The body is there already, it is read within some turns. Of some bodies Busboy says neither that it has read them nor that it cannot. */
const READING_TURNS = 100;
const LIMITS = { fieldNameSize: 100, fields: 20, parts: 20, headerPairs: 20, headerSize: 4096 };

export const NO_FORM = 'This is not what a form of a page sends.';
const TOO_MUCH = 'This is more than any form of a page sends.';

/** `takesFile`: a form that sends a file (RFC 7578) is read too. */
export async function readForm(request: IncomingMessage, takesFile: boolean): Promise<Form> {
  const { 'content-type': type = '', 'content-length': length } = request.headers;
  const isUpload = takesFile && /^multipart\/form-data\b/i.test(type);
  if (!isUpload && !/^application\/x-www-form-urlencoded\b/i.test(type)) return NO_FORM;
  const most = isUpload ? MAX_UPLOAD_BYTES : MAX_BYTES;
  if (Number(length ?? 0) > most) return TOO_MUCH;
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > most) return TOO_MUCH;
    parts.push(part);
  }
  const body = Buffer.concat(parts);
  return isUpload ? readMultipart(type, body) : readFields(body.toString('utf8'));
}

function readFields(text: string): Form {
  let fields = 1;
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', at + 1)) fields += 1;
  return fields > MAX_FIELDS ? TOO_MUCH : new URLSearchParams(text);
}

/** Reads multipart bodies: a file is a stream, or a field like others. Undefined if the Content-Type is of none. */
export function formParser(type: string, withFiles: boolean): BusboyInstance | undefined {
  try {
    return new Busboy({
      headers: { 'content-type': type },
      ...(withFiles ? {} : { isPartAFile: () => false }),
      limits: { ...LIMITS, fieldSize: withFiles ? MAX_BYTES : MAX_BACKUP_BYTES },
    });
  } catch {
    return undefined;
  }
}

/** The fields and files of a multipart body. */
export async function readMultipart(type: string, body: Buffer): Promise<Form> {
  const form = new URLSearchParams();
  let isCut = false;
  try {
    const parser = formParser(type, false);
    if (!parser) return NO_FORM;
    parser.on('field', (name, value, nameIsCut, valueIsCut) => {
      form.append(name, value);
      isCut ||= nameIsCut || valueIsCut;
    });
    for (const limit of ['fieldsLimit', 'partsLimit'] as const) parser.on(limit, () => (isCut = true));
    let outcome: string | undefined;
    for (const event of ['finish', 'error']) parser.on(event, () => (outcome ??= event));
    for (let at = 0; at < body.length && !isCut; at += SLICE_BYTES)
      parser.write(body.subarray(at, at + SLICE_BYTES));
    if (isCut) return TOO_MUCH;
    parser.end();
    for (let turn = 0; outcome === undefined && turn < READING_TURNS; turn += 1) await setImmediate();
    if (outcome !== 'finish') return NO_FORM;
  } catch {
    return NO_FORM;
  }
  return isCut ? TOO_MUCH : form;
}
