/** A small SIP phone for tests and the demonstration: registers, calls, sends sound and keys, remembers what it hears. */
import { isIPv6 } from 'node:net';
import { Headers, parseNameAddr, type SipRequest, type SipResponse } from 'sip-parser';
import { systemClock } from '../../firmware/clock.js';
import type { Algorithm } from '../../firmware/sip/digest.js';
import { responseTo, type ServerTransaction } from '../../firmware/sip/server-transactions.js';
import { TransactionLayer } from '../../firmware/sip/transaction-layer.js';
import { OwnAddresses } from '../../firmware/sip/own-addresses.js';
import {
  hostPortText,
  hostText,
  isReliable,
  protocolOf,
  type Endpoint,
} from '../../firmware/sip/transport.js';
import { SipTransports } from '../../firmware/sip/transports.js';
import { digestAnswer } from './digest-answer.js';
import { Ear, type MediaEnd } from './ear.js';
import type { VoiceName } from './voice-codec.js';
import { TestCall } from './test-call.js';

export type TestPhoneOptions = {
  /** Where the box is, and by which transport it is spoken to. */
  box: Endpoint;
  /** PEM certificate by which the box is believed over TLS. */
  trusted?: string;
  /** Its own address on the loopback network. */
  address?: string;
  username: string;
  password: string;
  voice?: VoiceName;
  /** Whether it says that it can send telephone events (RFC 4733); it can unless this is false. */
  events?: boolean;
  /** URI of its Contact, where it is not its own. */
  contact?: string;
  /** What stands in From instead of its user name and no display name. */
  from?: string;
  /** Headers of every request, instead of its own. */
  headers?: Record<string, string>;
  /** It insists on SRTP. */
  secure?: boolean;
  /** Which of the challenges it takes. */
  algorithm?: Algorithm;
};

/** The box refused. */
export class Refused extends Error {
  constructor(readonly status: number) {
    super(`refused with ${status}`);
  }
}

export class TestPhone {
  readonly calls = new Set<TestCall<MediaEnd>>();
  /** What it does with a call that comes in; by default it answers. */
  onIncoming: (transaction: ServerTransaction) => void = (transaction) => void this.accept(transaction);
  /** Told of each NOTIFY that belongs to no call. */
  onNotify: (request: SipRequest) => void = () => {};
  #registered = false;
  readonly #layer: TransactionLayer;
  #seq = 0;

