/** Reads `recording.json`. The disk may have been in other hands: what is not as the box writes it is refused whole. */
import { DOCUMENT, RECORDING_ID, soundFiles, type RecordingDocument } from './recording-document.js';

/** More bytes are no document of ours: a whole day with a hundred talkers has less. */
export const MAX_DOCUMENT_BYTES = 16 << 20;

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string';
const whole: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const time: Check = (value) => text(value) && !Number.isNaN(Date.parse(value as string));
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const fields =
  (checks: Record<string, Check>): Check =>
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries(checks).every(([name, check]) => check((value as Record<string, unknown>)[name]));

const track = fields({
  track: (value) => whole(value) && value !== 0,
  name: text,
  number: text,
  joinedAt: time,
  leftAt: orNull(time),
  consents: listOf(fields({ time, at: whole })),
  talked: listOf(fields({ from: whole, to: whole })),
});

const CHECKS: Record<keyof RecordingDocument, Check> = {
  version: (value) => value === 1,
  id: (value) => text(value) && RECORDING_ID.test(value as string),
  number: text,
  name: orNull(text),
  description: text,
  rateHz: (value) => value === 8000 || value === 16000,
  startedAt: time,
  endedAt: orNull(time),
  endReason: orNull(text),
  samples: whole,
  stretches: listOf(fields({ at: whole, time })),
  tracks: listOf(track),
  checksums: orNull((value) => typeof value === 'object'),
};

/** The document of the recording `id`. Throws an Error that says which field is not right. */
export function readDocument(json: string, id: string): RecordingDocument {
  const document = JSON.parse(json) as RecordingDocument;
  if (typeof document !== 'object' || document === null) throw new Error('recording.json holds no document');
  for (const [name, check] of Object.entries(CHECKS))
    if (!check(document[name as keyof RecordingDocument]))
      throw new Error(`${name} in recording.json is not as the box writes it`);
  if (document.id !== id) throw new Error(`recording.json belongs to ${document.id}`);
  return document;
}

/** The names of all files of a recording that may be given out; nothing else in its folder is. */
export function filesOf(document: RecordingDocument): string[] {
  return [DOCUMENT, ...soundFiles(document)];
}
