/** JSON schemas of what the API tells of recordings; a test holds real answers against them. */
import { list, object, text, time, whole, type Schema } from './results.js';

const orNull = (schema: { type: string }): Schema => ({ ...schema, type: [schema.type, 'null'] });
const day = {
  type: 'string',
  description: 'the day on which its age ends it, where the box is: 2026-01-31; null is never',
};
const told: Record<string, Schema> = {
  id: text,
  number: text,
  name: orNull({ ...text }),
  description: text,
  startedAt: time,
  endedAt: orNull(time),
  endReason: orNull(text),
  deletedOn: orNull(day),
};

export const recordingsResult = object({
  total: whole,
  usedBytes: whole,
  recordings: list(
    object({
      ...told,
      seconds: whole,
      bytes: whole,
      participants: list(object({ name: text, number: text })),
    }),
  ),
  'next?': text,
});

export const recordingResult = object(
  {
    ...told,
    version: { const: 1 },
    rateHz: { enum: [8000, 16000] },
    samples: whole,
    stretches: list(object({ at: whole, time })),
    tracks: list(
      object({
        track: whole,
        name: text,
        number: text,
        joinedAt: time,
        leftAt: orNull(time),
        consents: list(object({ time, at: whole })),
        talked: list(object({ from: whole, to: whole })),
      }),
    ),
    checksums: { type: ['object', 'null'], additionalProperties: text },
    files: list(object({ name: text, bytes: whole })),
  },
  'positions are samples since the beginning, the same in all files',
);

export const peaksResult = object({
  files: {
    type: ['object', 'null'],
    additionalProperties: list(whole),
    description: 'by the name of the file: how loud, 0 to 255, over its length',
  },
});

export const accessResult = list(
  object({
    time,
    by: text,
    what: { enum: ['listened', 'downloaded', 'deleted'] },
    recording: text,
    'file?': text,
  }),
);
