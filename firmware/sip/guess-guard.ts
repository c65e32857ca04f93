/** Refuses, for a while that grows, sources that try passwords. */
import type { Clock } from '../clock.js';
import { sourceOf } from './networks.js';

/** Wrong answers of a source that cost it nothing: somebody mistyped. A first request without answer is none. */
const FREE = 5;
const FIRST_REFUSAL_MS = 30_000;
const LONGEST_REFUSAL_MS = 3_600_000;
/** A source that gave no wrong answer for so long starts anew. */
const FORGET_MS = 2 * LONGEST_REFUSAL_MS;
/** Most sources remembered; whoever guessed longest ago goes first. */
const MAX_SOURCES = 10_000;

type Guesses = { wrong: number; lastMs: number; refusedUntilMs: number };

export class GuessGuard {
  /** By whoever they are counted as, in the order of their last guess. */
  readonly #sources = new Map<string, Guesses>();

  constructor(
    private readonly clock: Clock,
    /** Addresses that are never refused. */
    private readonly isTrusted: (address: string) => boolean,
  ) {}

  /** Sources that are refused now. */
  get refused(): number {
    const nowMs = this.clock.nowMs();
    return [...this.#sources.values()].filter(({ refusedUntilMs }) => refusedUntilMs > nowMs).length;
  }

  refuses(address: string): boolean {
    const source = this.#sources.get(sourceOf(address));
    return source !== undefined && source.refusedUntilMs > this.clock.nowMs() && !this.isTrusted(address);
  }

  /** A wrong password came from there; returns for how long nothing more is taken from it, ms: 0 while it is free. */
  guessed(address: string): number {
    if (this.isTrusted(address)) return 0;
    const nowMs = this.clock.nowMs();
    const holder = sourceOf(address);
    const before = this.#sources.get(holder);
    const wrong = before && nowMs - before.lastMs < FORGET_MS ? before.wrong + 1 : 1;
    const refusalMs = wrong < FREE ? 0 : Math.min(FIRST_REFUSAL_MS * 2 ** (wrong - FREE), LONGEST_REFUSAL_MS);
    this.#sources.delete(holder);
    this.#sources.set(holder, { wrong, lastMs: nowMs, refusedUntilMs: nowMs + refusalMs });
    if (this.#sources.size > MAX_SOURCES) this.#sources.delete(this.#sources.keys().next().value!);
    return refusalMs;
  }
}
