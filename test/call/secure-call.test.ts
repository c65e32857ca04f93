/** Which calls are encrypted: by extension, transport and offer. The switchboard and the user agent, no socket. */
import { randomBytes } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseMessage, type SipMessage, type SipRequest, type SipResponse } from 'sip-parser';
import { KeptSeats } from '../../firmware/call/kept-seats.js';
import { StolenAccounts } from '../../firmware/call/stolen-accounts.js';
import { Switchboard } from '../../firmware/call/switchboard.js';
import { ManualClock } from '../../firmware/clock.js';
import { validateConfig } from '../../firmware/config/validate.js';
import { GuessGuard } from '../../firmware/guess-guard.js';
import type { Media, RtpFormat } from '../../firmware/media/contract.js';
import { SipCall } from '../../firmware/sip/sip-call.js';
import type { Endpoint } from '../../firmware/sip/transport.js';
import { Trunks } from '../../firmware/sip/trunks.js';
import { UserAgent } from '../../firmware/sip/user-agent.js';

const test = suite('secure calls');
const SUITE = 'AES_CM_128_HMAC_SHA1_80';
const keyText = (key: Uint8Array) => Buffer.from(key).toString('base64');

type Setting = 'off' | 'optional' | 'required';

/** A box with extensions 101 (as set) and 102 (srtp optional), and a conference 800. */
class Bench {
  readonly sent: SipMessage[] = [];
  readonly formats: RtpFormat[] = [];
  readonly calls: SipCall[] = [];
  readonly agent: UserAgent;
  readonly switchboard: Switchboard;

  constructor(setting: Setting, available = true) {
    const clock = new ManualClock();
    const guard = new GuessGuard(clock);
    const extension = (number: string, srtp: Setting) => ({
      number,
      sip: { username: number, password: 'secret', srtp },
    });
    const config = validateConfig({
      version: 1,
      extensions: [extension('101', setting), extension('102', 'optional')],
      conferences: [{ number: '800', description: '', type: 'static' }],
    });
    let plays = 0;
    const media: Media = {
      srtp: available,
      codecs: ['PCMU', 'PCMA'],
      openPort: () => Promise.resolve({ port: 1, localPort: 4000 }),
      connectPort: (_port, { format }) => void this.formats.push(format),
      openLine: () => Promise.resolve(1),
      setLine: () => {},
      closePort: () => Promise.resolve(),
      join: () => {},
      leave: () => {},
      mute: () => {},
      volume: () => {},
      sendKey: () => {},
      play: () => ++plays,
      stopPlay: () => {},
      hasPrompt: () => true,
      record: () => {},
      recordPort: () => {},
      unrecordPort: () => {},
      pauseRecord: () => {},
      endRecord: () => {},
      onDigit: () => {},
    };
    this.switchboard = new Switchboard({
      config: () => config,
      media,
      recorder: { begin: () => undefined, addTrack: () => {}, left: () => {}, end: () => {} },
      clock,
      guard,
      stolen: new StolenAccounts(
        () => config,
        () => 0,
      ),
      seats: new KeptSeats(clock),
      addressFor: () => ({ local: '192.0.2.1', shown: '192.0.2.1' }),
      rxPackets: () => undefined,
    });
    this.agent = new UserAgent({
      transport: {
        send: (message) => void this.sent.push(message),
        localFor: () => ({ address: '192.0.2.1', port: 5060 }),
      },
      clock,
      realm: 'parley',
      digestAlgorithms: () => ['SHA-256'],
      guard,
      isTrusted: () => false,
      passwordOf: () => undefined,
      onCall: () => {},
    });
    const trunks = new Trunks({
      layer: this.agent.layer,
      clock,
      contactFor: (peer) => this.agent.contactFor(peer),
      locate: () => Promise.resolve([]),
    });
    const none = { call: () => 'unavailable' as const };
    const noLines = { ways: () => [], emergencyWays: () => [] };
    this.switchboard.connect(this.agent, trunks, none, none, noLines);
  }

  /** A phone calls; its INVITE has passed the digest. Resolves with the final response. */
  async invite(username: string, dialled: string, transport: Endpoint['transport'], media?: string[]) {
    const source = { address: '192.0.2.9', port: 5061, transport };
    const answers: SipResponse[] = [];
    const call = SipCall.incoming(this.agent, {
      request: request('INVITE', media && offer(media)),
      source,
      respond: (response) => void answers.push(response),
    });
    this.calls.push(call);
    this.switchboard.onCall(call, { type: 'account', username }, dialled);
    await settled();
    return answers.find(({ status }) => status >= 200)!;
  }

