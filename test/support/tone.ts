/** Tones to send, and a way to tell how loud a tone is in what was heard. */

/** A sine of `hz`, peak `amplitude`, as successive frames of 20 ms. */
export function toneSource(hz: number, amplitude: number, rate = 8000): () => Int16Array {
  let n = 0;
  return () =>
    Int16Array.from({ length: rate / 50 }, () =>
      Math.round(amplitude * Math.sin((2 * Math.PI * hz * n++) / rate)),
    );
}

/** A tone is measured in stretches of so many seconds. */
const STRETCH_S = 0.2;

/**
 * Peak amplitude of the sine of `hz` in samples of that rate: the median of stretches, since a tester that was held up for a
 * moment makes a click, and a click has something of every tone.
 */
export function amplitudeOf(samples: Int16Array, hz: number, rate = 8000): number {
  const amplitudes: number[] = [];
  const stretch = STRETCH_S * rate;
  for (let at = 0; at === 0 || at + stretch <= samples.length; at += stretch)
    amplitudes.push(amplitudeInOne(samples.subarray(at, at + stretch), hz, rate));
  return amplitudes.sort((a, b) => a - b)[amplitudes.length >> 1];
}

/** Goertzel over a Hann window. */
function amplitudeInOne(samples: Int16Array, hz: number, rate: number): number {
  const { length } = samples;
  let [re, im, weight] = [0, 0, 0];
  for (let n = 0; n < length; n += 1) {
    const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / length);
    re += window * samples[n] * Math.cos((2 * Math.PI * hz * n) / rate);
    im += window * samples[n] * Math.sin((2 * Math.PI * hz * n) / rate);
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
