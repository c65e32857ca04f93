/** Cards with a driver of DAHDI: `dahdi:N` is its span N, `dahdi` the first that has analog lines. */
import { HardwareError } from '../hardware-error.js';
import type { LineCardDriver } from '../line-card.js';
import { DahdiCard } from './dahdi/card.js';
import { analogChannels, spanName } from './dahdi/channel.js';

export const dahdiDriver: LineCardDriver = {
  name: 'dahdi',
  probe() {
    try {
      const spans = new Set(analogChannels().map(({ span }) => String(span)));
      return Promise.resolve([...spans]);
    } catch {
      return Promise.resolve([]);
    }
  },
  async open(which) {
    const channels = analogChannels();
    const span = which === '' ? channels.at(0)?.span : Number(which);
    const own = channels.filter((channel) => channel.span === span);
    if (span === undefined || own.length === 0)
      throw new HardwareError('notFound', `no DAHDI span ${which} with analog lines: is it in system.conf?`);
    return DahdiCard.open(`${spanName(span)} (DAHDI span ${span})`, own);
  },
};
