/** All lines to the exchange, as ways to the outside. */
import type { FxoLine } from '../../hal/line-card.js';
import { createLog } from '../log.js';
import type { ConferenceDirectory } from './conference-directory.js';
import type { OpenRoom } from './open-room.js';
import { ExchangeLine, type ExchangeHost } from './exchange-line.js';
import type { Leg } from './leg.js';
import type { LineOwner, OwnedLine } from './line-board.js';
import type { OutsideLines } from './switchboard.js';
import type { Way } from './trunk-call.js';

const log = createLog('line');

/** What the keys of a telephone can say. */
const DIGITS = /^[0-9]+$/;

/** A line says itself that it cannot be had, after the guard and the wait for dial tone of `line/fxo`, which take less. */
const PATIENCE_MS = 15_000;

export class ExchangeLines implements OutsideLines {
  readonly #lines = new Set<ExchangeLine>();

  constructor(
    private readonly host: Omit<ExchangeHost, 'closed'> & {
      conferences: Pick<ConferenceDirectory, 'rooms' | 'announce'>;
    },
  ) {}

  /** A line to the exchange has come. */
  own(owned: OwnedLine<FxoLine>): LineOwner {
    const line = new ExchangeLine(owned, {
      ...this.host,
      closed: (gone) => void this.#lines.delete(gone),
    });
    this.#lines.add(line);
    return line;
  }

  ways(number: string, from: string): Way[] {
    if (!DIGITS.test(number)) return [];
    return this.#fromTheLast
      .filter(({ free, settings }) => free && settings.outgoing)
      .map((line) => ({ place: () => line.call(number, from), patienceMs: PATIENCE_MS }));
  }

  emergencyWays(number: string, from: string): Way[] {
    return this.#fromTheLast
      .filter(({ takeable }) => takeable)
      .sort((one, other) => this.#importance(one) - this.#importance(other))
      .map((line) => ({ place: () => this.#take(line, number, from), patienceMs: PATIENCE_MS }));
  }

  /** Exchanges let the first ones ring: from the other end both meet seldom. */
  get #fromTheLast(): ExchangeLine[] {
    return [...this.#lines].sort((a, b) => b.place - a.place);
  }

  /** Free lines are least; then come lines in conferences, listeners first, then who came last; then all others. */
  #importance({ free, leg }: ExchangeLine): number {
    if (free) return 0;
    const room = leg && this.#roomOf(leg);
    const member = room?.state.members.find((one) => one.leg === leg?.id);
    if (!leg || !member) return 3;
    return (member.muted ? 1 : 2) - leg.sinceMs / Number.MAX_SAFE_INTEGER;
  }

  #take(line: ExchangeLine, number: string, from: string): Leg {
    const { leg, settings } = line;
    const room = leg && this.#roomOf(leg);
    log.warn({ line: settings.name, taken: leg?.id }, 'an emergency call takes a line');
    const call = line.take(number, from);
    if (room && this.host.conferences.rooms.includes(room))
      this.host.conferences.announce(room, 'line-taken');
    return call;
  }

  #roomOf({ id }: Leg): OpenRoom | undefined {
    return this.host.conferences.rooms.find(({ legs }) => legs.has(id));
  }
}
