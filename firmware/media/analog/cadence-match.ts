/** The rhythm of one tone, held against the cadences it has in a country. */
import type { Cadence } from '../../tone-plans.js';

/** What the tone did in the last 10 ms; `other` is neither the tone nor silence. */
export type Sound = 'on' | 'off' | 'other';

/** So much of a cadence is heard before it is believed: more than chance makes of speech or music. */
const MIN_HEARD_MS = 2200;
/** A tone without cadence is one that lasts longer than any of the others of its frequencies, and so long at least. */
const MIN_STEADY_MS = 1000;
const STEADY_BEYOND_MS = 200;
/** Looks that may be neither: edges, clicks. */
const MAX_OTHER = 3;
const LOOK_MS = 10;
const MAX_RUNS = 32;

export type NamedCadence<Name extends string> = { name: Name; cadence: Cadence };

/** Times are recognised within 12 %, the short ones within 40 ms (E.180: 10 %). */
function toleranceMs(ms: number): number {
  return Math.max(40, 0.12 * ms);
}

export class CadenceMatch<Name extends string> {
  /** What is heard now; '' is nothing known. */
  tone: Name | '' = '';
  #cadences: { name: Name; times: readonly number[]; runs: number; longestMs: number }[] = [];
  #steady: { name: Name; ms: number } | undefined;
  /** Lengths of the last runs, on and off by turns, as a ring. */
  #lengths = new Float64Array(MAX_RUNS);
  #newest = 0;
  #runs = 0;
  #state: Sound = 'other';
  /** Looks since the state began, and of those the last ones that were neither. */
  #looks = 0;
  #others = 0;
  /** A pause that began within something else has no length. */
  #whole = false;

  /** Of cadences that are alike the first is meant. */
  constructor(cadences: readonly NamedCadence<Name>[]) {
    let longestOnMs = 0;
    for (const { name, cadence } of cadences) {
      const [, ...times] = cadence;
      if (times.length === 0) continue;
      longestOnMs = Math.max(longestOnMs, ...times.filter((_, at) => at % 2 === 0));
      const longestMs = Math.max(...times);
      this.#cadences.push({ name, times, runs: runsToBelieve(times), longestMs });
    }
    const steady = cadences.find(({ cadence }) => cadence.length === 1);
    const beyondMs = longestOnMs + toleranceMs(longestOnMs) + STEADY_BEYOND_MS;
    if (steady) this.#steady = { name: steady.name, ms: Math.max(MIN_STEADY_MS, beyondMs) };
  }

  /** The next look. Allocates nothing. */
  follow(sound: Sound): void {
    if (sound === 'other' && this.#state !== 'other' && ++this.#others <= MAX_OTHER) this.#looks++;
    else if (sound === this.#state) {
      this.#looks++;
      this.#others = 0;
      this.#watchLength();
    } else this.#turn(sound);
  }

  #turn(sound: Sound): void {
    if (sound === 'other') {
      this.#runs = 0;
      this.tone = '';
    } else if (this.#state !== 'other' && this.#whole) {
      this.#newest = (this.#newest + 1) % MAX_RUNS;
      this.#lengths[this.#newest] = this.#looks * LOOK_MS;
      this.#runs = Math.min(MAX_RUNS, this.#runs + 1);
      this.#match(this.#state === 'on');
    }
    this.#whole = sound === 'on' || this.#state === 'on';
    this.#state = sound;
    this.#looks = 1;
    this.#others = 0;
  }

  /** A run that is longer than it may be ends what was heard, and may be the tone without a cadence. */
  #watchLength(): void {
    const ms = this.#looks * LOOK_MS;
    if (this.#state === 'on' && this.#steady && ms >= this.#steady.ms) {
      this.tone = this.#steady.name;
      return;
    }
    if (this.tone === '') return;
    for (const { name, longestMs } of this.#cadences)
      if (name === this.tone && ms <= longestMs + toleranceMs(longestMs)) return;
    this.tone = '';
  }

  /** `on`: the newest run was the tone. */
  #match(on: boolean): void {
    let best: Name | '' = '';
    let least = Infinity;
    for (const { name, times, runs } of this.#cadences) {
      if (this.#runs < runs) continue;
      for (let last = on ? 0 : 1; last < times.length; last += 2) {
        const off = this.#deviation(times, last, runs);
        if (off >= least) continue;
        least = off;
        best = name;
      }
    }
    this.tone = best;
  }

  /** How far the last runs are off from times that end with the one at `last`, in tolerances; Infinity if one is beyond. */
  #deviation(times: readonly number[], last: number, runs: number): number {
    let sum = 0;
    for (let back = 0; back < runs; back++) {
      const ms = times[(last - back + MAX_RUNS * times.length) % times.length];
      const off = Math.abs(this.#lengths[(this.#newest - back + MAX_RUNS) % MAX_RUNS] - ms) / toleranceMs(ms);
      if (off > 1) return Infinity;
      sum += off;
    }
    return sum / runs;
  }
}

/** Runs on end, wherever they begin, that are long enough to be believed, and a whole turn. */
function runsToBelieve(times: readonly number[]): number {
  for (let runs = Math.max(2, times.length); runs < MAX_RUNS; runs++) {
    const sums = times.map((_, from) => {
      let sum = 0;
      for (let run = 0; run < runs; run++) sum += times[(from + run) % times.length];
      return sum;
    });
    if (Math.min(...sums) >= MIN_HEARD_MS) return runs;
  }
  return MAX_RUNS;
}
