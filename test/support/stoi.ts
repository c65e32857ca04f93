/**
 * Short-time objective intelligibility (C. H. Taal, R. C. Hendriks, R. Heusdens, J. Jensen, "An Algorithm for Intelligibility
 * Prediction of Time-Frequency Weighted Noisy Speech", IEEE TASLP 19(7), 2011): 1 for what is as clear as the clean speech.
 */
const RATE = 10_000;
const FRAME = 256;
const FFT = 512;
const BANDS = 15;
const LOWEST_HZ = 150;
/** Frames compared at a time: 384 ms. */
const SEGMENT = 30;
/** Signal to distortion below which a frame counts as lost, dB. */
const BETA = -15;
/** Frames so far below the loudest are pauses, dB. */
const DYNAMIC_RANGE = 40;

const hann = Float64Array.from(
  { length: FRAME },
  (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 1)) / (FRAME + 1)),
);

const turns = Float64Array.from({ length: FFT / 2 }, (_, i) => (2 * Math.PI * i) / FFT);
const [cosines, sines] = [turns.map(Math.cos), turns.map(Math.sin)];

/** STOI of `heard` against `clean`, of the same length and aligned. */
export function stoi(clean: Int16Array, heard: Int16Array, rateHz: number): number {
  const [x, y] = withoutPauses(resample(clean, rateHz), resample(heard, rateHz));
  const bandsX = bandEnvelopes(x);
  const bandsY = bandEnvelopes(y);
  const frames = bandsX[0].length;
  if (frames < SEGMENT) throw new RangeError('STOI needs more than 0.4 s of speech');
  const clip = 1 + 10 ** (-BETA / 20);
  let sum = 0;
  for (let band = 0; band < BANDS; band++)
    for (let end = SEGMENT; end <= frames; end++) {
      const a = bandsX[band].subarray(end - SEGMENT, end);
      const b = bandsY[band].subarray(end - SEGMENT, end);
      const scale = Math.sqrt(energy(a) / (energy(b) + Number.EPSILON));
      sum += correlation(
        a,
        b.map((value, i) => Math.min(value * scale, a[i] * clip)),
      );
    }
  return sum / (BANDS * (frames - SEGMENT + 1));
}

/** To 10 kHz by a windowed sinc that passes up to 0.9 of the lower half rate. */
function resample(pcm: Int16Array, rateHz: number): Float64Array {
  const cutoff = (0.95 * Math.min(RATE, rateHz)) / 2 / rateHz;
  const reach = Math.ceil(16 / cutoff / 2);
  const weight = (off: number) => {
    const sinc = off === 0 ? 2 * cutoff : Math.sin(2 * Math.PI * cutoff * off) / (Math.PI * off);
    return sinc * (0.5 + 0.5 * Math.cos((Math.PI * off) / reach));
  };
  // As many samples on, values lie between samples as before: of this many places each has its weights.
  const places = RATE / greatestCommonDivisor(RATE, rateHz);
  const weights = Array.from({ length: places }, (_, place) => {
    const between = ((place * rateHz) % RATE) / RATE;
    return Float64Array.from({ length: 2 * reach + 1 }, (_, i) =>
      weight(Math.max(-reach, i - reach - between)),
    );
  });
  return Float64Array.from({ length: Math.floor((pcm.length * RATE) / rateHz) }, (_, n) => {
    const first = Math.floor((n * rateHz) / RATE) - reach;
    const ofPlace = weights[n % places];
    let value = 0;
    for (let i = Math.max(0, -first); i <= 2 * reach && first + i < pcm.length; i++)
      value += pcm[first + i] * ofPlace[i];
    return value;
  });
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** Leaves out the frames in which the clean speaker is silent, by overlapping what is left. */
function withoutPauses(x: Float64Array, y: Float64Array): [Float64Array, Float64Array] {
  const hop = FRAME / 2;
  const starts: number[] = [];
  for (let at = 0; at + FRAME <= x.length; at += hop) starts.push(at);
  const levels = starts.map((at) => 10 * Math.log10(energy(windowed(x, at)) + Number.EPSILON));
  const loudest = levels.reduce((a, b) => Math.max(a, b), -Infinity);
  const kept = starts.filter((_, i) => levels[i] > loudest - DYNAMIC_RANGE);
  const joined = [x, y].map((signal) => {
    const out = new Float64Array((kept.length + 1) * hop);
    kept.forEach((at, k) => windowed(signal, at).forEach((value, i) => (out[k * hop + i] += value)));
    return out;
  });
  return [joined[0], joined[1]];
}

/** The magnitude in each third of an octave, a value a half frame. */
function bandEnvelopes(signal: Float64Array): Float64Array[] {
  const frames = Math.floor((signal.length - FRAME) / (FRAME / 2)) + 1;
  const bands = Array.from({ length: BANDS }, () => new Float64Array(frames));
  const edge = (hz: number) => Math.round((hz * FFT) / RATE);
  for (let frame = 0; frame < frames; frame++) {
    const power = powerSpectrum(windowed(signal, (frame * FRAME) / 2));
    for (let band = 0; band < BANDS; band++) {
      const centre = LOWEST_HZ * 2 ** (band / 3);
      let sum = 0;
      for (let bin = edge(centre * 2 ** (-1 / 6)); bin < edge(centre * 2 ** (1 / 6)); bin++)
        sum += power[bin];
      bands[band][frame] = Math.sqrt(sum);
    }
  }
  return bands;
}

function windowed(signal: Float64Array, at: number): Float64Array {
  return hann.map((weight, i) => weight * signal[at + i]);
}

/** Of FRAME samples padded to FFT; radix 2, in place. */
function powerSpectrum(frame: Float64Array): Float64Array {
  const re = new Float64Array(FFT);
  const im = new Float64Array(FFT);
  const bits = Math.log2(FFT);
  for (let i = 0; i < FRAME; i++) {
    let mirrored = 0;
    for (let bit = 0; bit < bits; bit++) mirrored |= ((i >> bit) & 1) << (bits - 1 - bit);
    re[mirrored] = frame[i];
  }
  for (let half = 1; half < FFT; half *= 2)
    for (let k = 0; k < half; k++) {
      const turn = (k * FFT) / 2 / half;
      const [c, s] = [cosines[turn], -sines[turn]];
      for (let a = k; a < FFT; a += 2 * half) {
        const b = a + half;
        const [tr, ti] = [c * re[b] - s * im[b], c * im[b] + s * re[b]];
        [re[b], im[b], re[a], im[a]] = [re[a] - tr, im[a] - ti, re[a] + tr, im[a] + ti];
      }
    }
  return re.map((value, i) => value * value + im[i] * im[i]).subarray(0, FFT / 2 + 1);
}

function energy(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}

function correlation(a: Float64Array, b: Float64Array): number {
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [both, energyA, energyB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    both += (a[i] - meanA) * (b[i] - meanB);
    energyA += (a[i] - meanA) ** 2;
    energyB += (b[i] - meanB) ** 2;
  }
  return both / Math.sqrt(energyA * energyB + Number.EPSILON);
}
