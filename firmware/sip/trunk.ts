/** A provider of calls to and from outside: found, registered at, watched; its state in words. */
import { randomBytes } from 'node:crypto';
import {
  Headers,
  parseCSeq,
  parseNameAddr,
  reasonPhrase,
  type SipRequest,
  type SipResponse,
} from 'sip-parser';
import type { Clock, Timer } from '../clock.js';
import { MachineRunner } from '../machine.js';
import { AuthenticatedRequests, type Requests } from './authenticated-requests.js';
import { DigestClient } from './digest-client.js';
import type { Target } from './locate.js';
import {
  registration,
  registrationStart,
  type RegistrationEffect,
  type RegistrationEvent,
  type RegistrationState,
} from './registration.js';
import { USER_AGENT } from './in-dialog.js';
import type { TransactionLayer } from './transaction-layer.js';
import { isWithin, networkOf } from './networks.js';
import { hostPortText, hostText, protocolOf, type Endpoint } from './transport.js';

export type TrunkSettings = {
  name: string;
  /** `register`: we are its customer; `peer`: it knows us by our address. */
  type: 'register' | 'peer';
  server: string;
  port?: number;
  transport?: Endpoint['transport'];
  /** SHA-256 of the certificate that it shows, where no authority vouches for it. */
  tlsFingerprint?: string;
  /** Addresses and networks that its calls come from, beside those where it is found. */
  addresses: readonly string[];
  username?: string;
  password?: string;
  /** `host` or `host:port`, an IPv6 address in brackets; where everything is sent. */
  outboundProxy?: string;
  /** How often the provider is asked whether it is there, s; 0: never. */
  qualifySeconds: number;
};

export type TrunkHome = {
  readonly layer: TransactionLayer;
  readonly clock: Clock;
  /** The Contact value that a peer is to reach us by. */
  contactFor(peer: Endpoint, user?: string): string;
  locate(target: Target): Promise<Endpoint[]>;
};

export type TrunkStatus = {
  name: string;
  state: 'off' | 'registering' | 'registered' | 'reachable' | 'unreachable' | 'refused';
  /** Where it was found: `udp 192.0.2.1:5060`. */
  at?: string;
  /** What went wrong last, in words. */
  lastError?: string;
};

export class Trunk {
  /** How requests are sent there: with our credentials, if we have some. */
  readonly requests: Requests;
  readonly #registration: MachineRunner<RegistrationState, RegistrationEvent, RegistrationEffect>;
  /** Where it may be, the one in use first. */
  #endpoints: readonly Endpoint[] = [];
  /** Every address that it was ever found at since the start: calls come from those. */
  readonly #addresses = new Set<string>();
  readonly #networks: readonly string[];
  #state: TrunkStatus['state'] = 'off';
  #lastError?: string;
  #qualifying?: Timer;
  #callId = randomBytes(16).toString('hex');
  #tag = randomBytes(8).toString('hex');
  #seq = 0;
  #stopped = false;

