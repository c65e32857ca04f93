/** The user agent by messages alone: no socket, a clock turned by hand. */
import * as assert from 'uvu/assert';
import { parseMessage, type SipMessage, type SipRequest, type SipResponse } from 'sip-parser';
import { ManualClock } from '../../firmware/clock.js';
import { GuessGuard } from '../../firmware/guess-guard.js';
import type { Ending } from '../../firmware/sip/invite-session.js';
import type { SipCall } from '../../firmware/sip/sip-call.js';
import type { Endpoint } from '../../firmware/sip/transport.js';
import { UserAgent } from '../../firmware/sip/user-agent.js';
import { digestAnswer } from './digest-answer.js';

export const peer = { address: '192.0.2.9', port: 5062 };
export const offer =
  'v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n';

/** A box with one account, 101 with password `secret`, and everything it sent. */
export class Bench {
  readonly clock = new ManualClock();
  readonly guard = new GuessGuard(this.clock);
  readonly sent: SipMessage[] = [];
  readonly told: string[] = [];
  /** Where each message went. */
  readonly sentTo: Endpoint[] = [];
  readonly agent: UserAgent;
  call?: SipCall;
  /** All that there have been. */
  readonly calls: SipCall[] = [];
  /** Tells the phone how its REFER goes. */
  report: (status: number) => void = () => {};
  #branch = 0;

  constructor() {
    this.agent = new UserAgent({
      transport: {
        send: (message, to) => {
          this.sent.push(message);
          this.sentTo.push(to);
        },
        localFor: () => ({ address: '192.0.2.1', port: 5060 }),
      },
      clock: this.clock,
      realm: 'parley',
      digestAlgorithms: () => ['SHA-256', 'MD5'],
      guard: this.guard,
      isTrusted: () => false,
      passwordOf: (username) => (username === '101' ? 'secret' : undefined),
      onRefer: (username, conference, { method, number }, report) => {
        this.told.push(`${username} refers ${conference} to ${method} ${number}`);
        this.report = report;
        return 202;
      },
      onCall: (call, caller, dialled) => {
        this.call = call;
        const who = caller.type === 'account' ? caller.username : `${caller.number} by ${caller.trunk}`;
        this.told.push(`${who} dials ${dialled}`);
        this.watch(call);
      },
    });
  }

  watch(call: SipCall): void {
    this.calls.push(call);
    call.handlers = {
      trying: () => this.told.push('trying'),
      ringing: () => this.told.push('ringing'),
      agreed: (sdp) => this.told.push(`agreed ${sdp.toString()}`) > 0,
      answered: () => this.told.push('answered'),
      reoffered: (sdp) => Buffer.from(`answer to ${sdp?.toString() ?? 'nothing'}`),
      digit: (digit) => this.told.push(`digit ${digit}`),
      referred: ({ number }, replaced, report) => {
        this.told.push(`refer to ${number}${replaced ? ' in place of a call' : ''}`);
        this.report = report;
        return 202;
      },
      ended: ({ by, status }: Ending) => this.told.push(`ended ${by} ${status ?? ''}`.trim()),
    };
  }

  /** Sends a request as the phone would; returns the last message the box sent after it. */
  request(
    method: string,
    options: {
      uri?: string;
      to?: string;
      seq?: number;
      lines?: string[];
      body?: string;
      branch?: string;
      source?: Endpoint;
    } = {},
  ): SipResponse {
    const { uri = 'sip:800@192.0.2.1', to = `<${uri}>`, seq = 1, lines = [], body = '' } = options;
    const branch = options.branch ?? `z9hG4bK${++this.#branch}`;
    const text = [
      `${method} ${uri} SIP/2.0`,
      `Via: SIP/2.0/UDP 10.0.0.9:5062;branch=${branch};rport`,
      'From: "Ann" <sip:101@box.example>;tag=theirs',
      `To: ${to}`,
      'Call-ID: c1',
      `CSeq: ${seq} ${method}`,
      'Max-Forwards: 70',
      'Contact: <sip:101@192.0.2.9:5062>',
      ...lines,
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n');
    this.agent.receive(parseMessage(Buffer.from(text)), options.source ?? peer);
    return this.sent.at(-1) as SipResponse;
  }

  /** Answers a request of the box, by default its last message. */
  respond(
    status: number,
    {
      request = this.last,
      lines = [],
      body = '',
    }: { request?: SipRequest; lines?: string[]; body?: string } = {},
  ): void {
    const head = ['Via', 'From', 'Call-ID', 'CSeq'].map((name) => `${name}: ${request.headers.get(name)}`);
    const to = request.headers.get('To')!;
    const text = [
      `SIP/2.0 ${status} X`,
      ...head,
      `To: ${to.includes(';tag=') ? to : `${to};tag=phone`}`,
      'Contact: <sip:101@192.0.2.9>',
      ...lines,
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n');
    this.agent.receive(parseMessage(Buffer.from(text)), peer);
  }

  /** The last message the box sent, if it is a request. */
  get last(): SipRequest {
    return this.sent.at(-1) as SipRequest;
  }

  /** The box calls the phone at `sip:101@192.0.2.9`, from 102. */
  dial(): SipCall {
    const from = { number: '102', name: 'Bo "B"' };
    const call = this.agent.call('sip:101@192.0.2.9', peer, from, Buffer.from('offer'));
    this.watch(call);
    return call;
  }

  /** As `request`, answering the challenge that comes. */
  authenticated(
    method: string,
    options: Parameters<Bench['request']>[1] = {},
    password = 'secret',
  ): SipResponse {
    const challenged = this.request(method, options);
    assert.is(challenged.status, 401);
    if (method === 'INVITE') this.request('ACK', { ...options, branch: `z9hG4bK${this.#branch}` });
    const uri = options.uri ?? 'sip:800@192.0.2.1';
    const [challenge] = challenged.headers.all('WWW-Authenticate');
    const authorization = digestAnswer(challenge, { method, uri, username: '101', password });
    const lines = [...(options.lines ?? []), `Authorization: ${authorization}`];
    return this.request(method, { ...options, seq: (options.seq ?? 1) + 1, lines });
  }

  /** A call that is answered and acknowledged; returns the To value with the box's tag. */
  establish(ackBody = ''): string {
    this.authenticated('INVITE', { lines: ['Content-Type: application/sdp'], body: offer });
    this.call!.answer(Buffer.from('our answer'));
    const to = (this.sent.at(-1) as SipResponse).headers.get('To')!;
    this.request('ACK', { to, seq: 2, body: ackBody });
    return to;
  }

  statuses(): number[] {
    return this.sent.flatMap((message) => (message.kind === 'response' ? [message.status] : []));
  }

  /** Lets every timer run out and asserts that nothing is left. */
  done(): void {
    this.clock.advance(40_000);
    assert.is(this.agent.layer.open, 0, 'open transactions');
    assert.is(this.agent.dialogs.size, 0, 'open dialogs');
    assert.is(this.clock.pending, 0, 'running timers');
  }
}
