/** Which phones belong to an extension now: the location service behind REGISTER (RFC 3261 §10.3). */
import type { SipRequest } from 'sip-parser';
import { parseCSeq, parseNameAddr, parseUri } from 'sip-parser';
import type { Clock } from '../clock.js';
import { ProtocolError } from './protocol-error.js';
import type { Endpoint } from './transport.js';

export type Binding = {
  /** Contact URI as the phone wrote it; requests to the phone carry it. */
  contact: string;
  /** Where the REGISTER came from: the way back to a phone behind a router. */
  source: Endpoint;
  userAgent: string;
  /** On the clock's scale, ms. */
  expiresAtMs: number;
  callId: string;
  cseq: number;
};

/** Seconds. */
const DEFAULT_EXPIRES = 3600;
const MIN_EXPIRES = 60;
const MAX_EXPIRES = 7200;
/** Phones per extension; the next one is refused. */
const MAX_BINDINGS = 10;

/** Keeps bindings by account name. Time is judged when asked: no timer runs. */
export class Registrar {
  #accounts = new Map<string, Binding[]>();

  constructor(private readonly clock: Clock) {}

  /** The phones registered for an account now. */
  bindings(account: string): readonly Binding[] {
    const all = this.#accounts.get(account) ?? [];
    const nowMs = this.clock.nowMs();
    const alive = all.filter((binding) => binding.expiresAtMs > nowMs);
    if (alive.length === 0) this.#accounts.delete(account);
    else if (alive.length < all.length) this.#accounts.set(account, alive);
    return alive;
  }

  /** Every account with at least one phone. */
  accounts(): string[] {
    return [...this.#accounts.keys()].filter((account) => this.bindings(account).length > 0);
  }

  /** Whether a phone has registered from there. */
  knows({ address, port }: Endpoint): boolean {
    return this.accounts().some((account) =>
      this.bindings(account).some(({ source }) => source.address === address && source.port === port),
    );
  }

  /** Forgets an account that the configuration no longer has. */
  forget(account: string): void {
    this.#accounts.delete(account);
  }

  /**
   * Carries out an authenticated REGISTER, wholly or not at all (RFC 3261 §10.3 steps 6 to 8).
   * Returns the Contact values of the 200, each with its remaining seconds.
   * Throws ProtocolError: 400, 423 (with Min-Expires), 500 (old CSeq), 503 (too many phones).
   */
  register(account: string, request: SipRequest, source: Endpoint): string[] {
    const contacts = request.headers.all('Contact');
    // More than there may be, even if all the old ones go.
    if (contacts.length > 2 * MAX_BINDINGS) throw tooManyPhones();
    const callId = request.headers.get('Call-ID') ?? '';
    const cseq = parseCSeq(request.headers.get('CSeq') ?? '').number;
    let bindings = [...this.bindings(account)];

    const inOrder = (binding: Binding) => binding.callId !== callId || cseq > binding.cseq;
    if (contacts.includes('*')) {
      if (contacts.length > 1 || readExpires(request.headers.get('Expires')) !== 0)
        throw new ProtocolError(400, 'Contact: * goes alone and with Expires: 0');
      if (!bindings.every(inOrder)) throw new ProtocolError(500, 'CSeq Out Of Order');
      bindings = [];
    } else {
      for (const value of contacts) {
        const { uri, params } = parseNameAddr(value);
        const seconds =
          readExpires(params.get('expires')) ??
          readExpires(request.headers.get('Expires')) ??
          DEFAULT_EXPIRES;
        if (seconds > 0 && seconds < MIN_EXPIRES)
          throw new ProtocolError(423, 'Interval Too Brief', [['Min-Expires', String(MIN_EXPIRES)]]);
        const old = bindings.find((binding) => sameContact(binding.contact, uri));
        if (old && !inOrder(old)) throw new ProtocolError(500, 'CSeq Out Of Order');
        bindings = bindings.filter((binding) => binding !== old);
        if (seconds > 0)
          bindings.push({
            contact: uri,
            source,
            userAgent: request.headers.get('User-Agent') ?? '',
            expiresAtMs: this.clock.nowMs() + Math.min(seconds, MAX_EXPIRES) * 1000,
            callId,
            cseq,
          });
      }
      if (bindings.length > MAX_BINDINGS) throw tooManyPhones();
    }
    if (bindings.length > 0) this.#accounts.set(account, bindings);
    else this.#accounts.delete(account);
    const nowMs = this.clock.nowMs();
    return bindings.map(
      (binding) => `<${binding.contact}>;expires=${Math.ceil((binding.expiresAtMs - nowMs) / 1000)}`,
    );
  }
}

function tooManyPhones(): ProtocolError {
  return new ProtocolError(503, `More Than ${MAX_BINDINGS} Phones`);
}

/** RFC 3261 §20.19: seconds; a malformed value counts as the default, an absent one as undefined. */
function readExpires(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = text.trim();
  return /^\d{1,10}$/.test(value) ? Math.min(Number(value), 2 ** 32 - 1) : DEFAULT_EXPIRES;
}

/** RFC 3261 §19.1.4, for the parts that tell phones apart. */
function sameContact(a: string, b: string): boolean {
  if (a === b) return true;
  const [one, other] = [parseUri(a), parseUri(b)];
  return (
    one.scheme === other.scheme &&
    one.user === other.user &&
    one.host.toLowerCase() === other.host.toLowerCase() &&
    one.port === other.port &&
    (one.params.get('transport') ?? '') === (other.params.get('transport') ?? '')
  );
}
