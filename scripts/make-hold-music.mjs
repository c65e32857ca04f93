// Writes 32 s of quiet music that loops without a seam, as 16-bit mono WAV at 16 kHz: make-hold-music.mjs OUT.wav
// Four chords, eight bars, plucked sines and a soft pad; every note that rings over the end rings on at the start.
import { writeFileSync } from 'node:fs';

const RATE = 16_000;
const SECONDS = 32;
const BEAT = 0.5;
const total = RATE * SECONDS;
const sum = new Float64Array(total);

// Semitones from A3 (220 Hz): Fmaj7, Em7, Dm7, G6 and the way back.
const chords = [
  [-4, 0, 3, 7],
  [-5, -2, 2, 5],
  [-7, -4, 0, 3],
  [-2, 2, 5, 7],
  [-4, 0, 3, 8],
  [-5, -2, 2, 7],
  [-7, 0, 3, 5],
  [-2, 2, 5, 10],
];
const order = [0, 1, 2, 3, 2, 1, 3, 2];
const hz = (semitones) => 220 * 2 ** (semitones / 12);

chords.forEach((chord, bar) => {
  const start = bar * 8 * BEAT;
  for (const note of chord) pad(start, 8 * BEAT, hz(note - 12), 0.05);
  order.forEach((index, beat) => pluck(start + beat * BEAT, hz(chord[index] + (beat === 4 ? 12 : 0)), 0.16));
});

const peak = sum.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
const pcm = Int16Array.from(sum, (value) => Math.round((value / peak) * 32767 * 0.12));
const header = Buffer.alloc(44);
header.write('RIFF', 0);
header.writeUInt32LE(36 + pcm.byteLength, 4);
header.write('WAVEfmt ', 8);
header.writeUInt32LE(16, 16);
header.writeUInt16LE(1, 20);
header.writeUInt16LE(1, 22);
header.writeUInt32LE(RATE, 24);
header.writeUInt32LE(RATE * 2, 28);
header.writeUInt16LE(2, 32);
header.writeUInt16LE(16, 34);
header.write('data', 36);
header.writeUInt32LE(pcm.byteLength, 40);
writeFileSync(process.argv[2], Buffer.concat([header, Buffer.from(pcm.buffer)]));

function pluck(start, frequency, gain) {
  add(start, 2.5, (t) => gain * Math.exp(-2.2 * t) * Math.min(1, t / 0.01) * tone(frequency, t));
}

function pad(start, length, frequency, gain) {
  const envelope = (t) => Math.sin((Math.PI * t) / (length + 2)) ** 2;
  add(start - 1, length + 2, (t) => gain * envelope(t) * Math.sin(2 * Math.PI * frequency * t));
}

function tone(frequency, t) {
  const phase = 2 * Math.PI * frequency * t;
  return Math.sin(phase) + 0.3 * Math.sin(2 * phase) * Math.exp(-4 * t);
}

function add(start, length, sample) {
  for (let n = 0; n < length * RATE; n += 1) {
    const at = (Math.round(start * RATE) + n + total) % total;
    sum[at] += sample(n / RATE);
  }
}
