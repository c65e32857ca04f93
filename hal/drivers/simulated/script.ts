/** What the technician's console and tests tell a simulated card, in words: `sim 1 dial 800`, `sim exchange 1 call 089`. */
import type { CallerIdKind } from './caller-id-signal.js';
import type { SimulatedCard } from './card.js';
import type { DialOutcome, ExchangeTones, SimulatedExchange, SimulatedRelease } from './exchange.js';
import type { SimulatedPhone } from './phone.js';
import { toneOf } from './sound-meter.js';

const USAGE =
  'sim N off-hook | on-hook | dial KEYS | pulse DIGITS | flash | say HZ | hears HZ | state; ' +
  'sim exchange N call [NUMBER [bellcore|v23|dtmf [NAME]]] | dial KEYS | glare | hang-up HOW | on NUMBER OUTCOME | ' +
  'polarity yes|no | dead yes|no | country CC | wire LOSS ECHO NOISE | cut | mend | say HZ | hears HZ | state; ' +
  'sim skew PPM; sim unplug';
const RELEASES: readonly string[] = ['loopBreak', 'polarity', 'busy', 'reorder', 'dial', 'silence'];
const OUTCOMES: readonly string[] = ['answer', 'ringing', 'busy', 'reorder', 'noSuchNumber'];
const KINDS: readonly string[] = ['bellcore', 'v23', 'dtmf'];

/** The tones of a country (ISO 3166, small letters). */
export type TonesOf = (country: string) => ExchangeTones;

/** Carries out a command, without its `sim`; returns what is to be said: '' if nothing is wrong. */
export function command(card: SimulatedCard, words: string, tonesOf?: TonesOf): string {
  const [which, verb = '', ...rest] = words.trim().split(/\s+/);
  if (which === 'unplug') {
    card.unplug();
    return '';
  }
  if (which === 'skew') {
    if (!isFinite(Number(verb || NaN))) return 'skew wants parts per million';
    card.skewPpm = Number(verb);
    return '';
  }
  if (which === 'exchange') {
    const exchange = card.exchanges[Number(verb) - 1];
    if (!exchange) return `no exchange ${verb}: there are 1 to ${card.exchanges.length}`;
    return commandExchange(exchange, rest, tonesOf);
  }
  const phone = card.phones[Number(which) - 1];
  if (!phone) return `no phone ${which}: there are 1 to ${card.phones.length}`;
  return commandPhone(phone, verb, rest[0]);
}

function commandPhone(phone: SimulatedPhone, verb: string, word = ''): string {
  switch (verb) {
    case 'off-hook':
    case 'on-hook':
      phone.off = verb === 'off-hook';
      return '';
    case 'flash':
      phone.flash();
      return '';
    case 'dial':
      if (!/^[0-9*#A-D]+$/.test(word)) return 'dial wants keys, of 0-9 * # A-D';
      phone.keys(word);
      return '';
    case 'pulse':
      if (!/^\d+$/.test(word)) return 'pulse wants digits';
      phone.pulses(word);
      return '';
    case 'say':
      phone.say = Number(word) > 0 ? toneOf(Number(word)) : undefined;
      return '';
    case 'hears':
      return levelOf(phone, word);
    case 'state':
      return [phone.off ? 'off-hook' : 'on-hook', phone.ringing && 'ringing', phone.lamp && 'lamp']
        .filter((part) => part !== false)
        .join(' ');
    default:
      return USAGE;
  }
}

function commandExchange(exchange: SimulatedExchange, words: string[], tonesOf?: TonesOf): string {
  const [verb, word = '', more = '', ...rest] = words;
  const { wire } = exchange;
  switch (verb) {
    case 'call': {
      const kind = more === '' ? 'bellcore' : more;
      if (!KINDS.includes(kind)) return `call tells the caller by ${KINDS.join(', ')}`;
      const caller = word === '' ? undefined : { number: word.replace(/\D/g, ''), name: rest.join(' ') };
      exchange.call(caller, kind as CallerIdKind);
      return '';
    }
    case 'dial':
      if (!/^[0-9*#A-D]+$/.test(word)) return 'dial wants keys, of 0-9 * # A-D';
      exchange.keys(word);
      return '';
    case 'glare':
      exchange.callWhenSeized();
      return '';
    case 'hang-up':
      if (!RELEASES.includes(word)) return `hang-up wants one of ${RELEASES.join(', ')}`;
      exchange.hangUp(word as SimulatedRelease);
      return '';
    case 'on':
      if (!OUTCOMES.includes(more)) return `on NUMBER wants one of ${OUTCOMES.join(', ')}`;
      exchange.outcomes.set(word, more as DialOutcome);
      return '';
    case 'polarity':
      exchange.answersByPolarity = word === 'yes';
      return '';
    case 'dead':
      exchange.dead = word === 'yes';
      return '';
    case 'country':
      if (!tonesOf) return 'no country is known here';
      exchange.tones = tonesOf(word);
      return '';
    case 'wire': {
      const [lossDb, echoLossDb, noiseDbm0] = [word, more, rest[0] ?? ''].map((part) => Number(part || NaN));
      if ([lossDb, echoLossDb, noiseDbm0].some(isNaN)) return 'wire wants three figures, dB';
      wire.settings = { lossDb, echoLossDb, noiseDbm0 };
      return '';
    }
    case 'cut':
    case 'mend':
      wire.whole = verb === 'mend';
      return '';
    case 'say':
      exchange.say = Number(word) > 0 ? toneOf(Number(word)) : undefined;
      return '';
    case 'hears':
      return levelOf(exchange, word);
    case 'state':
      return `${exchange.state} ${exchange.dialled}`.trimEnd();
    default:
      return USAGE;
  }
}

function levelOf({ meter }: SimulatedPhone | SimulatedExchange, hz: string): string {
  return Number(hz) > 0 ? `${meter.dbm0(Number(hz)).toFixed(1)} dBm0` : 'hears wants a frequency, Hz';
}
