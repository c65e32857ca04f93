/** Whether somebody is an administrator of the configuration, by name and password; HTTP Basic (RFC 7617) too. */
import { createHash } from 'node:crypto';
import type { Clock } from '../firmware/clock.js';
import type { Administrator } from '../firmware/config/schema.js';
import { verifyPassword } from '../firmware/config/password.js';
import type { GuessGuard } from '../firmware/guess-guard.js';
import { createLog } from '../firmware/log.js';
import { sourceOf } from '../firmware/sip/networks.js';

const log = createLog('web');

/** `busy`: too many are being judged; `locked`: too many wrong passwords came from there. */
export type Verdict = 'refused' | 'busy' | 'locked' | Administrator;

/** A password that was right is not run through scrypt again for this long. */
const REMEMBER_MS = 60_000;
const MAX_REMEMBERED = 100;
/** Hashes of guesses computed at once; more are turned away, so that guessing cannot eat the processor. */
const MAX_AT_ONCE = 2;
/** Stands in for the hash of a name that does not exist, so that both take equally long. */
const NOBODY = 'scrypt$16384$8$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=';

export class AdministratorCheck {
  readonly #remembered = new Map<string, number>();
  /** What is being judged, by its source: one password of each at a time, so that none slips by the guard. */
  readonly #judging = new Map<string, { key: string; verdict: Promise<Verdict> }>();

  constructor(
    private readonly administrators: () => readonly Administrator[],
    private readonly clock: Clock,
    private readonly guard: GuessGuard,
  ) {}

  /** Judges an Authorization header that came from an address. */
  async checkBasic(header: string | undefined, address: string): Promise<Verdict> {
    const credentials = readBasic(header);
    return credentials ? this.check(credentials.name, credentials.password, address) : 'refused';
  }

  async check(name: string, password: string, address: string): Promise<Verdict> {
    const source = sourceOf(address);
    if (this.guard.refuses('password', source)) return 'locked';
    const known = this.administrators().find((one) => one.name === name);
    const hash = known?.passwordHash ?? NOBODY;
    const key = createHash('sha256').update(`${hash}\n${password}`).digest('hex');
    if (known && (this.#remembered.get(key) ?? 0) > this.clock.nowMs()) return known;
    const running = this.#judging.get(source);
    if (running?.key === key) return running.verdict;
    if (running || this.#judging.size >= MAX_AT_ONCE) return 'busy';
    const verdict = this.#judge(known, password, hash, key, source);
    this.#judging.set(source, { key, verdict });
    try {
      return await verdict;
    } finally {
      this.#judging.delete(source);
    }
  }

  async #judge(
    known: Administrator | undefined,
    password: string,
    hash: string,
    key: string,
    source: string,
  ): Promise<Verdict> {
    const right = await verifyPassword(password, hash);
    if (!right || !known) {
      const target = known && `administrator ${known.name}`;
      const refusedMs = this.guard.wrong({ secret: 'password', sources: [source], target });
      log.warn({ source, refusedSeconds: refusedMs / 1000 }, 'wrong password of an administrator');
      return 'refused';
    }
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(key, this.clock.nowMs() + REMEMBER_MS);
    return known;
  }
}

function readBasic(header: string | undefined): { name: string; password: string } | undefined {
  const match = /^Basic +([A-Za-z0-9+/=]{1,1024})$/i.exec(header ?? '');
  if (!match) return undefined;
  const text = Buffer.from(match[1], 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { name: text.slice(0, colon), password: text.slice(colon + 1) };
}
