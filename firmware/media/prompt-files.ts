/** Reads the spoken prompts: WAV files, PCM of 16 bits, mono, in one folder for 8 kHz (`8k`) and one for 16 kHz (`16k`). */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { PromptSet } from './contract.js';
import type { PlayRate } from './frame.js';
import type { Prompts } from './playback.js';

/** All prompts of a language's folder; files that are no such WAV are left out. */
export function readPrompts(dir: string): PromptSet {
  return {
    8000: loadFolder(path.join(dir, '8k'), 8000),
    16000: loadFolder(path.join(dir, '16k'), 16000),
  };
}

/** Prompts as whoever plays them asks for them. */
export function promptsOf(set: PromptSet): Prompts & { names: string[] } {
  const names = [...set[16000].keys()].filter((name) => set[8000].has(name));
  return { get: (name, rate) => set[rate].get(name), names };
}

function loadFolder(dir: string, rate: PlayRate): Map<string, Int16Array> {
  const prompts = new Map<string, Int16Array>();
  for (const file of filesOf(dir)) {
    if (!file.endsWith('.wav')) continue;
    const samples = readWav(readFileSync(path.join(dir, file)), rate);
    if (samples) prompts.set(file.slice(0, -'.wav'.length).replaceAll(path.sep, '/'), samples);
  }
  return prompts;
}

/** The samples of a RIFF/WAVE file, or null if it is in another format or of another rate. */
export function readWav(file: Buffer, rate: PlayRate): Int16Array | null {
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
    if (name === 'fmt ') known = isOurFormat(body, rate);
    if (name === 'data') return known ? samplesOf(body) : null;
    at += 8 + length + (length % 2);
  }
  return null;
}

function isOurFormat(format: Buffer, rate: PlayRate): boolean {
  return (
    format.length >= 16 &&
    format.readUInt16LE(0) === 1 &&
    format.readUInt16LE(2) === 1 &&
    format.readUInt32LE(4) === rate &&
    format.readUInt16LE(14) === 16
  );
}

/** Little-endian in the file, and on every machine that this box is built for. */
function samplesOf(data: Buffer): Int16Array {
  const samples = new Int16Array(new SharedArrayBuffer(data.length & ~1));
  new Uint8Array(samples.buffer).set(data.subarray(0, samples.byteLength));
  return samples;
}

function filesOf(dir: string): string[] {
  try {
    return readdirSync(dir, { recursive: true }) as string[];
  } catch {
    return [];
  }
}
