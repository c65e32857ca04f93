/** Answers a provider's digest challenges (RFC 3261 §22.2, RFC 8760 §2.4, RFC 7616 §3.4). */
import { randomBytes } from 'node:crypto';
import { authText, parseAuth, parseCSeq, SipParseError, type SipRequest, type SipResponse } from 'sip-parser';
import { digestResponse, type Algorithm } from './digest.js';

export type Account = { username: string; password: string };

type Challenge = {
  header: 'Authorization' | 'Proxy-Authorization';
  realm: string;
  nonce: string;
  opaque?: string;
  algorithm: Algorithm;
  /** Undefined in the way of RFC 2069, which old servers still ask for. */
  qop?: 'auth';
};

/** Keeps the provider's last challenge, so that later requests bear credentials at once. */
export class DigestClient {
  #challenges = new Map<Challenge['header'], Challenge>();
  #count = 0;

  constructor(private readonly account: Account) {}

  /**
   * The request again, with credentials for the challenge in a 401 or 407 and the next CSeq; undefined if there is
   * no challenge that we can answer, or if our password was refused (the same nonce is not called stale, RFC 7616 §3.3).
   */
  answer(request: SipRequest, response: SipResponse): SipRequest | undefined {
    const header = response.status === 407 ? 'Proxy-Authorization' : 'Authorization';
    const found = readChallenge(response, header);
    if (!found) return undefined;
    const { challenge, stale } = found;
    if (request.headers.has(header) && !stale) return undefined;
    this.#challenges.set(header, challenge);
    this.#count = 0;
    const again = { ...request, headers: request.headers.clone() };
    const { number, method } = parseCSeq(request.headers.get('CSeq') ?? '');
    again.headers.set('CSeq', `${number + 1} ${method}`);
    this.authorize(again);
    return again;
  }

  /** Puts credentials into a request where a challenge is known. */
  authorize(request: SipRequest): void {
    for (const challenge of this.#challenges.values())
      request.headers.set(challenge.header, this.#credentials(challenge, request));
  }

  #credentials({ realm, nonce, opaque, algorithm, qop }: Challenge, { method, uri }: SipRequest): string {
    const { username, password } = this.account;
    const fields = {
      username,
      realm,
      nonce,
      uri,
      algorithm,
      qop,
      cnonce: randomBytes(8).toString('hex'),
      nc: (++this.#count).toString(16).padStart(8, '0'),
    };
    return authText('Digest', [
      ['username', username, true],
      ['realm', realm, true],
      ['nonce', nonce, true],
      ['uri', uri, true],
      ['response', digestResponse(fields, method, password), true],
      ['algorithm', algorithm, false],
      ...(opaque === undefined ? [] : [field('opaque', opaque, true)]),
      ...(qop === undefined
        ? []
        : [field('qop', qop, false), field('nc', fields.nc, false), field('cnonce', fields.cnonce, true)]),
    ]);
  }
}

/** The first challenge that we know how to answer: the server puts its best first (RFC 8760 §2.4). */
function readChallenge(
  { headers }: SipResponse,
  header: Challenge['header'],
): { challenge: Challenge; stale: boolean } | undefined {
  for (const value of headers.all(header === 'Authorization' ? 'WWW-Authenticate' : 'Proxy-Authenticate')) {
    try {
      const { scheme, params } = parseAuth(value);
      const algorithm = (params.get('algorithm') ?? 'MD5').toUpperCase();
      const [realm, nonce, offered] = ['realm', 'nonce', 'qop'].map((name) => params.get(name));
      const qop = offered?.split(/[ ,]+/).includes('auth') ? ('auth' as const) : undefined;
      if (scheme.toLowerCase() !== 'digest' || realm === undefined || nonce === undefined) continue;
      if ((algorithm !== 'MD5' && algorithm !== 'SHA-256') || (offered !== undefined && !qop)) continue;
      return {
        challenge: { header, realm, nonce, opaque: params.get('opaque'), algorithm, qop },
        stale: params.get('stale')?.toLowerCase() === 'true',
      };
    } catch (error) {
      if (!(error instanceof SipParseError)) throw error;
    }
  }
  return undefined;
}

function field(name: string, value: string, quoted: boolean): [string, string, boolean] {
  return [name, value, quoted];
}
