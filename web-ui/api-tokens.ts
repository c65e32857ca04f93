/** Whether a program may ask, by a token of the configuration (Bearer, RFC 6750). */
import { createHash, randomBytes } from 'node:crypto';
import { instantMs } from '../firmware/config/instant.js';
import type { ApiToken } from '../firmware/config/schema.js';
import type { GuessGuard } from '../firmware/guess-guard.js';
import { sourceOf } from '../firmware/sip/networks.js';

/** `expired`: it was right once; `locked`: too many wrong ones came from there. */
export type TokenVerdict = 'refused' | 'expired' | 'locked' | ApiToken;

export class ApiTokens {
  /** By hash, since the start of the box: flash is not worn by this. */
  readonly #lastUsedMs = new Map<string, number>();

  constructor(
    private readonly tokens: () => readonly ApiToken[],
    private readonly guard: GuessGuard,
    /** ms since 1970. */
    private readonly nowMs: () => number,
  ) {}

  /** A token of 256 random bits, and what is kept of it. */
  make(): { token: string; tokenHash: string } {
    const token = `parley_${randomBytes(32).toString('base64url')}`;
    return { token, tokenHash: hashOf(token) };
  }

  /** Judges an Authorization header that came from an address. */
  checkBearer(header: string, source: string): TokenVerdict {
    if (this.guard.refuses('password', sourceOf(source))) return 'locked';
    const text = /^Bearer +([!-~]{1,256})$/i.exec(header)?.[1] ?? '';
    // Who can compare hashes by the time it takes learns nothing: what is hashed has 256 random bits.
    const tokenHash = hashOf(text);
    const known = this.tokens().find((one) => one.tokenHash === tokenHash);
    if (!known) {
      // A program that goes on with a revoked token guesses nothing.
      if (!this.#lastUsedMs.has(tokenHash))
        this.guard.wrong({ secret: 'password', sources: [sourceOf(source)], target: 'the API' });
      return 'refused';
    }
    if (!this.isValid(known)) return 'expired';
    this.#lastUsedMs.set(tokenHash, this.nowMs());
    return known;
  }

  /** Whether it is still in the configuration, and not over. */
  isValid({ tokenHash, expires }: ApiToken): boolean {
    const untilMs = expires === undefined ? Infinity : (instantMs(expires) ?? 0);
    return this.nowMs() < untilMs && this.tokens().some((one) => one.tokenHash === tokenHash);
  }

  /** ms since 1970; undefined if it was not used since the start of the box. */
  lastUsedMs({ tokenHash }: ApiToken): number | undefined {
    return this.#lastUsedMs.get(tokenHash);
  }
}

export function isBearer(header: string): boolean {
  return /^Bearer( |$)/i.test(header);
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
