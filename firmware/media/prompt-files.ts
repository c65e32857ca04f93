/** Reads the spoken prompts: a folder of WAV files, PCM of 16 bits, mono, 8 kHz. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { SAMPLE_RATE } from './frame.js';

/** All prompts of a folder by their names without `.wav`; files that are no such WAV are left out. */
export function loadPrompts(dir: string): Map<string, Int16Array> {
  const prompts = new Map<string, Int16Array>();
  for (const file of filesOf(dir)) {
    if (!file.endsWith('.wav')) continue;
    const samples = readWav(readFileSync(path.join(dir, file)));
    if (samples) prompts.set(file.slice(0, -'.wav'.length).replaceAll(path.sep, '/'), samples);
  }
  return prompts;
}

/** The samples of a RIFF/WAVE file, or null if it is in another format. */
export function readWav(file: Buffer): Int16Array | null {
  if (
    file.length < 12 ||
    file.toString('latin1', 0, 4) !== 'RIFF' ||
    file.toString('latin1', 8, 12) !== 'WAVE'
  )
    return null;
  let known = false;
  for (let at = 12; at + 8 <= file.length;) {
    const name = file.toString('latin1', at, at + 4);
    const length = file.readUInt32LE(at + 4);
    const body = file.subarray(at + 8, at + 8 + length);
    if (name === 'fmt ') known = isOurFormat(body);
    if (name === 'data') return known ? samplesOf(body) : null;
    at += 8 + length + (length % 2);
  }
  return null;
}

function isOurFormat(format: Buffer): boolean {
  return (
    format.length >= 16 &&
    format.readUInt16LE(0) === 1 &&
    format.readUInt16LE(2) === 1 &&
    format.readUInt32LE(4) === SAMPLE_RATE &&
    format.readUInt16LE(14) === 16
  );
}

function samplesOf(data: Buffer): Int16Array {
  const samples = new Int16Array(data.length >> 1);
  for (let i = 0; i < samples.length; i++) samples[i] = data.readInt16LE(2 * i);
  return samples;
}

function filesOf(dir: string): string[] {
  try {
    return readdirSync(dir, { recursive: true }) as string[];
  } catch {
    return [];
  }
}
