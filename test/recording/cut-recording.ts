/** What three voices say into a recording, and what of it has to be there when it was cut. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import type { RecordingDocument } from '../../firmware/recording/recording-document.js';
import { readWav } from '../support/wav.js';

export const TRACKS = [1, 2, 3];
export const FILES = ['mix.wav', ...TRACKS.map((track) => `track-${track}.wav`)];

/** Samples of a tick. */
export const SAMPLES = 320;
/** Of those that end by themselves. */
export const LENGTH_TICKS = 300;
/** Two seconds. */
export const MAX_LOST_TICKS = 100;

/** What a recorder was given of a recording; `waitedMs`: so long in all the machine has kept it waiting. */
export type Given = { id: string; ticks: number; waitedMs: number };
/** `lost`: ticks that may be missing. */
export type Died = { id: string; ticks: number; lost: number };

/** Which sample a track holds for a whole tick; the third one is silent for half of the time. */
export function said(track: number, tick: number): number {
  return track < 3 || tick % 100 < 50 ? 1000 * track + (tick % 500) : 0;
}

export function read(directory: string, id: string): RecordingDocument {
  return JSON.parse(readFileSync(path.join(directory, id, 'recording.json'), 'utf8')) as RecordingDocument;
}

/** A recording that was mended: what was said, as far as it is there, and that little is missing; how many ticks are. */
export function assertWhole(directory: string, { id, ticks, lost }: Died): number {
  if (!existsSync(path.join(directory, id))) {
    assert.ok(ticks <= lost, `nothing of ${ticks} ticks`);
    return ticks;
  }
  const { samples, tracks, endReason, startedAt, endedAt } = read(directory, id);
  assert.ok(samples / SAMPLES >= ticks - lost, `${samples / SAMPLES} of ${ticks} ticks`);
  assert.ok(endReason === 'power cut' || samples === LENGTH_TICKS * SAMPLES, endReason ?? 'without an end');
  if (samples === 0) return ticks;
  assert.is(tracks.length, TRACKS.length);
  const sounds = FILES.map((file) => {
    const bytes = readFileSync(path.join(directory, id, file));
    assert.is(bytes.readUInt32LE(40), 2 * samples, `${file}: what its head says`);
    return readWav(bytes);
  });
  const whole = Math.min(...sounds.map(endOf).slice(0, 3));
  for (let i = 0; i < whole; i++) {
    const told = TRACKS.map((track) => said(track, Math.floor(i / SAMPLES)));
    for (const track of [1, 2])
      if (sounds[track][i] !== told[track - 1]) assert.unreachable(`track ${track} at ${i}`);
    if (sounds[0][i] !== told[0] + told[1] + told[2]) assert.unreachable(`mix at ${i}`);
  }
  assert.ok(whole / SAMPLES >= ticks - lost, `${whole / SAMPLES} of ${ticks} ticks are whole`);
  assert.ok(Math.abs(Date.parse(endedAt!) - Date.parse(startedAt) - samples / 16) < 2000);
  return ticks - whole / SAMPLES;
}

/** Before anything is mended: what the head says is there, and is not much less. */
export function assertPlays(directory: string, { id, ticks, lost }: Died): void {
  const file = path.join(directory, id, 'mix.wav');
  const bytes = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
  if (bytes.length < 44) return assert.ok(ticks <= lost, `nothing of ${ticks} ticks`);
  const told = bytes.readUInt32LE(40);
  assert.ok(told <= bytes.length - 44, 'no more than there is');
  assert.ok(told / 2 / SAMPLES >= ticks - lost, `its head says ${told / 2 / SAMPLES} of ${ticks} ticks`);
}

/** Where silence begins that does not end. */
function endOf(sound: Int16Array): number {
  let end = sound.length;
  while (end > 0 && sound[end - 1] === 0) end--;
  return end;
}
