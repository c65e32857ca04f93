/** Which phones belong to an extension now: the location service behind REGISTER (RFC 3261 §10.3). */
import type { SipRequest } from 'sip-parser';
import { parseCSeq, parseNameAddr, parseUri } from 'sip-parser';
import type { Clock } from '../clock.js';
import { createLog } from '../log.js';
import { ownText } from '../own-text.js';
import type { Binding } from './binding.js';
import { readPhones, type KeptPhone } from './kept-phones.js';
import { ProtocolError } from './protocol-error.js';
import type { Endpoint } from './transport.js';

const log = createLog('sip');

/** Seconds. */
const DEFAULT_EXPIRES = 3600;
const MIN_EXPIRES = 60;
const MAX_EXPIRES = 7200;
/**
 * Phones per extension. For one more that comes the one goes that was heard of longest ago: mostly it is the same phone, at
 * the port or the address that it had before it was restarted, and would keep it out until its time is over.
 */
const MAX_BINDINGS = 10;
/** What is kept over a restart is good for so long; it is written anew in time while phones refresh. */
const KEPT_MS = 24 * 3_600_000;
const RENEW_MS = 12 * 3_600_000;

/**
 * Keeps bindings by account name. Time is judged when asked: no timer runs. Over a restart they are remembered with what
 * was granted, which counts anew: a phone that is still there refreshes within it. So no refresh costs a write to flash.
 */
export class Registrar {
  /** Something is to be remembered over restarts. */
  onChanged: () => void = () => {};
  /** The phone heard of last is the last of its account. */
  #accounts = new Map<string, Binding[]>();
  /** The time of day of what is kept. */
  #savedAt = 0;

  constructor(
    private readonly clock: Clock,
    /** The time of day, ms since 1970. */
    private readonly timeMs: () => number = () => Date.now(),
  ) {}

  /** The phones registered for an account now. */
  bindings(account: string): readonly Binding[] {
    const all = this.#accounts.get(account) ?? [];
    const nowMs = this.clock.nowMs();
    const alive = all.filter((binding) => binding.expiresAtMs > nowMs);
    if (alive.length < all.length) this.#keep(account, alive);
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
    this.#keep(account, []);
  }

  clear(): void {
    this.#accounts.clear();
  }

  /** What is to be remembered over a restart. */
  snapshot(): object {
    this.#savedAt = this.timeMs();
    const phones = this.accounts().flatMap((account) =>
      this.bindings(account).map(({ contact, source, userAgent, seconds, callId, cseq }): KeptPhone => ({
        account,
        contact,
        source,
        userAgent,
        seconds,
        callId,
        cseq,
      })),
    );
    return { version: 1, savedAt: this.#savedAt, phones };
  }

  /** Takes up what a snapshot says, unless it is too old; a clock that went back, or was not set, makes nothing old. */
  restore(document: unknown): void {
    const { savedAt, phones } = readPhones(document);
    this.#savedAt = savedAt;
    if (this.timeMs() - savedAt > KEPT_MS)
      return log.warn({ phones: phones.length }, 'what phones had registered is too old to be kept');
    for (const { account, ...phone } of phones) {
      const seconds = Math.min(phone.seconds, MAX_EXPIRES);
      const binding = { ...phone, seconds, expiresAtMs: this.clock.nowMs() + seconds * 1000 };
      this.#accounts.set(account, [...(this.#accounts.get(account) ?? []), binding].slice(-MAX_BINDINGS));
    }
    log.info({ phones: phones.length }, 'phones are registered as before');
  }

  /** These are the phones of an account now; says so if something is to be remembered. */
  #keep(account: string, bindings: Binding[]): void {
    const before = this.#accounts.get(account) ?? [];
    if (bindings.length > 0) this.#accounts.set(ownText(account), bindings);
    else this.#accounts.delete(account);
    // Also once the time of day was set.
    const isOld = bindings.length > 0 && Math.abs(this.timeMs() - this.#savedAt) > RENEW_MS;
    if (isOld || !sameWays(before, bindings)) this.onChanged();
  }

  /**
   * Carries out an authenticated REGISTER, wholly or not at all (RFC 3261 §10.3 steps 6 to 8).
   * Returns the Contact values of the 200, each with its remaining seconds.
   * Throws ProtocolError: 400, 423 (with Min-Expires), 500 (old CSeq), 503 (more phones at once than there may be).
   */
  register(account: string, request: SipRequest, source: Endpoint): string[] {
    const contacts = request.headers.all('Contact');
    // So many come, and as many others may go.
    if (contacts.length > 2 * MAX_BINDINGS) throw tooManyPhones();
    const callId = ownText(request.headers.get('Call-ID') ?? '');
    const cseq = parseCSeq(request.headers.get('CSeq') ?? '').number;
    let bindings = [...this.bindings(account)];

    const inOrder = (binding: Binding) => binding.callId !== callId || cseq > binding.cseq;
    if (contacts.includes('*')) {
      if (contacts.length > 1 || readExpires(request.headers.get('Expires')) !== 0)
        throw new ProtocolError(400, 'Contact: * goes alone and with Expires: 0');
      if (!bindings.every(inOrder)) throw new ProtocolError(500, 'CSeq Out Of Order');
      bindings = [];
    } else {
      let coming = 0;
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
        if (seconds === 0) continue;
        coming += 1;
        bindings.push({
          contact: ownText(uri),
          source,
          userAgent: ownText(request.headers.get('User-Agent') ?? ''),
          seconds: Math.min(seconds, MAX_EXPIRES),
          expiresAtMs: this.clock.nowMs() + Math.min(seconds, MAX_EXPIRES) * 1000,
          callId,
          cseq,
        });
      }
      if (coming > MAX_BINDINGS) throw tooManyPhones();
      for (const { contact, userAgent } of bindings.splice(0, bindings.length - MAX_BINDINGS))
        log.warn({ account, contact, userAgent }, `the oldest of more than ${MAX_BINDINGS} phones goes`);
    }
    this.#keep(account, bindings);
    const nowMs = this.clock.nowMs();
    return bindings.map(
      (binding) => `<${binding.contact}>;expires=${Math.ceil((binding.expiresAtMs - nowMs) / 1000)}`,
    );
  }
}

function tooManyPhones(): ProtocolError {
  return new ProtocolError(503, `More Than ${MAX_BINDINGS} Phones`);
}

/** Whether two lists lead to the same phones by the same ways, whatever their order. */
function sameWays(some: readonly Binding[], others: readonly Binding[]): boolean {
  const ways = (bindings: readonly Binding[]) =>
    bindings.map(({ contact, source, seconds }) => JSON.stringify([contact, source, seconds])).sort();
  return ways(some).join() === ways(others).join();
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
