/** What the technician's console and tests tell a simulated card, in words: `sim 1 dial 800`. */
import type { SimulatedCard } from './card.js';

const USAGE = 'sim N off-hook | on-hook | dial KEYS | pulse DIGITS | flash; sim unplug';

/** Carries out a command, without its `sim`; returns what is to be said: '' if nothing is wrong. */
export function command(card: SimulatedCard, words: string): string {
  const [which, verb, keys] = words.trim().split(/\s+/);
  if (which === 'unplug') {
    card.unplug();
    return '';
  }
  const phone = card.phones[Number(which) - 1];
  if (!phone) return `no phone ${which}: there are 1 to ${card.phones.length}`;
  switch (verb) {
    case 'off-hook':
    case 'on-hook':
      phone.off = verb === 'off-hook';
      return '';
    case 'flash':
      phone.flash();
      return '';
    case 'dial':
      if (!/^[0-9*#A-D]+$/.test(keys ?? '')) return 'dial wants keys, of 0-9 * # A-D';
      phone.keys(keys);
      return '';
    case 'pulse':
      if (!/^\d+$/.test(keys ?? '')) return 'pulse wants digits';
      phone.pulses(keys);
      return '';
    default:
      return USAGE;
  }
}
