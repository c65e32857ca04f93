/** Makes waiting sound shorter without a click, so that less delay is left. */
import type { SoundLine } from './sound-line.js';
import { likeness, mostAlike } from './waveform.js';

const MIN_PERIOD_MS = 2.5;
const MAX_PERIOD_MS = 15;
const FADE_MS = 5;
/** Two stretches less alike than this cannot stand for each other. */
const LIKE = 0.85;
/** Below this peak (about -44 dBm0) any two can. */
const QUIET = 200;

/** Takes a pitch period out, at most `most` samples; returns how many, 0 where none can go unheard. */
export function cutPeriod(line: SoundLine, most: number, perMs: number): number {
  const { pcm, at } = line;
  const fade = FADE_MS * perMs;
  const longest = Math.min(most, MAX_PERIOD_MS * perMs, line.waiting - fade);
  const shortest = MIN_PERIOD_MS * perMs;
  if (longest < shortest) return 0;
  let cut = longest;
  if (!isQuiet(pcm, at, at + longest + fade)) {
    cut = mostAlike(pcm, at, pcm, at + shortest, at + longest, fade, perMs >> 2) - at;
    if (likeness(pcm, at, pcm, at + cut, fade, 1) < LIKE) return 0;
  }
  for (let i = 0; i < fade; i++) {
    const share = (i + 1) / (fade + 1);
    pcm[at + i] = share * pcm[at + cut + i] + (1 - share) * pcm[at + i];
  }
  pcm.copyWithin(at + fade, at + fade + cut, line.end);
  line.end -= cut;
  return cut;
}

/** Fills `out` with `surplus` samples more than it holds, a little faster; two more have to wait after them. */
export function squeeze(line: SoundLine, out: Int16Array, surplus: number): void {
  const { pcm, at } = line;
  const pace = 1 + surplus / out.length;
  for (let i = 0; i < out.length; i++) {
    const place = i * pace;
    const whole = Math.floor(place);
    out[i] = cubic(pcm, at + whole, place - whole);
  }
  line.at += out.length + surplus;
}

/** The curve of Catmull and Rom through four samples, between those at `at` and `at + 1`. */
function cubic(pcm: Int16Array, at: number, share: number): number {
  const a = pcm[at - 1];
  const b = pcm[at];
  const c = pcm[at + 1];
  const d = pcm[at + 2];
  const value =
    b + 0.5 * share * (c - a + share * (2 * a - 5 * b + 4 * c - d + share * (3 * (b - c) + d - a)));
  return Math.round(value > 32767 ? 32767 : value < -32768 ? -32768 : value);
}

function isQuiet(pcm: Int16Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (pcm[i] > QUIET || pcm[i] < -QUIET) return false;
  return true;
}
