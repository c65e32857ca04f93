/** All phones on lines. */
import type { FxsLine } from '../../hal/line-card.js';
import type { Extension } from '../config/schema.js';
import type { Cause } from './cause.js';
import { FxsPhone, type FxsHost } from './fxs-phone.js';
import type { Leg, Party } from './leg.js';
import type { LineOwner, OwnedLine } from './line-board.js';
import type { LinePhones } from './switchboard.js';

export class FxsPhones implements LinePhones {
  readonly #phones = new Set<FxsPhone>();
  #conferences = 0;

  constructor(private readonly host: Omit<FxsHost, 'conferenceName' | 'closed'>) {}

  /** A line with a phone has come. */
  own(owned: OwnedLine<FxsLine>): LineOwner {
    const phone = new FxsPhone(owned, {
      ...this.host,
      conferenceName: () => `three-way-${++this.#conferences}`,
      closed: (gone) => void this.#phones.delete(gone),
    });
    this.#phones.add(phone);
    return phone;
  }

  call(to: Extension, caller: Party): readonly Leg[] | Cause {
    const own = [...this.#phones].filter(({ extension }) => extension === to.number);
    if (own.length === 0) return 'unavailable';
    const legs = own.flatMap((phone) => phone.call(to, caller) ?? []);
    return legs.length > 0 ? legs : 'busy';
  }
}
