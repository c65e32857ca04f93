/** A small SIP phone for tests and the demonstration: registers, calls, sends sound and keys, remembers what it hears. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import {
  authText,
  Headers,
  parseAuth,
  parseCSeq,
  parseNameAddr,
  type SipRequest,
  type SipResponse,
} from 'sip-parser';
import { systemClock } from '../../firmware/clock.js';
import { digestResponse, type Algorithm } from '../../firmware/sip/digest.js';
import {
  responseTo,
  TransactionLayer,
  type ServerTransaction,
} from '../../firmware/sip/transaction-layer.js';
import type { Endpoint } from '../../firmware/sip/transport.js';
import { UdpTransport } from '../../firmware/sip/udp-transport.js';
import { decodeG711, encodeG711, type Law } from './reference-g711.js';

export type TestPhoneOptions = {
  box: Endpoint;
  username: string;
  password: string;
  law?: Law;
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
  readonly calls = new Set<TestCall>();
  /** What it does with a call that comes in; by default it answers. */
  onIncoming: (transaction: ServerTransaction) => void = (transaction) => void this.accept(transaction);
  readonly #layer: TransactionLayer;
  #seq = 0;

  private constructor(
    private readonly options: TestPhoneOptions,
    private readonly transport: UdpTransport,
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
    return new TestPhone(options, await UdpTransport.open({ address: '127.0.0.1', port: 0 }));
  }

  get law(): Law {
    return this.options.law ?? 'PCMU';
  }

  get contact(): string {
    const { address, port } = this.transport.local;
    return `<sip:${this.options.username}@${address}:${port}>`;
  }

  /** Registers; returns the Contact values of the answer. Throws Refused. */
  async register(expires = 300): Promise<string[]> {
    const response = await this.#ask(
      'REGISTER',
      `sip:${this.options.box.address}`,
      this.options.username,
      '',
      (headers) => headers.append('Contact', this.contact).append('Expires', String(expires)),
    );
    return response.headers.all('Contact');
  }

  /** Calls a number of the box; resolves when it answers. Throws Refused. */
  async dial(number: string): Promise<TestCall> {
    const call = await TestCall.open(this);
    const { address, port } = this.options.box;
    try {
      const response = await this.#ask(
        'INVITE',
        `sip:${number}@${address}:${port}`,
        number,
        call.sdp(),
        (headers) => headers.append('Contact', this.contact).append('Content-Type', 'application/sdp'),
      );
      call.answered(response);
    } catch (error) {
      await call.close();
      throw error;
    }
    return call;
  }

  /** Answers a call that came in. */
  async accept(transaction: ServerTransaction): Promise<TestCall> {
    const call = await TestCall.open(this);
    const response = withTag(responseTo(transaction.request, 200, 'OK'));
    response.headers.set('Contact', this.contact).set('Content-Type', 'application/sdp');
    response.body = Buffer.from(call.sdp());
    call.accepted(transaction.request, response);
    transaction.respond(response);
    return call;
  }

  /** Sends a request as it is, without a second try; resolves with the final response. */
  send(request: SipRequest): Promise<SipResponse> {
    return new Promise((resolve, reject) => {
      this.#layer.send(request, this.options.box, {
        response: (response) => response.status >= 200 && resolve(response),
        failed: (why) => reject(new Error(`no answer to ${request.method}: ${why}`)),
      });
    });
  }

  sendAck(request: SipRequest): void {
    this.#layer.sendAck(request, this.options.box);
  }

  /** Hangs up every call and closes everything. */
  async close(): Promise<void> {
    for (const call of [...this.calls]) await call.hangUp();
    this.#layer.stop();
    await this.transport.close();
  }

  #request(transaction: ServerTransaction): void {
    const { request } = transaction;
    const call = [...this.calls].find((candidate) => candidate.callId === request.headers.get('Call-ID'));
    if (request.method === 'INVITE' && !call) return this.onIncoming(transaction);
    transaction.respond(withTag(responseTo(request, request.method === 'BYE' && !call ? 481 : 200, 'OK')));
    if (request.method === 'BYE') void call?.close();
  }

  /** Sends a request, answers the challenge, resolves with the 2xx. */
  async #ask(
    method: string,
    uri: string,
    to: string,
    body: string,
    extra: (headers: Headers) => void,
  ): Promise<SipResponse> {
    const { username, password, box, algorithm } = this.options;
    const tag = Math.random().toString(36).slice(2);
    const callId = Math.random().toString(36).slice(2);
    const build = (authorization?: string): SipRequest => {
      const headers = new Headers()
        .append('From', `<sip:${username}@${box.address}>;tag=${tag}`)
        .append('To', `<sip:${to}@${box.address}>`)
        .append('Call-ID', callId)
        .append('CSeq', `${++this.#seq} ${method}`)
        .append('Max-Forwards', '70')
        .append('User-Agent', 'Parley test phone');
      extra(headers);
      if (authorization) headers.append('Authorization', authorization);
      return { kind: 'request', method, uri, headers, body: Buffer.from(body) };
    };
    let request = build();
    let response = await this.send(request);
    if (response.status === 401) {
      const challenges = response.headers.all('WWW-Authenticate').map((value) => parseAuth(value).params);
      const challenge = challenges.find((params) => params.get('algorithm') === (algorithm ?? 'SHA-256'))!;
      const fields = {
        username,
        realm: challenge.get('realm')!,
        nonce: challenge.get('nonce')!,
        uri,
        algorithm: challenge.get('algorithm') as Algorithm,
        qop: 'auth',
        cnonce: 'test',
        nc: '00000001',
      } as const;
      const authorization = authText('Digest', [
        ...Object.entries(fields).map(([name, value]): [string, string, boolean] => [
          name,
          value,
          name !== 'nc',
        ]),
        ['response', digestResponse(fields, method, password), true],
      ]);
      request = build(authorization);
      response = await this.send(request);
    }
    if (response.status >= 300) throw new Refused(response.status);
    return response;
  }
}

