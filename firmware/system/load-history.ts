/** How much the box had to do in the last hour. */

export const SAMPLE_MS = 10_000;
const SAMPLES = 360;

/** What is read: CPU times only grow, but that of the media worker wraps at 2^32 us and begins anew with another worker. */
export type Reading = {
  mainCpuMs: number;
  mediaCpuUs: number;
  tickP50Us: number;
  tickLongestUs: number;
  callers: number;
};

/** Of the ten seconds before `at` (ISO 8601). CPU: parts of one core. */
export type LoadSample = {
  at: string;
  mainCpu: number;
  mediaCpu: number;
  tickP50Ms: number;
  tickLongestMs: number;
  callers: number;
};

export class LoadHistory {
  #samples: LoadSample[] = [];
  #last: Reading;
  #lastMs: number;

  constructor(
    private readonly read: () => Reading,
    /** The time of day, and a clock that never jumps; ms. */
    private readonly clocks: { timeMs(): number; nowMs(): number },
  ) {
    this.#last = read();
    this.#lastMs = clocks.nowMs();
  }

  /** Oldest first. */
  get samples(): readonly LoadSample[] {
    return this.#samples;
  }

  /** To be done every `SAMPLE_MS`. */
  sample(): void {
    const [before, now] = [this.#last, this.read()];
    const nowMs = this.clocks.nowMs();
    const passedMs = Math.max(1, nowMs - this.#lastMs);
    [this.#last, this.#lastMs] = [now, nowMs];
    const mediaMs = ((now.mediaCpuUs - before.mediaCpuUs) >>> 0) / 1000;
    this.#samples.push({
      at: new Date(this.clocks.timeMs()).toISOString(),
      mainCpu: part(now.mainCpuMs - before.mainCpuMs, passedMs),
      // More than there was time for: another worker has begun.
      mediaCpu: mediaMs > 2 * passedMs ? 0 : part(mediaMs, passedMs),
      tickP50Ms: now.tickP50Us / 1000,
      tickLongestMs: now.tickLongestUs / 1000,
      callers: now.callers,
    });
    if (this.#samples.length > SAMPLES) this.#samples.shift();
  }
}

function part(ms: number, ofMs: number): number {
  return Number(Math.min(1, ms / ofMs).toFixed(4));
}