  constructor(
    readonly settings: TrunkSettings,
    private readonly home: TrunkHome,
  ) {
    const { username, password } = settings;
    this.#networks = settings.addresses.map(networkOf);
    this.requests =
      username !== undefined && password !== undefined
        ? new AuthenticatedRequests(home.layer, new DigestClient({ username, password }))
        : home.layer;
    this.#registration = new MachineRunner(
      registration,
      registrationStart,
      home.clock,
      (effect: RegistrationEffect) => this.#register(effect.expiresSeconds),
    );
  }

  get status(): TrunkStatus {
    const [first] = this.#endpoints;
    return {
      name: this.settings.name,
      state: this.#state,
      at: first && `${protocolOf(first)} ${hostPortText(first)}`,
      lastError: this.#lastError,
    };
  }

  /** Host part of its URIs. */
  get host(): string {
    const { server, port } = this.settings;
    return port === undefined ? hostText(server) : hostPortText({ address: server, port });
  }

  /** Where to send a call, in the order to be tried; empty while it cannot be found. */
  get endpoints(): readonly Endpoint[] {
    return this.#endpoints;
  }

  /** Whether calls may be sent there as far as we know. */
  get usable(): boolean {
    return this.#endpoints.length > 0 && this.#state !== 'unreachable' && this.#state !== 'refused';
  }

  /** Whether a request that came from there is the provider's. */
  owns(source: Endpoint): boolean {
    return this.#addresses.has(source.address) || isWithin(source.address, this.#networks);
  }

  async start(): Promise<void> {
    await this.#find();
    if (this.#stopped) return;
    if (this.settings.type === 'register') this.#registration.dispatch({ type: 'start' });
    this.#qualify();
  }

  /** Takes our registration back; what is still under way is the transaction layer's. */
  stop(): void {
    this.#stopped = true;
    this.#qualifying?.cancel();
    this.#registration.dispatch({ type: 'stop' });
    this.#registration.stop();
    this.#state = 'off';
  }

  /** Puts on a request what leads it to the provider: the Route through its proxy (RFC 3261 §8.1.2). */
  route(request: SipRequest): SipRequest {
    const { outboundProxy } = this.settings;
    if (outboundProxy) request.headers.prepend('Route', `<sip:${outboundProxy};lr>`);
    return request;
  }

  async #find(): Promise<void> {
    const { server, port, transport, outboundProxy, tlsFingerprint: fingerprint } = this.settings;
    const target = outboundProxy ? hostAndPort(outboundProxy) : { host: server, port };
    const found = await this.home.locate({ ...target, transport });
    if (found.length > 0) {
      this.#endpoints = fingerprint ? found.map((one) => ({ ...one, fingerprint })) : found;
      for (const { address } of found) this.#addresses.add(address);
    } else if (this.#endpoints.length === 0) {
      this.#failed('unreachable', `${target.host} cannot be found`);
    }
  }

  /** Sends REGISTER to the first endpoint, and to the next ones while there is no answer (RFC 3263 §4.3). */
  #register(expiresSeconds: number, left = this.#endpoints.length): void {
    const [to] = this.#endpoints;
    if (!to || left === 0) {
      void this.#find();
      this.#registration.dispatch({ type: 'unreachable', chance: Math.random() });
      return;
    }
    if (this.#state !== 'registered') this.#state = 'registering';
    const request = this.#request('REGISTER', to);
    request.headers.append('Contact', this.home.contactFor(to, this.settings.username));
    request.headers.append('Expires', String(expiresSeconds));
    this.#send(request, to, {
      response: (response) => this.#registered(response, expiresSeconds),
      failed: () => {
        if (this.#stopped) return;
        this.#failed('unreachable', `no answer to REGISTER from ${hostPortText(to)}`);
        this.#rotate();
        this.#register(expiresSeconds, left - 1);
      },
    });
  }

  #registered(response: SipResponse, askedSeconds: number): void {
    const { status, headers } = response;
    if (status < 200 || this.#stopped) return;
    if (status < 300) {
      this.#succeeded('registered');
      const expiresSeconds = grantedSeconds(response, this.settings.username) ?? askedSeconds;
      return this.#registration.dispatch({ type: 'accepted', expiresSeconds });
    }
    this.#failed(
      'refused',
      status === 401 || status === 403 || status === 407
        ? `the provider refuses user name or password (${status})`
        : `the provider answered ${status} ${response.reason || reasonPhrase(status)}`,
    );
    this.#registration.dispatch({
      type: 'refused',
      chance: Math.random(),
      minExpiresSeconds: status === 423 ? secondsOf(headers.get('Min-Expires')) : undefined,
      retryAfterSeconds: secondsOf(headers.get('Retry-After')),
    });
  }

  /** Asks now and then whether the provider is there: any answer says so. */
  #qualify(): void {
    const { qualifySeconds, type } = this.settings;
    if (qualifySeconds === 0) return;
    const later = (): void => {
      if (!this.#stopped)
        this.#qualifying = this.home.clock.after(qualifySeconds * 1000, () => void this.#requalify());
    };
    const [to] = this.#endpoints;
    if (!to) return later();
    this.#send(this.#request('OPTIONS', to), to, {
      response: ({ status }) => {
        if (status < 200) return;
        if (this.#state === 'off' || this.#state === 'unreachable')
          this.#succeeded(type === 'peer' ? 'reachable' : 'registering');
        later();
      },
      failed: () => {
        this.#failed('unreachable', `no answer to OPTIONS from ${hostPortText(to)}`);
        this.#rotate();
        this.#registration.dispatch({ type: 'lost' });
        later();
      },
    });
  }

  async #requalify(): Promise<void> {
    if (this.#state === 'unreachable') await this.#find();
    if (!this.#stopped) this.#qualify();
  }

  #request(method: string, to: Endpoint): SipRequest {
    const { server, username } = this.settings;
    const domain = hostText(server);
    const own = username ? `<sip:${username}@${domain}>` : this.home.contactFor(to);
    const registering = method === 'REGISTER';
    const headers = new Headers()
      .append('From', `${own};tag=${registering ? this.#tag : randomBytes(8).toString('hex')}`)
      .append('To', registering ? own : `<sip:${domain}>`)
      .append('Call-ID', registering ? this.#callId : randomBytes(16).toString('hex'))
      .append('CSeq', `${++this.#seq} ${method}`)
      .append('Max-Forwards', '70')
      .append('User-Agent', USER_AGENT);
    return this.route({ kind: 'request', method, uri: `sip:${this.host}`, headers, body: Buffer.alloc(0) });
  }

  #send(request: SipRequest, to: Endpoint, handlers: Parameters<TransactionLayer['send']>[2]): void {
    const sent = this.requests.send(request, to, {
      ...handlers,
      response: (response, source) => {
        // Each challenge used up one more number.
        this.#seq = Math.max(this.#seq, parseCSeq(sent.request.headers.get('CSeq') ?? '').number);
        handlers.response(response, source);
      },
    });
  }

  #rotate(): void {
    this.#endpoints = [...this.#endpoints.slice(1), ...this.#endpoints.slice(0, 1)];
  }

  #succeeded(state: TrunkStatus['state']): void {
    this.#state = state;
    this.#lastError = undefined;
  }

  #failed(state: 'unreachable' | 'refused', why: string): void {
    this.#state = state;
    this.#lastError = why;
  }
}

/** What a 200 to REGISTER grants us: the `expires` of our Contact, else of the message (RFC 3261 §10.2.4). */
function grantedSeconds({ headers }: SipResponse, user: string | undefined): number | undefined {
  const own = headers
    .all('Contact')
    .map((value) => parseNameAddr(value))
    .find(({ uri }) => user !== undefined && uri.includes(`:${user}@`));
  return secondsOf(own?.params.get('expires')) ?? secondsOf(headers.get('Expires'));
}

function secondsOf(text: string | undefined): number | undefined {
  const digits = /^\s*(\d{1,9})/.exec(text ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function hostAndPort(text: string): { host: string; port?: number } {
  const [, bracketed, plain, port] = /^(?:\[(.*)\]|([^:]*))(?::(\d+))?$/.exec(text)!;
  const host = bracketed ?? plain;
  return { host, port: port === undefined ? undefined : Number(port) };
}
