/** HTTP Basic (RFC 7617) against the administrators of the configuration. */
import { createHash } from 'node:crypto';
import type { Clock } from '../firmware/clock.js';
import type { Administrator } from '../firmware/config/schema.js';
import { verifyPassword } from '../firmware/config/password.js';

/** A password that was right is not run through scrypt again for this long. */
const REMEMBER_MS = 60_000;
const MAX_REMEMBERED = 100;
/** Hashes of guesses computed at once; more are turned away, so that guessing cannot eat the processor. */
const MAX_AT_ONCE = 2;
/** Stands in for the hash of a name that does not exist, so that both take equally long. */
const NOBODY = 'scrypt$16384$8$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=';

export class AdministratorCheck {
  readonly #remembered = new Map<string, number>();
  #running = 0;

  constructor(
    private readonly administrators: () => readonly Administrator[],
    private readonly clock: Clock,
  ) {}

  /** Whose Authorization header it is; `busy` while too many are being judged. */
  async check(header: string | undefined): Promise<Administrator | 'refused' | 'busy'> {
    const credentials = readBasic(header);
    if (!credentials) return 'refused';
    const known = this.administrators().find(({ name }) => name === credentials.name);
    const hash = known?.passwordHash ?? NOBODY;
    const key = createHash('sha256').update(`${hash}\n${credentials.password}`).digest('hex');
    if (known && (this.#remembered.get(key) ?? 0) > this.clock.nowMs()) return known;
    if (this.#running >= MAX_AT_ONCE) return 'busy';
    this.#running += 1;
    try {
      if (!(await verifyPassword(credentials.password, hash)) || !known) return 'refused';
    } finally {
      this.#running -= 1;
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
