/**
 * Finds out which tone sounds on a line: its frequencies, its rhythm, its level. For a line of which nothing is known yet; who
 * knows the tones of a line recognises them by `progress-recogniser`.
 */
import type { HeardTone } from '../../tone-plans.js';
import { PEAK_OF_0_DBM0 } from '../tone-generator.js';
import { LINE_RATE } from './fsk.js';

/** Samples and ms of a look. */
const LOOK = 80;
const LOOK_MS = 10;
/** Two frequencies near to each other are silent together for a moment: that is no pause. */
const LOOKS_TO_PAUSE = 4;
const POWER_OF_0_DBM0 = PEAK_OF_0_DBM0 ** 2 / 2;
/** Softer is silence; a pause is so much softer than the tone. */
const SOFTEST = POWER_OF_0_DBM0 * 10 ** (-42 / 10);
const PAUSE = 10 ** (-12 / 10);
/** What is looked at for frequencies: at least so much of a sound, at most so much. */
const MIN_SAMPLES = 800;
const MAX_SAMPLES = 2000;
/** Where tones of networks are (E.180: 300 to 500 Hz, some up to 950), and how densely it is looked for them. */
const LOWEST_HZ = 250;
const STEP_HZ = 5;
const STEPS = 151;
/** A second frequency is at most so much softer than the first. */
const TWIST = 10 ** (-10 / 10);
/** So much of all power is in the frequencies found: else it is speech. */
const MIN_SHARE = 0.5;
const SAME_HZ = 15;
const MAX_FREQUENCIES = 4;
/** A sound without a pause for so long is a tone without a rhythm: no ring is longer than 2 s. */
const STEADY_MS = 2600;
/** A rhythm is believed when it was heard twice, and for so long. */
const MIN_HEARD_MS = 2200;
const MAX_RUNS = 32;
const MAX_PAIRS = 4;
const LONGEST_PAUSE_MS = 7000;

/** Times are the same within 10 %, short ones within 30 ms. */
function same(ms: number, other: number): boolean {
  return Math.abs(ms - other) <= Math.max(30, 0.1 * Math.max(ms, other));
}

export class ToneLearner {
  #on = false;
  /** Looks of this run, and how many of them at its end were silent though it sounds. */
  #looks = 0;
  #silent = 0;
  #power = 0;
  #samples = new Float64Array(MAX_SAMPLES);
  #count = 0;
  #powers = new Float64Array(STEPS);
  #frequenciesHz: number[] = [];
  #levelDbm0 = 0;
  /** Lengths, ms, of what was heard of these frequencies: a sound, a pause, a sound ... */
  #lengths: number[] = [];
  /** The rhythm that was told last. */
  #told?: readonly number[];

  /** The next frame; returns a tone when it is known for the first time since something else was heard. */
  hear(frame: Int16Array): HeardTone | undefined {
    let known: HeardTone | undefined;
    for (let at = 0; at + LOOK <= frame.length; at += LOOK) known = this.#look(frame, at) ?? known;
    return known;
  }

