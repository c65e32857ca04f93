/** Keys as tones (ITU-T Q.23), as bad as a test wants them. */
import { PEAK_OF_0_DBM0 } from '../../firmware/media/tone-generator.js';

const KEYPAD = '123A456B789C*0#D';
const ROWS_HZ = [697, 770, 852, 941];
const COLUMNS_HZ = [1209, 1336, 1477, 1633];

export type KeyTone = {
  ms: number;
  /** Silence behind it. */
  pauseMs: number;
  /** Levels of the tone of the row and that of the column. */
  rowDbm0: number;
  columnDbm0: number;
  /** How far the frequencies are off, as parts of them. */
  rowOff: number;
  columnOff: number;
};

export const goodKey: KeyTone = {
  ms: 100,
  pauseMs: 100,
  rowDbm0: -8,
  columnDbm0: -6,
  rowOff: 0,
  columnOff: 0,
};

/** One key after the other at this sample rate, phases at random, saturated. */
export function keySamples(
  keys: string,
  sampleRate = 8000,
  random = Math.random,
  tone = goodKey,
): Int16Array {
  const on = Math.round((tone.ms * sampleRate) / 1000);
  const off = Math.round((tone.pauseMs * sampleRate) / 1000);
  const samples = new Int16Array(keys.length * (on + off));
  for (const [n, key] of [...keys].entries()) {
    const at = KEYPAD.indexOf(key);
    const partials = [
      { hz: ROWS_HZ[at >> 2] * (1 + tone.rowOff), dbm0: tone.rowDbm0, phase: 2 * Math.PI * random() },
      { hz: COLUMNS_HZ[at & 3] * (1 + tone.columnOff), dbm0: tone.columnDbm0, phase: 2 * Math.PI * random() },
    ];
    for (let i = 0; i < on; i++) {
      let sample = 0;
      for (const { hz, dbm0, phase } of partials)
        sample += PEAK_OF_0_DBM0 * 10 ** (dbm0 / 20) * Math.sin((2 * Math.PI * hz * i) / sampleRate + phase);
      samples[n * (on + off) + i] = saturated(sample);
    }
  }
  return samples;
}

/** Adds white noise of this level, measured in the whole band. */
export function addNoise(samples: Int16Array, dbm0: number, random: () => number): void {
  // A uniform number between -1 and 1 has the power 1/3.
  const peak = Math.sqrt(1.5) * PEAK_OF_0_DBM0 * 10 ** (dbm0 / 20);
  for (let i = 0; i < samples.length; i++) samples[i] = saturated(samples[i] + peak * (2 * random() - 1));
}

/** The same numbers in every run. */
export function seeded(seed: number): () => number {
  return () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 32;
  };
}

function saturated(sample: number): number {
  return Math.max(-32768, Math.min(32767, Math.round(sample)));
}
