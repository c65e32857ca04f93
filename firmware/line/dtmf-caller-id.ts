/**
 * A caller told in keys before or between rings (ETSI EN 300 659-3 annex B, and the habits of some countries).
 *
 *     A 5551234 C        the number; # ends it in Denmark, D begins it in China and Taiwan
 *     B 00 C, B 10 C     no number: the network has none, the caller wants none
 *     D 1 #, D 2 #       the same in Denmark
 */
import type { CallerId } from './caller-id-message.js';

/** Each key and the pause behind it (EN 300 659-1 §6.3). */
export const CALLER_ID_KEY_MS = 70;

const MAX_KEYS = 24;
const MAX_NUMBER = 20;

/** The keys that tell of a caller; what a key cannot say is left out. */
export function callerIdKeys(caller: CallerId): string {
  const number = caller.number?.replace(/[^0-9]/g, '').slice(0, MAX_NUMBER);
  if (number) return `A${number}C`;
  return caller.absent === 'private' ? 'B10C' : 'B00C';
}

/** Puts keys together; begins anew with `reset`. */
export class KeyCallerId {
  #keys = '';

  /** The next key; returns the caller when it was the last. */
  press(key: string): CallerId | undefined {
    if (this.#keys === '' && !/[ABD]/.test(key)) return undefined;
    this.#keys += key;
    if (key === 'C' || key === '#') {
      const caller = readKeys(this.#keys.slice(0, -1));
      this.reset();
      return caller;
    }
    if (this.#keys.length >= MAX_KEYS) this.reset();
    return undefined;
  }

  /** No key for some time: some exchanges send no end. Returns the caller if a number was there. */
  end(): CallerId | undefined {
    const caller = this.#keys.length > 1 ? readKeys(this.#keys) : undefined;
    this.reset();
    return caller;
  }

  reset(): void {
    this.#keys = '';
  }
}

/** Parts, each a letter and its digits; of several numbers the caller's is that behind A. */
function readKeys(keys: string): CallerId | undefined {
  const parts = new Map([...keys.matchAll(/([ABD])(\d*)/g)].map(([, letter, digits]) => [letter, digits]));
  const number = parts.get('A');
  if (number) return number.length <= MAX_NUMBER ? { number } : undefined;
  const special = parts.get('B');
  if (special !== undefined) return { absent: special.startsWith('1') ? 'private' : 'unavailable' };
  const other = parts.get('D');
  if (!other) return undefined;
  if (other === '1') return { absent: 'private' };
  if (other.length === 1) return { absent: 'unavailable' };
  return other.length <= MAX_NUMBER ? { number: other } : undefined;
}
