/** HTTP digest for SIP, server side: RFC 3261 §22 with the algorithms of RFC 8760 and the rules of RFC 7616. */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { SipRequest } from 'sip-parser';
import { authText, parseAuth } from 'sip-parser';
import type { Clock } from '../clock.js';
import { ownText } from '../own-text.js';
import { knowsOnlyMd5 } from './md5-only-phones.js';

export type Algorithm = 'SHA-256' | 'MD5';

/** All that we know. */
const algorithms: readonly Algorithm[] = ['SHA-256', 'MD5'];

/** How long a nonce may be used, ms; afterwards a right answer is challenged again with `stale=true`. */
const NONCE_LIFE_MS = 300_000;
/** Most nonces whose counts are remembered; the oldest goes first. */
const MAX_NONCES = 10_000;

/**
 * What became of the credentials of a request. `challenge` is a list of header values, one per algorithm; `guessed`: the
 * user name whose password was wrong.
 */
export type Verdict =
  { ok: true; username: string } | { ok: false; challenge: string[]; guessed: string | undefined };

/** Checks credentials against passwords. Unknown users get exactly what known ones with a wrong password get. */
export class DigestAuthenticator {
  /** Signs our nonces, so that a nonce of ours is told from an invented one without remembering it. */
  #key = randomBytes(32);
  /** Highest nonce count seen, per nonce in use. */
  #counts = new Map<string, { count: number; bornMs: number }>();

  constructor(
    private readonly realm: string,
    private readonly passwordOf: (username: string) => string | undefined,
    private readonly clock: Clock,
    /** Algorithms offered and taken, best first. */
    private readonly offered: () => readonly Algorithm[],
  ) {}

  /** Number of nonces remembered. */
  get remembered(): number {
    return this.#counts.size;
  }

  /**
   * Judges the Authorization header for our realm. A nonce is good for the address it was sent to and no other: so
   * nobody can guess in another's name, nor use what was overheard. From elsewhere it is stale (RFC 7616 §3.3).
   */
  check(request: SipRequest, address: string): Verdict {
    for (const value of request.headers.all('Authorization')) {
      const credentials = readCredentials(value);
      if (credentials?.realm === this.realm) return this.#judge(request, credentials, address);
    }
    return this.#challenge(request, address, { stale: false });
  }

  #judge(request: SipRequest, credentials: Credentials, address: string): Verdict {
    const { username, nonce, nc, uri } = credentials;
    const [body = '', own, forAddress] = /^(.+)\.(\w+)\.(\w+)$/.exec(nonce)?.slice(1) ?? [];
    if (own === undefined || !sameText(this.#mark(body), own))
      return this.#challenge(request, address, { stale: false });
    // The phone has moved, or somebody speaks in its name: whether the password is right is told to neither.
    if (!sameText(this.#sign(`${body} ${address}`), forAddress))
      return this.#challenge(request, address, { stale: true });
    const bornMs = parseInt(body, 36);
    // The digest is computed for unknown users too, so that time does not tell who exists.
    const password = this.passwordOf(username);
    const expected = digestResponse(credentials, request.method, password ?? randomBytes(16).toString('hex'));
    const right = sameText(expected, credentials.response) && password !== undefined;
    if (!right || !sameTarget(uri, request.uri))
      return this.#challenge(request, address, { stale: false, guessed: username });
    const count = parseInt(nc, 16);
    const seen = this.#counts.get(nonce)?.count ?? 0;
    // RFC 7616 §3.4: a count that does not grow is a replay; the honest phone tries again with a new nonce.
    if (this.clock.nowMs() - bornMs > NONCE_LIFE_MS || !(count > seen))
      return this.#challenge(request, address, { stale: true });
    this.#remember(nonce, count, bornMs);
    return { ok: true, username };
  }

  #challenge(
    request: SipRequest,
    address: string,
    { stale, guessed }: { stale: boolean; guessed?: string },
  ): Verdict {
    const nonce = this.#newNonce(address);
    const phone = request.headers.get('User-Agent');
    const offered = knowsOnlyMd5(phone) ? (['MD5'] as const) : this.offered();
    const challenge = offered.map((algorithm) =>
      authText('Digest', [
        ['realm', this.realm, true],
        ['nonce', nonce, true],
        ['algorithm', algorithm, false],
        ['qop', 'auth', true],
        ...(stale ? [['stale', 'true', false] as [string, string, boolean]] : []),
      ]),
    );
    return { ok: false, challenge, guessed };
  }

  #newNonce(address: string): string {
    const body = `${Math.floor(this.clock.nowMs()).toString(36)}.${randomBytes(9).toString('hex')}`;
    return `${body}.${this.#mark(body)}.${this.#sign(`${body} ${address}`)}`;
  }

  /** By this a nonce is told to be ours, for whichever address: no more than a hint hangs on it. */
  #mark(body: string): string {
    return this.#sign(body).slice(0, 8);
  }

