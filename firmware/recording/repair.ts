/** Mends, at boot, the recordings that a power cut ended: all their files get one length, and the document its end. */
import * as fs from 'node:fs';
import path from 'node:path';
import { removeLeftovers } from '../config/flash-safe-write.js';
import { DOCUMENT, RECORDING_ID, soundFiles, type RecordingDocument } from './recording-document.js';
import { saveDocument } from './recording-folder.js';
import { WAV_HEAD_BYTES, wavHead } from './sound-file.js';

export type Repaired = { folder: string; document: RecordingDocument };

/**
 * Mends what was not ended in a directory of recordings; returns those that still want their checksums. `failed` is told
 * of each that cannot be mended; it is left as it is.
 */
export function repairRecordings(directory: string, failed: (id: string, why: string) => void): Repaired[] {
  return fs.readdirSync(directory).flatMap((id): Repaired[] => {
    if (!RECORDING_ID.test(id)) return [];
    const folder = path.join(directory, id);
    try {
      removeLeftovers(path.join(folder, DOCUMENT));
      const document = readDocument(folder);
      if (!document) return [];
      if (document.endedAt === null) mend(folder, document);
      return document.checksums === null ? [{ folder, document }] : [];
    } catch (error) {
      failed(id, (error as Error).message);
      return [];
    }
  });
}

/** Null if the recording was cut off before it had one: nothing was stored yet. */
function readDocument(folder: string): RecordingDocument | null {
  for (const name of [DOCUMENT, `${DOCUMENT}.previous`])
    try {
      return JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8')) as RecordingDocument;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' && name !== DOCUMENT) throw error;
    }
  if (fs.readdirSync(folder).length > 0) throw new Error(`${DOCUMENT} is missing or broken`);
  fs.rmdirSync(folder);
  return null;
}

function mend(folder: string, document: RecordingDocument): void {
  const files = soundFiles(document).map((name) => path.join(folder, name));
  const samples = Math.max(0, ...files.map(samplesIn));
  for (const file of files) mendFile(file, document.rateHz, samples);
  const last = document.stretches.at(-1) ?? { at: 0, time: document.startedAt };
  const endMs = Date.parse(last.time) + (1000 * Math.max(0, samples - last.at)) / document.rateHz;
  const endedAt = new Date(endMs).toISOString();
  Object.assign(document, { endedAt, endReason: 'power cut', samples });
  for (const track of document.tracks) {
    track.leftAt ??= endedAt;
    track.talked = track.talked.filter(({ from }) => from < samples);
    for (const talk of track.talked) talk.to = Math.min(talk.to, samples);
  }
  saveDocument(folder, document, fs);
}

function samplesIn(file: string): number {
  const bytes = fs.existsSync(file) ? fs.statSync(file).size : 0;
  return Math.floor(Math.max(0, bytes - WAV_HEAD_BYTES) / 2);
}

function mendFile(file: string, rateHz: RecordingDocument['rateHz'], samples: number): void {
  const fd = fs.openSync(file, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o600);
  try {
    fs.ftruncateSync(fd, WAV_HEAD_BYTES + 2 * samples);
    fs.fdatasyncSync(fd);
    const head = wavHead(rateHz, samples);
    fs.writeSync(fd, head, 0, head.length, 0);
    fs.fdatasyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}
