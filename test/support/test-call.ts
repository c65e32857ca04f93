/** One call of a test phone: its dialog, and the end where its sound comes and goes. */
import { randomBytes } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { Headers, parseCSeq, parseNameAddr, type SipRequest, type SipResponse } from 'sip-parser';
import { MASTER_KEY_BYTES, readCrypto, writeCrypto } from '../../firmware/sdp/crypto.js';
import type { Ear, MediaEnd } from './ear.js';
import type { TestPhone } from './test-phone.js';

export class TestCall<End extends MediaEnd = Ear> {
  callId = '';
  /** Whether the other end said that it is a conference (RFC 4579). */
  isFocus = false;
  readonly ended: Promise<void>;
  /** Resolves when the other end has said that it rings. */
  readonly rings: Promise<void>;
  /** Statuses reported after a REFER of ours, in order. */
  readonly reports: number[] = [];
  #reported: () => void = () => {};
  #settle!: () => void;
  #ringing!: () => void;
  #dialog?: { local: string; remote: string; target: string };
  /** CSeq number of our last request. */
  #cseq = 1;
  #started = false;
  readonly #key?: Buffer;
  #open = true;

  constructor(
    private readonly phone: TestPhone,
    readonly ear: End,
  ) {
    if (phone.secure) this.#key = randomBytes(MASTER_KEY_BYTES);
    this.ended = new Promise((resolve) => (this.#settle = resolve));
    this.rings = new Promise((resolve) => (this.#ringing = resolve));
    phone.calls.add(this);
  }

  /** Our offer or answer; `direction` as of SDP, `address` 0.0.0.0 for hold in the way of old phones. */
  sdp(direction = 'sendrecv', address = this.ear.address ?? '127.0.0.1'): string {
    const { ear, phone } = this;
    return [
      'v=0',
      'o=- 1 1 IN IP4 127.0.0.1',
      's=-',
      `c=IN ${isIPv6(address) ? 'IP6' : 'IP4'} ${address}`,
      't=0 0',
      `m=audio ${ear.localPort} ${this.#key ? 'RTP/SAVP' : 'RTP/AVP'} ${ear.payloadType}${phone.events ? ' 101' : ''}`,
      ...(this.#key ? [`a=crypto:${writeCrypto({ tag: 1, key: this.#key })}`] : []),
      ...(phone.events ? ['a=rtpmap:101 telephone-event/8000'] : []),
      `a=${direction}`,
      '',
    ].join('\r\n');
  }

  /** It rings; where there is sound already, we hear it. */
  ringing(response: SipResponse): void {
    const { headers } = response;
    this.callId = headers.get('Call-ID')!;
    if (parseNameAddr(headers.get('To')!).params.has('tag')) {
      this.#dialog ??= { local: headers.get('From')!, remote: headers.get('To')!, target: '' };
      this.#ringing();
    }
    if (response.body.length > 0) this.#start(response.body);
  }

  /** Our INVITE was answered: acknowledges, and starts to send. */
  answered(response: SipResponse): void {
    const { headers } = response;
    const contact = parseNameAddr(headers.all('Contact')[0]);
    this.isFocus = contact.params.has('isfocus');
    const target = contact.uri;
    this.callId = headers.get('Call-ID')!;
    this.#dialog = { local: headers.get('From')!, remote: headers.get('To')!, target };
    this.#cseq = parseCSeq(headers.get('CSeq')!).number;
    this.phone.sendAck(this.#request('ACK', this.#cseq));
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
    return this.reinviteWith(this.sdp(direction));
  }

  /** Sends a re-INVITE with this offer; without one, `answer` to the box's offer goes with the ACK. */
  async reinviteWith(offer: string, answer = ''): Promise<SipResponse> {
    const request = this.#request('INVITE', ++this.#cseq);
    const seq = this.#cseq;
    request.headers.append('Contact', this.phone.contact);
    fill(request, offer);
    const response = await this.phone.send(request);
    if (response.status < 300) this.phone.sendAck(fill(this.#request('ACK', seq), answer));
    return response;
  }

  /** Asks a conference to put somebody out (RFC 4579 §5): all of a number, or the endpoint that `leg` names. */
  putOut(number: string, leg?: number): Promise<number> {
    return this.refer(number, undefined, `${leg === undefined ? '' : `;leg=${leg}`};method=BYE`);
  }

  /** Asks the box to connect the other end elsewhere: to a number, or into the place of another call of ours. */
  async refer(number: string, replaced?: TestCall<MediaEnd>, params = ''): Promise<number> {
    const request = this.#request('REFER', ++this.#cseq);
    const box = /^<?(sip:[^>]*)/.exec(this.#dialog!.target)![1].replace(/sip:([^@]*@)?/, `sip:${number}@`);
    const query = replaced ? `?Replaces=${encodeURIComponent(replaced.replaces)}` : '';
    request.headers.append('Refer-To', `<${box}${params}${query}>`).append('Contact', this.phone.contact);
    return (await this.phone.send(request)).status;
  }

  /** Resolves with the final status of what we asked for by REFER. */
  async outcome(): Promise<number> {
    while (!this.reports.some((status) => status >= 200))
      await new Promise<void>((resolve) => (this.#reported = resolve));
    return this.reports.at(-1)!;
  }

  /** Where the other end wants our requests in this call: its Contact. */
  get target(): string {
    return this.#dialog!.target;
  }

  /** A NOTIFY came. */
  notified({ body }: SipRequest): void {
    this.reports.push(Number(/^SIP\/2\.0 (\d{3})/.exec(body.toString())?.[1]));
    this.#reported();
  }

  /** Value of a Replaces header that names this call: tags as the box sees them (RFC 3891 §6.1). */
  get replaces(): string {
    const tag = (value: string) => parseNameAddr(value).params.get('tag');
    const { local, remote } = this.#dialog!;
    return `${this.callId};to-tag=${tag(remote)};from-tag=${tag(local)}`;
  }

  /** Sends one key by SIP INFO. */
  async info(digit: string): Promise<SipResponse> {
    const request = this.#request('INFO', ++this.#cseq);
    request.headers.append('Content-Type', 'application/dtmf-relay');
    request.body = Buffer.from(`Signal=${digit}\r\nDuration=160\r\n`);
    return this.phone.send(request);
  }

  /** Sends BYE and waits for its answer. */
  async hangUp(): Promise<void> {
    if (!this.#open) return;
    const bye = this.#dialog && this.#request('BYE', ++this.#cseq);
    await this.close();
    if (!bye) return;
    const { status } = await this.phone.send(bye);
    if (status !== 200 && status !== 481) throw new Error(`BYE was answered ${status}`);
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    this.phone.calls.delete(this);
    await this.ear.close();
    this.#settle();
  }

  #start(sdp: Buffer): void {
    if (this.#started) return;
    this.#started = true;
    const text = sdp.toString();
    const port = Number(/m=audio (\d+)/.exec(text)?.[1]);
    const theirs = readCrypto(/^a=crypto:(.*)$/m.exec(text)?.[1] ?? '');
    if (this.#key && theirs) this.ear.secure?.({ rx: theirs.key, tx: this.#key });
    this.ear.start({ address: /c=IN IP[46] (\S+)/.exec(text)?.[1] ?? '127.0.0.1', port });
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

function fill(request: SipRequest, sdp: string): SipRequest {
  request.body = Buffer.from(sdp);
  if (sdp !== '') request.headers.append('Content-Type', 'application/sdp');
  return request;
}
