/** Hangs up legs from which no RTP comes any more: their phones are gone without a word. */
import type { Clock, Timer } from '../clock.js';
import type { PortId } from '../media/contract.js';
import type { LegId } from './room.js';

export type WatchedLeg = {
  readonly id: LegId;
  readonly port: PortId | undefined;
  /** Answered, and neither side has the other on hold: packets should come. */
  readonly expectsMedia: boolean;
};

export type SilenceWatchOptions<Leg extends WatchedLeg> = {
  clock: Clock;
  /** Seconds without a packet after which a leg is dead; 0: never. */
  limitSeconds(): number;
  legs(): readonly Leg[];
  /** Packets that came to a port so far. */
  rxPackets(port: PortId): number | undefined;
  silent(leg: Leg): void;
};

const LONGEST_CHECK_MS = 5000;

export class SilenceWatch<Leg extends WatchedLeg> {
  #seen = new Map<LegId, { packets: number; sinceMs: number }>();
  #timer?: Timer;

  constructor(private readonly options: SilenceWatchOptions<Leg>) {}

  /** There is a leg to watch; the timer runs until there is none. */
  wake(): void {
    this.#timer ??= this.options.clock.after(this.#checkMs(), () => this.#check());
  }

  #checkMs(): number {
    const limitMs = 1000 * this.options.limitSeconds();
    return limitMs > 0 ? Math.min(limitMs / 4, LONGEST_CHECK_MS) : LONGEST_CHECK_MS;
  }

  #check(): void {
    const { options } = this;
    this.#timer = undefined;
    const [nowMs, limitMs] = [options.clock.nowMs(), 1000 * options.limitSeconds()];
    const before = this.#seen;
    this.#seen = new Map();
    for (const leg of options.legs()) {
      const packets = this.#packets(leg);
      if (packets === undefined) continue;
      const last = before.get(leg.id);
      const sinceMs = last?.packets === packets ? last.sinceMs : nowMs;
      this.#seen.set(leg.id, { packets, sinceMs });
      if (limitMs > 0 && nowMs - sinceMs >= limitMs) options.silent(leg);
    }
    if (options.legs().length > 0) this.wake();
  }

  #packets(leg: Leg): number | undefined {
    return leg.expectsMedia && leg.port !== undefined ? this.options.rxPackets(leg.port) : undefined;
  }
}
