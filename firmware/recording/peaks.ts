/** What a waveform is drawn of: how loud each stretch of a sound file is. Reads a file in pieces, and none of its holes. */
import * as fs from 'node:fs';
import { nextData } from '../../hal/ffi/file-holes.js';

export type Peaks = {
  version: 1;
  /** Length of the recording it is of. */
  samples: number;
  /** By file, for each of equally long stretches the greatest amplitude, 0 to 255. */
  files: Record<string, number[]>;
};

/** Beside the recording. */
export const PEAKS_FILE = 'peaks.json';
/** Stretches of a recording. */
const STRETCHES = 1000;
const PIECE_BYTES = 256 << 10;
/** The sound of a WAV file begins within so many bytes. */
const HEADER_BYTES = 4096;
/** Neither a link nor a pipe that never says anything. */
const READ = fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK;

/** The peaks of a mono WAV file of 16 bits that is `samples` long. Throws the system's error, or that it is no such file. */
export function peaksOf(file: string, samples: number): number[] {
  const stretches = Math.min(STRETCHES, samples);
  const peaks = new Int32Array(stretches);
  const piece = Buffer.from(new ArrayBuffer(PIECE_BYTES));
  const sound = new Int16Array(piece.buffer);
  const fd = fs.openSync(file, READ);
  try {
    const start = soundAt(fd);
    for (let at = 0; ;) {
      // Silence is a hole: hours of it cost nothing.
      const hole = Math.floor((nextData(fd, start + 2 * at) - start) / 2) - at;
      at += Math.max(0, hole);
      if (at >= samples) break;
      const length = fs.readSync(fd, piece, 0, PIECE_BYTES, start + 2 * at) >> 1;
      if (length === 0) break;
      const end = Math.min(samples, at + length);
      raise(peaks, sound, at, end, samples);
      at = end;
    }
  } finally {
    fs.closeSync(fd);
  }
  return Array.from(peaks, (peak) => Math.min(255, Math.round(peak / 128)));
}

/** Raises the peaks by the samples from `from` to `end`, which stand at the beginning of `sound`. */
function raise(peaks: Int32Array, sound: Int16Array, from: number, end: number, samples: number): void {
  for (let at = from; at < end;) {
    const stretch = Math.floor((at * peaks.length) / samples);
    const next = Math.min(end, Math.ceil(((stretch + 1) * samples) / peaks.length));
    let peak = peaks[stretch];
    for (; at < next; at++) {
      const sample = sound[at - from];
      const loud = sample < 0 ? -sample : sample;
      if (loud > peak) peak = loud;
    }
    peaks[stretch] = peak;
  }
}

/** Where the sound begins: behind the head of the chunk `data` (RIFF). */
function soundAt(fd: number): number {
  const head = Buffer.alloc(HEADER_BYTES);
  const length = fs.readSync(fd, head, 0, HEADER_BYTES, 0);
  if (length >= 12 && head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 8, 12) === 'WAVE')
    for (let at = 12; at + 8 <= length; at += 8 + head.readUInt32LE(at + 4) + (head.readUInt32LE(at + 4) & 1))
      if (head.toString('latin1', at, at + 4) === 'data') return at + 8;
  throw new Error('this is no WAV file');
}
