/** How many calls to the outside each extension has now and had in the last hour. */
import type { Clock } from '../clock.js';
import type { PermissionGroup } from '../config/schema.js';
import type { Cause } from './cause.js';
import type { LegId } from './room.js';

const HOUR_MS = 3_600_000;

export class OutboundLimits {
  /** Extension of each call that goes on. */
  readonly #calls = new Map<LegId, string>();
  /** When the calls of the last hour began, by extension; of those alone that have a limit. */
  readonly #begun = new Map<string, number[]>();

  constructor(private readonly clock: Clock) {}

  /**
   * An extension calls the outside: counts the call, or says why it may not be. The limits are those of its permission
   * group; what does not stand there has no limit. A call counts for the hour whether it is answered or not.
   */
  begin(
    caller: LegId,
    extension: string,
    { maxOutboundCalls, maxCallsPerHour }: Pick<PermissionGroup, 'maxOutboundCalls' | 'maxCallsPerHour'>,
  ): Cause | undefined {
    const calls = [...this.#calls.values()].filter((other) => other === extension).length;
    if (maxOutboundCalls !== undefined && calls >= maxOutboundCalls) return 'busy';
    if (maxCallsPerHour !== undefined) {
      const nowMs = this.clock.nowMs();
      const begun = (this.#begun.get(extension) ?? []).filter((atMs) => atMs > nowMs - HOUR_MS);
      this.#begun.set(extension, begun);
      if (begun.length >= maxCallsPerHour) return 'barred';
      begun.push(nowMs);
    }
    this.#calls.set(caller, extension);
    return undefined;
  }

  /** The callers of the calls that an extension has outside. */
  callersOf(extension: string): LegId[] {
    return [...this.#calls].flatMap(([caller, other]) => (other === extension ? [caller] : []));
  }

  /** A leg has ended; one that called nobody outside is ignored. */
  end(caller: LegId): void {
    this.#calls.delete(caller);
  }
}