  #sign(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('hex').slice(0, 16);
  }

  #remember(nonce: string, count: number, bornMs: number): void {
    this.#counts.delete(nonce);
    this.#counts.set(ownText(nonce), { count, bornMs });
    for (const [old, { bornMs }] of this.#counts) {
      if (this.#counts.size <= MAX_NONCES && this.clock.nowMs() - bornMs <= NONCE_LIFE_MS) break;
      this.#counts.delete(old);
    }
  }
}

export type Credentials = {
  username: string;
  realm: string;
  nonce: string;
  uri: string;
  response: string;
  algorithm: Algorithm;
  /** Absent in the way of RFC 2069, which we refuse but old providers still want. */
  qop?: 'auth';
  cnonce: string;
  /** Eight hexadecimal digits. */
  nc: string;
};

/** The `response` value of RFC 7616 §3.4.1, for server and client alike. */
export function digestResponse(
  { username, realm, nonce, uri, algorithm, qop, cnonce, nc }: Omit<Credentials, 'response'>,
  method: string,
  password: string,
): string {
  const hash = (text: string) =>
    createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
      .update(text, 'latin1')
      .digest('hex');
  const ha1 = hash(`${username}:${realm}:${Buffer.from(password, 'utf8').toString('latin1')}`);
  const ha2 = hash(`${method}:${uri}`);
  return hash(qop ? `${ha1}:${nonce}:${nc}:${cnonce}:${qop}:${ha2}` : `${ha1}:${nonce}:${ha2}`);
}

function readCredentials(value: string): Credentials | undefined {
  let auth;
  try {
    auth = parseAuth(value);
  } catch {
    return undefined;
  }
  const { scheme, params } = auth;
  if (scheme.toLowerCase() !== 'digest') return undefined;
  const field = (name: string) => params.get(name) ?? '';
  const algorithm = algorithms.find(
    (known) => known.toLowerCase() === (params.get('algorithm') ?? 'md5').toLowerCase(),
  );
  if (!algorithm || field('qop').toLowerCase() !== 'auth' || !/^[0-9a-f]{8}$/i.test(field('nc')))
    return undefined;
  return {
    username: field('username'),
    realm: field('realm'),
    nonce: field('nonce'),
    uri: field('uri'),
    response: field('response').toLowerCase(),
    algorithm,
    qop: 'auth',
    cnonce: field('cnonce'),
    nc: field('nc'),
  };
}

/**
 * Clients differ in what they copy from the Request-URI (sipp leaves out the user part, others parameters); the host
 * must agree, so that what was meant for another server is worth nothing here (RFC 7616 §3.4.6).
 */
function sameTarget(credentialsUri: string, requestUri: string): boolean {
  const host = (uri: string) => /^[a-z]+:(?:[^@]*@)?([^;?]*)/i.exec(uri)?.[1].toLowerCase() ?? uri;
  return host(credentialsUri) === host(requestUri);
}

function sameText(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1'));
}