/** One call of a test phone: an RTP socket that sends 50 packets a second and keeps what it gets. */
export class TestCall {
  callId = '';
  /** Next frame to send, 160 samples; silence by default. */
  source: () => Int16Array = () => new Int16Array(160);
  readonly packets: { seq: number; timestamp: number; payload: Buffer; marker: boolean }[] = [];
  readonly ended: Promise<void>;
  #settle!: () => void;
  #waiting: (() => void)[] = [];
  #dialog?: { local: string; remote: string; target: string };
  #remote?: Endpoint;
  #seq = 1000;
  #timestamp = 5000;
  #timer?: NodeJS.Timeout;
  #nextMs = 0;
  #keys: Buffer[] = [];
  #cseq = 100;
  #open = true;

  private constructor(
    private readonly phone: TestPhone,
    private readonly socket: Socket,
  ) {
    this.ended = new Promise((resolve) => (this.#settle = resolve));
    phone.calls.add(this);
    socket.on('message', (packet) => this.#receive(packet));
  }

  static async open(phone: TestPhone): Promise<TestCall> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new TestCall(phone, socket);
  }

  /** Where we send our sound: the box's RTP port. */
  get remote(): Endpoint {
    return this.#remote!;
  }

  /** Our offer or answer; `direction` as of SDP. */
  sdp(direction = 'sendrecv'): string {
    const payload = this.phone.law === 'PCMU' ? 0 : 8;
    return [
      'v=0',
      'o=- 1 1 IN IP4 127.0.0.1',
      's=-',
      'c=IN IP4 127.0.0.1',
      't=0 0',
      `m=audio ${this.socket.address().port} RTP/AVP ${payload} 101`,
      'a=rtpmap:101 telephone-event/8000',
      `a=${direction}`,
      '',
    ].join('\r\n');
  }

  /** Our INVITE was answered: acknowledges, and starts to send. */
  answered(response: SipResponse): void {
    const { headers } = response;
    const target = parseNameAddr(headers.all('Contact')[0]).uri;
    this.callId = headers.get('Call-ID')!;
    this.#dialog = { local: headers.get('From')!, remote: headers.get('To')!, target };
    this.phone.sendAck(this.#request('ACK', parseCSeq(headers.get('CSeq')!).number));
    this.#start(response.body);
  }

  /** We answered their INVITE. */
  accepted(invite: SipRequest, response: SipResponse): void {
    const { headers } = response;
    const target = parseNameAddr(invite.headers.all('Contact')[0]).uri;
    this.callId = headers.get('Call-ID')!;
    this.#dialog = { local: headers.get('To')!, remote: headers.get('From')!, target };
    this.#start(invite.body);
  }

  /** Sends a re-INVITE with this direction (`sendonly` holds, `sendrecv` resumes). */
  async reinvite(direction: string): Promise<SipResponse> {
    const request = this.#request('INVITE', ++this.#cseq);
    request.headers.append('Contact', this.phone.contact).append('Content-Type', 'application/sdp');
    request.body = Buffer.from(this.sdp(direction));
    const response = await this.phone.send(request);
    this.phone.sendAck(this.#request('ACK', this.#cseq));
    return response;
  }

  /** Sends one key by SIP INFO. */
  async info(digit: string): Promise<SipResponse> {
    const request = this.#request('INFO', ++this.#cseq);
    request.headers.append('Content-Type', 'application/dtmf-relay');
    request.body = Buffer.from(`Signal=${digit}\r\nDuration=160\r\n`);
    return this.phone.send(request);
  }

  /** Keys sent as RFC 4733 events, each 60 ms with 40 ms between, the end three times. */
  keys(digits: string): void {
    for (const digit of digits) {
      const event = '0123456789*#ABCD'.indexOf(digit);
      const durations = [160, 320, 480];
      for (const duration of durations) this.#keys.push(eventPayload(event, false, duration));
      for (let end = 0; end < 3; end += 1) this.#keys.push(eventPayload(event, true, 480));
      this.#keys.push(Buffer.alloc(0), Buffer.alloc(0));
    }
  }

  /** Resolves when `count` more packets have come; forgets what came before. */
  async listen(count: number): Promise<Int16Array> {
    this.packets.length = 0;
    while (this.packets.length < count && this.#open)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    const heard = this.packets.slice(0, count).flatMap(({ payload }) => [...payload]);
    return Int16Array.from(heard, (octet) => decodeG711(this.phone.law, octet));
  }

  /** Sends BYE and waits for its answer. */
  async hangUp(): Promise<void> {
    if (!this.#open) return;
    const bye = this.#dialog && this.#request('BYE', ++this.#cseq);
    await this.close();
    if (bye) await this.phone.send(bye);
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    this.phone.calls.delete(this);
    clearTimeout(this.#timer);
    for (const wake of this.#waiting.splice(0)) wake();
    const closed = once(this.socket, 'close');
    this.socket.close();
    await closed;
    this.#settle();
  }

  #start(sdp: Buffer): void {
    const text = sdp.toString();
    const port = Number(/m=audio (\d+)/.exec(text)?.[1]);
    this.#remote = { address: /c=IN IP4 (\S+)/.exec(text)?.[1] ?? '127.0.0.1', port };
    this.#nextMs = performance.now();
    this.#tick();
  }

  #tick(): void {
    if (!this.#open) return;
    for (; this.#nextMs <= performance.now(); this.#nextMs += 20) this.#sendFrame();
    this.#timer = setTimeout(() => this.#tick(), this.#nextMs - performance.now());
  }

  #sendFrame(): void {
    const key = this.#keys.shift();
    if (key?.length === 0 || key === undefined) this.#timestamp += 160;
    if (key && key.length > 0) {
      this.#sendRtp(101, key);
      if (this.#keys[0]?.length === 0) this.#timestamp += 960;
    } else {
      const frame = this.source();
      this.#sendRtp(
        this.phone.law === 'PCMU' ? 0 : 8,
        Buffer.from(Uint8Array.from(frame, (sample) => encodeG711(this.phone.law, sample))),
      );
    }
  }

  #sendRtp(payloadType: number, payload: Buffer): void {
    const packet = Buffer.alloc(12 + payload.length);
    packet[0] = 0x80;
    packet[1] = payloadType;
    packet.writeUInt16BE(this.#seq++ & 0xffff, 2);
    packet.writeUInt32BE(this.#timestamp >>> 0, 4);
    packet.writeUInt32BE(0x1234abcd, 8);
    payload.copy(packet, 12);
    this.socket.send(packet, this.#remote!.port, this.#remote!.address, () => {});
  }

  #receive(packet: Buffer): void {
    if (packet.length < 12 || packet[0] >> 6 !== 2) return;
    this.packets.push({
      seq: packet.readUInt16BE(2),
      timestamp: packet.readUInt32BE(4),
      marker: (packet[1] & 0x80) !== 0,
      payload: Buffer.from(packet.subarray(12)),
    });
    if (this.packets.length > 6000) this.packets.shift();
    for (const wake of this.#waiting.splice(0)) wake();
  }

  #request(method: string, seq: number): SipRequest {
    const { local, remote, target } = this.#dialog!;
    const headers = new Headers()
      .append('From', local)
      .append('To', remote)
      .append('Call-ID', this.callId)
      .append('CSeq', `${seq} ${method}`)
      .append('Max-Forwards', '70');
    return { kind: 'request', method, uri: target, headers, body: Buffer.alloc(0) };
  }
}

function eventPayload(event: number, end: boolean, duration: number): Buffer {
  const payload = Buffer.from([event, (end ? 0x80 : 0) | 10, 0, 0]);
  payload.writeUInt16BE(duration, 2);
  return payload;
}

function withTag(response: SipResponse): SipResponse {
  const to = response.headers.get('To') ?? '';
  if (!parseNameAddr(to).params.has('tag')) response.headers.set('To', `${to};tag=phone`);
  return response;
}