  register(username: string, transport: Endpoint['transport']): void {
    this.agent.registrar.register(username, request('REGISTER', '', transport), {
      address: '192.0.2.8',
      port: 5061,
      transport,
    });
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

function request(method: string, body = '', contact = 'phone', cseq = 1): SipRequest {
  const text = [
    `${method} sip:800@192.0.2.1 SIP/2.0`,
    'Via: SIP/2.0/TLS 192.0.2.9:5061;branch=z9hG4bK1',
    'From: <sip:101@box.example>;tag=theirs',
    'To: <sip:800@box.example>',
    `Call-ID: ${randomBytes(8).toString('hex')}`,
    `CSeq: ${cseq} ${method}`,
    `Contact: <sip:${contact}@192.0.2.9:5061>`,
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n');
  return parseMessage(Buffer.from(text)) as SipRequest;
}

const offer = (media: string[]) =>
  ['v=0', 'o=- 1 1 IN IP4 192.0.2.9', 's=-', 'c=IN IP4 192.0.2.9', 't=0 0', ...media, ''].join('\r\n');
const theirKey = randomBytes(30);
const plain = ['m=audio 4000 RTP/AVP 0'];
const secured = ['m=audio 4000 RTP/SAVP 0', `a=crypto:7 ${SUITE} inline:${keyText(theirKey)}`];

/** Setting, transport, what is offered, and what comes of it. */
const incoming: [Setting, Endpoint['transport'], 'plain' | 'secured' | 'nothing', string][] = [
  ['optional', 'tls', 'secured', '200 RTP/SAVP'],
  ['optional', 'tls', 'plain', '200 RTP/AVP'],
  ['optional', 'tls', 'nothing', '200 RTP/SAVP RTP/AVP'],
  ['optional', 'tcp', 'secured', '488'],
  ['optional', undefined, 'secured', '488'],
  ['optional', 'udp', 'plain', '200 RTP/AVP'],
  ['optional', 'udp', 'nothing', '200 RTP/AVP'],
  ['required', 'tls', 'secured', '200 RTP/SAVP'],
  ['required', 'tls', 'plain', '488'],
  ['required', 'tls', 'nothing', '200 RTP/SAVP'],
  ['required', 'udp', 'plain', '488'],
  ['required', 'udp', 'secured', '488'],
  ['required', 'udp', 'nothing', '488'],
  ['off', 'tls', 'secured', '488'],
  ['off', 'tls', 'plain', '200 RTP/AVP'],
];
const offers = { plain, secured, nothing: undefined };

const protocols = (sdp: Buffer) =>
  [...sdp.toString().matchAll(/^m=audio [1-9]\d* (\S+)/gm)].map(([, protocol]) => protocol);

for (const [setting, transport, what, expected] of incoming)
  test(`in: srtp ${setting}, over ${transport ?? 'unknown'}, ${what} offered: ${expected}`, async () => {
    const bench = new Bench(setting);
    const { status, body } = await bench.invite('101', '800', transport, offers[what]);
    assert.is([status, ...protocols(body)].join(' '), expected);
    assert.is(/a=crypto/.test(body.toString()), expected.includes('SAVP'));
  });

test('both keys reach the media plane; ours is in the answer under their tag, and nowhere else', async () => {
  const bench = new Bench('optional');
  const { body } = await bench.invite('101', '800', 'tls', secured);
  const { rx, tx } = bench.formats.at(-1)!.srtp!;
  assert.equal(Buffer.from(rx), theirKey);
  assert.match(body.toString(), `a=crypto:7 ${SUITE} inline:${keyText(tx)}\r\n`);
  assert.is.not(keyText(tx), keyText(rx));
  const shown = JSON.stringify(bench.switchboard.legs.map(({ leg }) => ({ ...leg, options: undefined })));
  assert.not.match(shown, keyText(tx));
});

test('a re-offer: the same key changes nothing, a new one is taken, and ours stays', async () => {
  const bench = new Bench('optional');
  const first = await bench.invite('101', '800', 'tls', secured);
  const call = bench.calls[0];
  call.acked(request('ACK'));
  const source = { address: '192.0.2.9', port: 5061, transport: 'tls' } as const;
  const reoffer = (media: string[], cseq: number): SipResponse => {
    const answers: SipResponse[] = [];
    const invite = request('INVITE', offer(media), 'phone', cseq);
    call.request({ request: invite, source, respond: (response) => void answers.push(response) });
    call.acked(request('ACK', '', 'phone', cseq));
    return answers[0];
  };
  assert.is(reoffer(secured, 2).body.toString(), first.body.toString());
  assert.equal(bench.formats[1], bench.formats[0]);
  const newKey = randomBytes(30);
  const renewed = ['m=audio 4000 RTP/SAVP 0', `a=crypto:8 ${SUITE} inline:${keyText(newKey)}`];
  const { body } = reoffer(renewed, 3);
  const { rx, tx } = bench.formats[2].srtp!;
  assert.equal(Buffer.from(rx), newKey);
  assert.equal(tx, bench.formats[0].srtp!.tx);
  assert.match(body.toString(), `a=crypto:8 ${SUITE} inline:${keyText(tx)}\r\n`);
  assert.throws(() => reoffer(['m=audio 4000 RTP/SAVP 0', 'a=crypto:1 UNKNOWN inline:x'], 4), /488/);
  assert.equal(bench.formats.length, 3);
});

test('without the library TLS legs are plain, and required is refused', async () => {
  const optional = await new Bench('optional', false).invite('101', '800', 'tls', plain);
  assert.is(optional.status, 200);
  assert.is((await new Bench('optional', false).invite('101', '800', 'tls', secured)).status, 488);
  assert.is((await new Bench('required', false).invite('101', '800', 'tls', secured)).status, 488);
});

const outgoing: [Setting, Endpoint['transport'][], string][] = [
  ['optional', ['tls'], 'RTP/SAVP RTP/AVP'],
  ['optional', ['udp'], 'RTP/AVP'],
  ['required', ['tls', 'udp', 'tcp'], 'RTP/SAVP'],
  ['required', ['udp'], '488'],
  ['off', ['tls'], 'RTP/AVP'],
];

for (const [setting, transports, expected] of outgoing)
  test(`out: srtp ${setting}, phones over ${transports.join(', ')}: ${expected}`, async () => {
    const bench = new Bench(setting);
    for (const transport of transports) bench.register('101', transport);
    const refused = await bench.invite('102', '101', 'udp', plain);
    const invites = bench.sent.filter((message) => message.kind === 'request' && message.method === 'INVITE');
    const offered = invites.flatMap(({ body }) => protocols(body)).join(' ');
    assert.is(refused ? String(refused.status) : offered, expected);
  });

test.run();