  private constructor(
    private readonly options: TestPhoneOptions,
    private readonly transport: SipTransports,
  ) {
    this.#layer = new TransactionLayer(transport, systemClock, {
      request: (transaction) => this.#request(transaction),
      ack: () => {},
      cancel: (invite) => invite.respond(withTag(responseTo(invite.request, 487, 'Request Terminated'))),
    });
    transport.listen({
      message: (message, source) => this.#layer.receive(message, source),
      broken: () => {},
    });
  }

  static async open(options: TestPhoneOptions): Promise<TestPhone> {
    const own = new OwnAddresses([options.address ?? loopbackOf(options.box)]);
    const { trusted } = options;
    return new TestPhone(options, await SipTransports.open({ own, port: 0, trusted, clock: systemClock }));
  }

  get voice(): VoiceName {
    return this.options.voice ?? 'PCMU';
  }

  get events(): boolean {
    return this.options.events ?? true;
  }

  get secure(): boolean {
    return this.options.secure ?? false;
  }

  get contact(): string {
    const { box, username, contact } = this.options;
    if (contact !== undefined) return `<${contact}>`;
    const local = { ...this.transport.localFor(box), port: this.transport.port };
    const transport = isReliable(box) ? `;transport=${protocolOf(box)}` : '';
    return `<sip:${username}@${hostPortText(local)}${transport}>`;
  }

  /** Registers; returns the Contact values of the answer. Throws Refused. */
  async register(expires = 300): Promise<string[]> {
    const response = await this.#ask(
      'REGISTER',
      `sip:${hostText(this.options.box.address)}`,
      this.options.username,
      '',
      (headers) => headers.append('Contact', this.contact).append('Expires', String(expires)),
    );
    this.#registered = expires > 0;
    return response.headers.all('Contact');
  }

  /** If it is registered, and its account is there still, not any more. */
  async unregister(): Promise<void> {
    if (!this.#registered) return;
    await this.register(0).catch((error: unknown) => {
      if (!(error instanceof Refused)) throw error;
    });
  }

  /** Subscribes to an event of a number; what is told comes to `onNotify`. Throws Refused. */
  async subscribe(event: string, number: string, expires = 300): Promise<void> {
    await this.#ask('SUBSCRIBE', this.#uriOf(number), number, '', (headers) =>
      headers.append('Contact', this.contact).append('Event', event).append('Expires', String(expires)),
    );
  }

  /**
   * Asks a conference, outside any call, for what `target` says (`102`, `102;method=BYE`); resolves with what was
   * reported of it, the final status the last. Throws Refused.
   */
  async refer(conference: string, target: string): Promise<number[]> {
    const [user, ...params] = target.split(';');
    const uri = [this.#uriOf(user), ...params].join(';');
    const reports: number[] = [];
    const final = new Promise<void>((resolve) => {
      this.onNotify = ({ body }) => {
        reports.push(Number(/^SIP\/2\.0 (\d{3})/.exec(body.toString())?.[1]));
        if (reports.at(-1)! >= 200) resolve();
      };
    });
    await this.#ask('REFER', this.#uriOf(conference), conference, '', (headers) =>
      headers.append('Contact', this.contact).append('Refer-To', `<${uri}>`),
    );
    await final;
    return reports;
  }

  /** Calls a number of the box; resolves when it answers. Throws Refused. */
  async dial(number: string): Promise<TestCall> {
    return this.dialWith(number, await this.ear());
  }

  /** An ear for a call, to be listened to before the answer. */
  ear(): Promise<Ear> {
    return Ear.open(this.voice, this.options.address ?? loopbackOf(this.options.box));
  }

  /** As `dial`, with an end of the caller's own; it is closed with the call. */
  async dialWith<End extends MediaEnd>(
    number: string,
    ear: End,
    { direction, replaces }: { direction?: string; replaces?: TestCall } = {},
    call = new TestCall(this, ear),
  ): Promise<TestCall<End>> {
    try {
      const response = await this.#ask(
        'INVITE',
        this.#uriOf(number),
        number,
        call.sdp(direction),
        (headers) => {
          headers.append('Contact', this.contact).append('Content-Type', 'application/sdp');
          if (replaces) headers.append('Replaces', replaces.replaces);
        },
        (response) => call.ringing(response),
      );
      call.answered(response);
    } catch (error) {
      await call.close();
      throw error;
    }
    return call;
  }

  /** Answers the next call that comes in; resolves with it. */
  next(): Promise<TestCall> {
    return new Promise((resolve) => {
      this.onIncoming = (transaction) => void this.accept(transaction).then(resolve);
    });
  }

  /** Refuses every call that comes in; a redirection names the number to be called instead. */
  refuse(status: number, redirect?: string): void {
    this.onIncoming = (transaction) => {
      const response = withTag(responseTo(transaction.request, status, 'No'));
      if (redirect) response.headers.set('Contact', `<${this.#uriOf(redirect)}>`);
      transaction.respond(response);
    };
  }

  /** Answers a call that came in. */
  async accept(transaction: ServerTransaction): Promise<TestCall> {
    const call = new TestCall(this, await this.ear());
    const response = withTag(responseTo(transaction.request, 200, 'OK'));
    response.headers.set('Contact', this.contact).set('Content-Type', 'application/sdp');
    response.body = Buffer.from(call.sdp());
    call.accepted(transaction.request, response);
    transaction.respond(response);
    return call;
  }

  /** Sends a request as it is, without a second try; resolves with the final response. */
  send(request: SipRequest, provisional: (response: SipResponse) => void = () => {}): Promise<SipResponse> {
    for (const [name, value] of Object.entries(this.options.headers ?? {})) request.headers.set(name, value);
    return new Promise((resolve, reject) => {
      this.#layer.send(request, this.options.box, {
        response: (response) => (response.status >= 200 ? resolve : provisional)(response),
        failed: (why) => reject(new Error(`no answer to ${request.method}: ${why}`)),
      });
    });
  }

  sendAck(request: SipRequest): void {
    this.#layer.sendAck(request, this.options.box);
  }

  /** Hangs up every call and closes everything. */
  async close(): Promise<void> {
    try {
      for (const call of [...this.calls]) await call.hangUp();
    } finally {
      // Whatever went wrong: an open socket would keep the test running for ever.
      await this.cut();
    }
  }

  /** Its power is cut: it tells nobody. */
  async cut(): Promise<void> {
    this.#registered = false;
    for (const call of [...this.calls]) await call.close();
    this.#layer.stop();
    await this.transport.close();
  }

  #uriOf(number: string): string {
    return `sip:${number}@${hostPortText(this.options.box)}`;
  }

  #request(transaction: ServerTransaction): void {
    const { request } = transaction;
    const call = [...this.calls].find((candidate) => candidate.callId === request.headers.get('Call-ID'));
    if (request.method === 'INVITE' && !call) return this.onIncoming(transaction);
    transaction.respond(withTag(responseTo(request, request.method === 'BYE' && !call ? 481 : 200, 'OK')));
    if (request.method === 'NOTIFY')
      (call ? (one: SipRequest) => call.notified(one) : this.onNotify)(request);
    if (request.method === 'BYE') void call?.close();
  }

  /** Sends a request, answers the challenge, resolves with the 2xx. */
  async #ask(
    method: string,
    uri: string,
    to: string,
    body: string,
    extra: (headers: Headers) => void,
    provisional?: (response: SipResponse) => void,
  ): Promise<SipResponse> {
    const {
      username,
      password,
      box,
      algorithm,
      from = `<sip:${username}@${hostText(box.address)}>`,
    } = this.options;
    const tag = Math.random().toString(36).slice(2);
    const callId = Math.random().toString(36).slice(2);
    const build = (authorization?: string): SipRequest => {
      const headers = new Headers()
        .append('From', `${from};tag=${tag}`)
        .append('To', `<sip:${to}@${hostText(box.address)}>`)
        .append('Call-ID', callId)
        .append('CSeq', `${++this.#seq} ${method}`)
        .append('Max-Forwards', '70')
        .append('User-Agent', 'Parley test phone');
      extra(headers);
      if (authorization) headers.append('Authorization', authorization);
      return { kind: 'request', method, uri, headers, body: Buffer.from(body) };
    };
    let request = build();
    let response = await this.send(request, provisional);
    if (response.status === 401) {
      const wanted = `algorithm=${algorithm ?? 'SHA-256'}`;
      const challenge = response.headers.all('WWW-Authenticate').find((value) => value.includes(wanted))!;
      request = build(digestAnswer(challenge, { method, uri, username, password }));
      response = await this.send(request, provisional);
    }
    if (response.status >= 300) throw new Refused(response.status);
    return response;
  }
}

function loopbackOf({ address }: Endpoint): string {
  return isIPv6(address) ? '::1' : '127.0.0.1';
}

function withTag(response: SipResponse): SipResponse {
  const to = response.headers.get('To') ?? '';
  if (!parseNameAddr(to).params.has('tag')) response.headers.set('To', `${to};tag=phone`);
  return response;
}
