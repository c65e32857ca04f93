/** Tones to send, and a way to tell how loud a tone is in what was heard. */

/** A sine of `hz`, peak `amplitude`, as successive frames of 160 samples at 8 kHz. */
export function toneSource(hz: number, amplitude: number): () => Int16Array {
  let n = 0;
  return () =>
    Int16Array.from({ length: 160 }, () => Math.round(amplitude * Math.sin((2 * Math.PI * hz * n++) / 8000)));
}

/** A tone is measured in stretches of so many samples: 0.2 s. */
const STRETCH = 1600;

/**
 * Peak amplitude of the sine of `hz` in samples at 8 kHz: the median of stretches, since a tester that was held up for a
 * moment makes a click, and a click has something of every tone.
 */
export function amplitudeOf(samples: Int16Array, hz: number): number {
  const amplitudes: number[] = [];
  for (let at = 0; at === 0 || at + STRETCH <= samples.length; at += STRETCH)
    amplitudes.push(amplitudeInOne(samples.subarray(at, at + STRETCH), hz));
  return amplitudes.sort((a, b) => a - b)[amplitudes.length >> 1];
}

/** Goertzel over a Hann window. */
function amplitudeInOne(samples: Int16Array, hz: number): number {
  const { length } = samples;
  let [re, im, weight] = [0, 0, 0];
  for (let n = 0; n < length; n += 1) {
    const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / length);
    re += window * samples[n] * Math.cos((2 * Math.PI * hz * n) / 8000);
    im += window * samples[n] * Math.sin((2 * Math.PI * hz * n) / 8000);
    weight += window;
  }
  return (2 * Math.hypot(re, im)) / weight;
}

/** Level of one amplitude against another, dB. */
export function decibels(amplitude: number, reference: number): number {
  return 20 * Math.log10(Math.max(amplitude, 1e-9) / reference);
}

/** Root of the mean square. */
export function rms(samples: Int16Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}
