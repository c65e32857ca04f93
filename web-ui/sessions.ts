/** Who is signed in to the pages, by the random cookie of their browser. Kept in memory: a restart signs everybody out. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../firmware/clock.js';
import type { Administrator } from '../firmware/config/schema.js';

/** A session ends when nothing was asked for so long, and when it is so old. */
const IDLE_MS = 30 * 60_000;
const LONGEST_MS = 12 * 3_600_000;
/** The one that was used longest ago makes room for another. */
const MAX_SESSIONS = 100;

type Session = { administrator: Administrator; sinceMs: number; usedMs: number };

export class Sessions {
  /** By cookie, in the order of their last use. */
  readonly #sessions = new Map<string, Session>();
  readonly #secret = randomBytes(32);

  constructor(
    private readonly administrators: () => readonly Administrator[],
    private readonly clock: Clock,
  ) {}

  /** A cookie that nobody else has. */
  newCookie(): string {
    return randomBytes(32).toString('base64url');
  }

  /** Whether it looks like one of ours; signed in or not. */
  isCookie(text: string | undefined): text is string {
    return text !== undefined && /^[\w-]{43}$/.test(text);
  }

  /** Signs an administrator in under a new cookie. */
  begin(administrator: Administrator): string {
    const cookie = this.newCookie();
    const nowMs = this.clock.nowMs();
    this.#sessions.set(cookie, { administrator, sinceMs: nowMs, usedMs: nowMs });
    if (this.#sessions.size > MAX_SESSIONS) this.end(this.#sessions.keys().next().value!);
    return cookie;
  }

  end(cookie: string): void {
    this.#sessions.delete(cookie);
  }

  /** Who is signed in; undefined for nobody, and once the account is gone or has another password. */
  administratorOf(cookie: string): Administrator | undefined {
    const session = this.#sessions.get(cookie);
    if (!session) return undefined;
    const { name, passwordHash } = session.administrator;
    const nowMs = this.clock.nowMs();
    const over = nowMs - session.usedMs >= IDLE_MS || nowMs - session.sinceMs >= LONGEST_MS;
    const known = this.administrators().find((one) => one.name === name && one.passwordHash === passwordHash);
    if (known && !over) return known;
    this.end(cookie);
    return undefined;
  }

  /** Somebody did something: the idle time starts anew. */
  used(cookie: string): void {
    const session = this.#sessions.get(cookie);
    if (!session) return;
    session.usedMs = this.clock.nowMs();
    this.#sessions.delete(cookie);
    this.#sessions.set(cookie, session);
  }

  /** What every form of this browser carries, so that no other site can send one in its name. */
  formToken(cookie: string): string {
    return createHmac('sha256', this.#secret).update(cookie).digest('base64url');
  }

  isFormToken(cookie: string, token: string | null): boolean {
    const [expected, actual] = [this.formToken(cookie), token ?? ''].map((text) => Buffer.from(text));
    return expected.length === actual.length && timingSafeEqual(expected, actual);
  }
}