  #look(frame: Int16Array, at: number): HeardTone | undefined {
    let power = 0;
    for (let i = at; i < at + LOOK; i++) power += frame[i] * frame[i];
    power /= LOOK;
    this.#looks++;
    const sounds = power >= SOFTEST && power >= PAUSE * this.#power;
    if (!this.#on) {
      if (!sounds && this.#looks * LOOK_MS === LONGEST_PAUSE_MS) this.#forget();
      return sounds ? this.#begin(frame, at, power) : undefined;
    }
    if (sounds) return this.#goOn(frame, at, power);
    if (++this.#silent < LOOKS_TO_PAUSE) return undefined;
    this.#end();
    return undefined;
  }

  /** A sound begins: the pause before it has its length, and with it the rhythm perhaps. */
  #begin(frame: Int16Array, at: number, power: number): HeardTone | undefined {
    if (this.#lengths.length > 0) this.#lengths.push((this.#looks - 1) * LOOK_MS);
    this.#on = true;
    this.#looks = 1;
    this.#silent = this.#count = 0;
    this.#power = power;
    this.#keep(frame, at);
    const onOffMs = rhythmOf(this.#lengths);
    return onOffMs && this.#tell(onOffMs);
  }

  #goOn(frame: Int16Array, at: number, power: number): HeardTone | undefined {
    this.#silent = 0;
    this.#power = Math.max(this.#power * 0.99, power);
    this.#keep(frame, at);
    if (this.#looks * LOOK_MS !== STEADY_MS || !this.#hearFrequencies()) return undefined;
    return this.#tell([]);
  }

  #end(): void {
    const ms = (this.#looks - this.#silent) * LOOK_MS;
    this.#on = false;
    this.#looks = this.#silent;
    if (ms >= STEADY_MS || !this.#hearFrequencies()) return this.#forget();
    this.#lengths.push(ms);
    // A whole number of sounds and pauses goes, so that it still begins with a sound.
    if (this.#lengths.length >= MAX_RUNS) this.#lengths.splice(0, 2);
  }

  #keep(frame: Int16Array, from: number): void {
    for (let i = from; i < from + LOOK && this.#count < MAX_SAMPLES; i++)
      this.#samples[this.#count++] = frame[i];
  }

  /** Sets the frequencies of this sound; false if it is no tone. Others than before begin something new. */
  #hearFrequencies(): boolean {
    const found = this.#count >= MIN_SAMPLES ? this.#peaks() : [];
    if (found.length === 0) return false;
    const before = this.#frequenciesHz;
    const alike =
      found.length === before.length && found.every((hz, at) => Math.abs(hz - before[at]) <= SAME_HZ);
    if (!alike) this.#lengths = [];
    if (!alike) this.#told = undefined;
    this.#frequenciesHz = found;
    return true;
  }

  #forget(): void {
    this.#lengths = [];
    this.#frequenciesHz = [];
    this.#told = undefined;
    this.#power = 0;
  }

  #tell(onOffMs: number[]): HeardTone | undefined {
    const told = this.#told;
    if (told?.length === onOffMs.length && told.every((ms, at) => same(ms, onOffMs[at]))) return undefined;
    this.#told = onOffMs;
    return { frequenciesHz: this.#frequenciesHz, onOffMs, levelDbm0: this.#levelDbm0 };
  }

  /** Frequencies of what was kept, Hz, none if it is no tone; by a Hann window, and sums like Goertzel's at every step. */
  #peaks(): number[] {
    const [samples, count, powers] = [this.#samples, this.#count, this.#powers];
    let energy = 0;
    for (let i = 0; i < count; i++) energy += samples[i] * samples[i];
    this.#levelDbm0 = Math.round(100 * Math.log10(energy / count / POWER_OF_0_DBM0)) / 10;
    for (let i = 0; i < count; i++) samples[i] *= 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / count);
    for (let step = 0; step < STEPS; step++) {
      const turn = 2 * Math.cos((2 * Math.PI * (LOWEST_HZ + step * STEP_HZ)) / LINE_RATE);
      let [one, two] = [0, 0];
      for (let i = 0; i < count; i++) {
        const next = samples[i] + turn * one - two;
        two = one;
        one = next;
      }
      powers[step] = one * one + two * two - turn * one * two;
    }
    this.#count = 0;
    const loudest = Math.max(...powers);
    const found: number[] = [];
    let explained = 0;
    for (let step = 1; step < STEPS - 1; step++) {
      const power = powers[step];
      if (power < TWIST * loudest || power < powers[step - 1] || power <= powers[step + 1]) continue;
      const [below, here, above] = [powers[step - 1], power, powers[step + 1]].map((each) => Math.log(each));
      const off = (0.5 * (below - above)) / (below - 2 * here + above);
      found.push(Math.round(LOWEST_HZ + (step + off) * STEP_HZ));
      // A sine of amplitude A is (A n / 4)^2 here, under a Hann window of n samples.
      explained += (8 * power) / (count * count);
    }
    const isTone = explained >= (MIN_SHARE * energy) / count && found.length <= MAX_FREQUENCIES;
    return isTone ? found : [];
  }
}

/** The shortest rhythm of sounds and pauses that was heard last, twice and long enough, beginning behind its longest pause. */
function rhythmOf(lengths: readonly number[]): number[] | undefined {
  for (let size = 2; size <= 2 * MAX_PAIRS; size += 2) {
    let [heardMs, runs] = [0, 0];
    while (runs < lengths.length && (runs < 2 * size || heardMs < MIN_HEARD_MS))
      heardMs += lengths[lengths.length - ++runs];
    if (runs < 2 * size || heardMs < MIN_HEARD_MS) return undefined;
    const last = lengths.slice(-runs);
    const isRhythm = last.every((ms, at) => at < size || same(ms, last[at - size]));
    if (!isRhythm) continue;
    const turn = last.slice(-size);
    // Sounds and pauses in pairs: that of the longest pause, or, of pauses alike, of the longest sound comes last.
    const weights = turn.map((ms, at) => (at % 2 === 0 ? 0 : turn[at - 1] + 3 * ms));
    const longest = weights.indexOf(Math.max(...weights));
    return turn.map((_, at) => turn[(longest + 1 + at) % size]);
  }
  return undefined;
}
