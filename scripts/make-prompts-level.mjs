// Measures 16-bit mono WAV files: make-prompts-level.mjs FILE...
// One line a file: name, seconds, active speech level and peak in dBFS (a full-scale sine has level -3), silence before
// and after in ms. Active level as in P.56: the level of what lies less than 15.9 dB under that level, in 20 ms frames.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const MARGIN_DB = 15.9;
const SILENCE = 32768 * 10 ** (-50 / 20);

/** Samples and rate of a WAV file. Throws if it is not 16-bit mono PCM. */
export function readWav(file) {
  const bytes = readFileSync(file);
  const format = bytes.indexOf('fmt ') + 8;
  const rate = bytes.readUInt32LE(format + 4);
  if (
    bytes.readUInt16LE(format) !== 1 ||
    bytes.readUInt16LE(format + 2) !== 1 ||
    bytes.readUInt16LE(format + 14) !== 16
  )
    throw new Error(`${file} is not 16-bit mono PCM`);
  const data = bytes.indexOf('data', format) + 8;
  const length = bytes.readUInt32LE(data - 4);
  const samples = Int16Array.from({ length: length / 2 }, (_, at) => bytes.readInt16LE(data + 2 * at));
  return { rate, samples };
}

export function measure({ rate, samples }) {
  const loud = (value) => Math.abs(value) > SILENCE;
  return {
    seconds: samples.length / rate,
    levelDbfs: activeLevel(samples, rate / 50),
    peakDbfs: 20 * Math.log10(samples.reduce((most, value) => Math.max(most, Math.abs(value)), 1) / 32768),
    silenceBeforeMs: (1000 * samples.findIndex(loud)) / rate,
    silenceAfterMs: (1000 * (samples.length - 1 - samples.findLastIndex(loud))) / rate,
  };
}

function activeLevel(samples, frame) {
  const powers = [];
  for (let at = 0; at < samples.length; at += frame) {
    const part = samples.subarray(at, at + frame);
    powers.push(part.reduce((sum, value) => sum + (value / 32768) ** 2, 0) / part.length);
  }
  let level = -Infinity;
  for (let round = 0; round < 20; round += 1) {
    const active = powers.filter((power) => 10 * Math.log10(power) >= level - MARGIN_DB);
    level = 10 * Math.log10(active.reduce((sum, power) => sum + power, 0) / active.length);
  }
  return level;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href)
  for (const file of process.argv.slice(2)) {
    const { seconds, levelDbfs, peakDbfs, silenceBeforeMs, silenceAfterMs } = measure(readWav(file));
    const fields = [seconds.toFixed(2), levelDbfs.toFixed(2), peakDbfs.toFixed(2)];
    console.log(
      path.basename(file, '.wav'),
      ...fields,
      silenceBeforeMs.toFixed(0),
      silenceAfterMs.toFixed(0),
    );
  }
