/** The echo of an analog line, as a test wants it: like the models of ITU-T G.168 annex D, whose figures are not these. */

/** Impulse response: delay, then a sharp front and a tail that rings out over some 10 ms; softer by `lossDb`. */
export function hybrid(lossDb: number, delay = 20, seed = 1): Float64Array {
  const response = new Float64Array(delay + 90);
  for (let i = 0; i < 90; i++) {
    const front = Math.exp(-(((i - 6) / 2) ** 2)) * Math.cos(1.3 * (i - 6));
    const ringing =
      0.35 * Math.exp(-i / 20) * Math.sin(0.23 * i + seed) +
      0.12 * Math.exp(-i / 28) * Math.cos(0.9 * i * seed);
    response[delay + i] = front + ringing;
  }
  const energy = response.reduce((sum, value) => sum + value * value, 0);
  return response.map((value) => (value * 10 ** (-lossDb / 20)) / Math.sqrt(energy));
}

/** What comes back of what is sent. */
export function echoOf(tx: Int16Array, response: Float64Array): Int16Array {
  return Int16Array.from(tx, (_, at) => {
    let sum = 0;
    for (let tap = Math.min(at, response.length - 1); tap >= 0; tap--) sum += response[tap] * tx[at - tap];
    return Math.round(sum);
  });
}

/** Composite source signal (ITU-T P.501 §5.2.1): 50 ms of a voice, 200 ms of noise, 100 ms of silence, over and over. */
export function compositeSource(seconds: number, dbm0: number, random: () => number): Int16Array {
  const samples = new Float64Array(seconds * 8000);
  let voice = 0;
  for (let i = 0; i < samples.length; i++) {
    const at = i % 2800;
    voice = 0.9 * voice + (at % 70 === 0 ? 6 : 0) * (random() > 0.5 ? 1 : 0.8);
    samples[i] = at < 400 ? voice - 0.9 : at < 2000 ? Math.sqrt(3) * (2 * random() - 1) : 0;
  }
  const power = samples.reduce((sum, value) => sum + value * value, 0) / samples.length;
  // A sine of 0 dBm0 has a mean square of 22827 ** 2 / 2.
  const gain = ((22827 / Math.SQRT2) * 10 ** (dbm0 / 20)) / Math.sqrt(power);
  return Int16Array.from(samples, (value) => Math.max(-32768, Math.min(32767, Math.round(gain * value))));
}
