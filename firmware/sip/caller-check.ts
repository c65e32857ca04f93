/** Who a request is of: a provider by its address, anybody else by credentials; who guesses is not heard for a while. */
import { parseNameAddr, parseUri, readableText, reasonPhrase, type SipRequest } from 'sip-parser';
import type { Clock } from '../clock.js';
import type { GuessGuard } from '../guess-guard.js';
import { createLog } from '../log.js';
import { DigestAuthenticator, type Algorithm } from './digest.js';
import { sourceOf } from './networks.js';
import { ProtocolError } from './protocol-error.js';
import type { Registrar } from './registrar.js';
import type { Endpoint } from './transport.js';
import type { Trunk } from './trunk.js';

const log = createLog('sip');

/** Who calls: an account, as its credentials show, or somebody outside, as a provider says. */
export type Caller =
  { type: 'account'; username: string } | { type: 'outside'; trunk: string; number: string; name: string };

export type CallerCheckOptions = {
  clock: Clock;
  /** Realm of the challenges. */
  realm: string;
  /** Digest algorithms that phones are offered, best first. */
  digestAlgorithms(): readonly Algorithm[];
  /** Password of a SIP user name; undefined if there is no such user. */
  passwordOf(username: string): string | undefined;
  /** The provider whose requests come from there; they need no password of ours. */
  trunkOf?(source: Endpoint): Trunk | undefined;
  guard: GuessGuard;
  /** Addresses that may try passwords as often as they like. */
  isTrusted(address: string): boolean;
};

export class CallerCheck {
  readonly #digest: DigestAuthenticator;

  constructor(
    private readonly options: CallerCheckOptions,
    private readonly registrar: Registrar,
  ) {
    const { realm, clock } = options;
    this.#digest = new DigestAuthenticator(
      realm,
      (name) => options.passwordOf(name),
      clock,
      () => options.digestAlgorithms(),
    );
  }

  /** Whether an address has guessed too much to be heard. */
  refuses({ address }: Endpoint): boolean {
    const { guard } = this.options;
    return guard.refuses('password', sourceOf(address)) && !this.options.isTrusted(address);
  }

  /** Who a request is of. Throws ProtocolError 401 with a challenge. */
  callerOf(request: SipRequest, source: Endpoint): Caller {
    const trunk = this.#trunkOf(request, source);
    return trunk
      ? outsideCaller(trunk, request)
      : { type: 'account', username: this.#authenticate(request, source) };
  }

  /** The provider that a call comes from; a phone of ours may be at the same address. */
  #trunkOf(request: SipRequest, source: Endpoint): Trunk | undefined {
    if (request.method !== 'INVITE' || request.headers.has('Authorization')) return undefined;
    return this.registrar.knows(source) ? undefined : this.options.trunkOf?.(source);
  }

  /** The number that an INVITE calls: where a provider calls our registered Contact it stands in To. */
  dialled(request: SipRequest, source: Endpoint): string {
    const { uri, headers } = request;
    const trunk = this.#trunkOf(request, source);
    const { user = '' } = parseUri(uri);
    const to = parseNameAddr(headers.get('To') ?? '').uri;
    if (user !== trunk?.settings.username || !/^sips?:/i.test(to)) return user;
    return parseUri(to).user ?? user;
  }

  /** The user whose credentials the request bears: who a caller is follows from these, never from From. */
  #authenticate(request: SipRequest, { address }: Endpoint): string {
    const verdict = this.#digest.check(request, address);
    if (verdict.ok) return verdict.username;
    if (verdict.guessed !== undefined && !this.options.isTrusted(address)) {
      const known = this.options.passwordOf(verdict.guessed) !== undefined;
      const refusedMs = this.options.guard.wrong({
        secret: 'password',
        sources: [sourceOf(address)],
        target: known ? `SIP account ${verdict.guessed}` : undefined,
      });
      log.warn({ source: address, refusedSeconds: refusedMs / 1000 }, 'wrong SIP password');
    }
    throw new ProtocolError(
      401,
      reasonPhrase(401),
      verdict.challenge.map((value) => ['WWW-Authenticate', value] as const),
    );
  }
}

/** Who calls from outside, as the provider says: P-Asserted-Identity (RFC 3325) before From. */
function outsideCaller(trunk: Trunk, { headers }: SipRequest): Caller {
  const asserted = headers.all('P-Asserted-Identity').find((value) => /sips?:/i.test(value));
  const { uri, displayName: name } = parseNameAddr(asserted ?? headers.get('From') ?? '');
  const number = /^sips?:/i.test(uri) ? (parseUri(uri).user ?? '') : uri.replace(/^tel:|;.*$/gi, '');
  return { type: 'outside', trunk: trunk.settings.name, number, name: readableText(name) };
}
