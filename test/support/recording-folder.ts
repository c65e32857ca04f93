/** Folders as recording leaves them: sound where somebody talked, holes elsewhere. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import path from 'node:path';
import type { RecordingDocument } from '../../firmware/recording/recording-document.js';
import { writeWav } from './wav.js';

export type Talker = {
  name: string;
  number: string;
  hz: number;
  talked: [fromS: number, toS: number][];
  /** How loud at a second, 0 to 1; loud all the time without it. */
  loudness?: (atS: number) => number;
};

export type MadeRecording = {
  id?: string;
  number?: string;
  name?: string | null;
  description?: string;
  startedAt?: string;
  seconds?: number;
  rateHz?: 8000 | 16000;
  /** It goes on. */
  open?: boolean;
  talkers?: Talker[];
};

const HEADER_BYTES = 44;
const AMPLITUDE = 8000;

/** Makes one, and tells its document. */
export function makeRecording(store: string, made: MadeRecording = {}): RecordingDocument {
  const { seconds = 2, rateHz = 8000, open = false, talkers = [] } = made;
  const startedAt = made.startedAt ?? '2026-11-24T16:00:00.000Z';
  const id = made.id ?? `${startedAt.replaceAll(/[-:]/g, '').replace('T', '-').slice(0, 15)}-1f2e3d4c`;
  const folder = path.join(store, id);
  fs.mkdirSync(folder, { recursive: true });
  const samples = seconds * rateHz;
  const sound = (name: string, heard: Talker[]) =>
    writeSound(path.join(folder, name), samples, rateHz, heard);
  sound('mix.wav', talkers);
  talkers.forEach((talker, at) => sound(`track-${at + 1}.wav`, [talker]));
  const endedAt = open ? null : new Date(Date.parse(startedAt) + 1000 * seconds).toISOString();
  const document: RecordingDocument = {
    version: 1,
    id,
    number: made.number ?? '800',
    name: made.name ?? null,
    description: made.description ?? 'Weekly',
    rateHz,
    startedAt,
    endedAt,
    endReason: open ? null : 'everybody left',
    samples,
    stretches: [{ at: 0, time: startedAt }],
    tracks: talkers.map(({ name, number, talked }, at) => ({
      track: at + 1,
      name,
      number,
      joinedAt: startedAt,
      leftAt: endedAt,
      consents: [{ time: startedAt, at: 0 }],
      talked: talked.map(([from, to]) => ({ from: from * rateHz, to: to * rateHz })),
    })),
    checksums: open || seconds > 600 ? null : checksums(folder),
  };
  fs.writeFileSync(path.join(folder, 'recording.json'), JSON.stringify(document));
  return document;
}

/** Sets the length first and writes only what is heard, so that the rest takes no space. */
function writeSound(file: string, samples: number, rateHz: number, talkers: Talker[]): void {
  const header = writeWav(new Int16Array(0), rateHz);
  header.writeUInt32LE(HEADER_BYTES - 8 + 2 * samples, 4);
  header.writeUInt32LE(2 * samples, 40);
  const fd = fs.openSync(file, 'w');
  fs.writeSync(fd, header);
  fs.ftruncateSync(fd, HEADER_BYTES + 2 * samples);
  for (const { hz, talked, loudness = () => 1 } of talkers)
    for (const [from, to] of talked) {
      const tone = Int16Array.from({ length: (to - from) * rateHz }, (_, at) =>
        Math.round(AMPLITUDE * loudness(from + at / rateHz) * Math.sin((2 * Math.PI * hz * at) / rateHz)),
      );
      fs.writeSync(fd, Buffer.from(tone.buffer), 0, tone.byteLength, HEADER_BYTES + 2 * from * rateHz);
    }
  fs.closeSync(fd);
}

function checksums(folder: string): Record<string, string> {
  return Object.fromEntries(
    fs.readdirSync(folder).map((name) => [
      name,
      createHash('sha256')
        .update(fs.readFileSync(path.join(folder, name)))
        .digest('hex'),
    ]),
  );
}
