/** Which codecs a leg offers and takes: those of its setting, as far as the media plane has them. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { LegEvent } from '../../firmware/call/leg.js';
import { SipLeg, type SipLegOptions } from '../../firmware/call/sip-leg.js';
import type { CodecName } from '../../firmware/codec-formats.js';
import type { Media, RtpFormat } from '../../firmware/media/contract.js';
import type { SipCall } from '../../firmware/sip/sip-call.js';

const test = suite('codec choice');
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Options of a leg whose setting is `codecs`; what was connected is noted in `formats`. */
function optionsOf(codecs: CodecName[], available: CodecName[], formats: RtpFormat[] = []): SipLegOptions {
  const media: Partial<Media> = {
    codecs: available,
    openPort: () => Promise.resolve({ port: 1, localPort: 4000 }),
    connectPort: (_port, { format }) => void formats.push(format),
    closePort: () => Promise.resolve(),
  };
  return {
    id: 1,
    party: { number: '101', name: '' },
    sources: ['extension 101'],
    media: media as Media,
    address: { local: '192.0.2.1', shown: '192.0.2.1' },
    codecs,
    security: 'plain',
    nowMs: () => 0,
    referred: () => 481,
    onState: () => {},
    onClosed: () => {},
  };
}

/** A call as a leg sees it; `said` is what was answered, or the status of the refusal. */
class Call {
  readonly peer = { address: '192.0.2.9', port: 5060, transport: 'udp' };
  readonly wantsSdp = true;
  handlers: unknown;
  said: string[] = [];

  constructor(readonly offer?: Buffer) {}

  answer(sdp: Buffer): void {
    this.said.push(sdp.toString());
  }

  reject(status: number): void {
    this.said.push(String(status));
  }
}
const asCall = (call: Call) => call as unknown as SipCall;

const offer = Buffer.from(
  [
    ...['v=0', 'o=- 1 1 IN IP4 192.0.2.9', 's=-', 'c=IN IP4 192.0.2.9', 't=0 0'],
    ...['m=audio 9000 RTP/AVP 0 96 9 8', 'a=rtpmap:96 opus/48000/2', ''],
  ].join('\r\n'),
);

type Case = [codecs: CodecName[], available: CodecName[], taken: CodecName | '488'];
const answered: Case[] = [
  [['PCMU', 'PCMA'], ['PCMU', 'PCMA', 'G722', 'opus'], 'PCMU'],
  [['G722', 'opus', 'PCMU'], ['PCMU', 'PCMA', 'G722', 'opus'], 'opus'],
  [['G722', 'opus', 'PCMU'], ['PCMU', 'PCMA', 'G722'], 'G722'],
  [['opus', 'PCMA'], ['PCMU', 'PCMA', 'G722'], 'PCMA'],
  [['opus'], ['PCMU', 'PCMA', 'G722'], '488'],
];
for (const [codecs, available, taken] of answered)
  test(`answered: ${codecs.join(' ')} of ${available.join(' ')}`, async () => {
    const call = new Call(offer);
    const formats: RtpFormat[] = [];
    const leg = SipLeg.incoming(asCall(call), optionsOf(codecs, available, formats));
    leg.answer();
    await settled();
    if (taken === '488') return assert.equal(call.said, ['488']);
    assert.equal([leg.codec, formats.map(({ codec }) => codec)], [taken, [taken]]);
    assert.match(call.said[0], 'm=audio 4000');
  });

test('a call without an offer gets our codecs, best first', async () => {
  const call = new Call();
  SipLeg.incoming(asCall(call), optionsOf(['G722', 'opus/16000', 'PCMA'], ['PCMA', 'G722'])).answer();
  await settled();
  assert.match(call.said[0], 'm=audio 4000 RTP/AVP 9 8 101\r\n');
});

test('called: our codecs are offered, best first; with none of them nobody is called', async () => {
  const offers: string[] = [];
  const events: LegEvent[] = [];
  for (const available of [['PCMA', 'G722'], ['PCMU']] as CodecName[][]) {
    const place = (sdp: Buffer) => {
      offers.push(sdp.toString());
      return asCall(new Call());
    };
    SipLeg.outgoing(place, optionsOf(['G722', 'PCMA'], available)).onEvent = (event) =>
      void events.push(event);
    await settled();
  }
  assert.is(offers.length, 1);
  assert.match(offers[0], 'm=audio 4000 RTP/AVP 9 8 101\r\n');
  assert.equal(events, [{ type: 'ended', cause: 'incompatible', redirect: undefined }]);
});

test.run();
