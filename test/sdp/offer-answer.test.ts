import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { answerOffer, makeOffer, readAnswer, type LocalMedia } from '../../firmware/sdp/offer-answer.js';
import { parseSdp, SdpError, writeSdp } from '../../firmware/sdp/session-description.js';

const test = suite('offer/answer');

const local: LocalMedia = {
  address: '192.0.2.1',
  port: 4000,
  codecs: ['PCMU', 'PCMA'],
  sessionId: '7',
  sessionVersion: 1,
};

const head = ['v=0', 'o=- 1 1 IN IP4 198.51.100.9', 's=-', 'c=IN IP4 198.51.100.9', 't=0 0'];
const sdp = (...lines: string[]) => parseSdp(Buffer.from([...head, ...lines, ''].join('\r\n')));

/** Offer lines, and what we agree to: codec, payload type, event payload type, our direction. */
const table: [title: string, offer: string[], agreed: string][] = [
  ['plain static mu-law', ['m=audio 9000 RTP/AVP 0'], 'PCMU 0 - sendrecv'],
  ['their order counts', ['m=audio 9000 RTP/AVP 8 0'], 'PCMA 8 - sendrecv'],
  ['unknown codecs are passed over', ['m=audio 9000 RTP/AVP 18 9 0'], 'PCMU 0 - sendrecv'],
  [
    'their event number is used',
    ['m=audio 9000 RTP/AVP 0 96', 'a=rtpmap:96 telephone-event/8000'],
    'PCMU 0 96 sendrecv',
  ],
  [
    'dynamic number for a static codec',
    ['m=audio 9 RTP/AVP 97', 'a=rtpmap:97 pcma/8000/1'],
    'PCMA 97 - sendrecv',
  ],
  ['hold by sendonly', ['m=audio 9000 RTP/AVP 0', 'a=sendonly'], 'PCMU 0 - recvonly'],
  ['hold by inactive', ['m=audio 9000 RTP/AVP 0', 'a=inactive'], 'PCMU 0 - inactive'],
  ['hold by 0.0.0.0', ['m=audio 9000 RTP/AVP 0', 'c=IN IP4 0.0.0.0'], 'PCMU 0 - inactive'],
  ['session-wide direction', ['a=recvonly', 'm=audio 9000 RTP/AVP 0'], 'PCMU 0 - sendonly'],
  ['no codec in common', ['m=audio 9000 RTP/AVP 18'], 'none'],
  ['refused stream', ['m=audio 0 RTP/AVP 0'], 'none'],
  ['SRTP only', ['m=audio 9000 RTP/SAVP 0'], 'none'],
  ['video only', ['m=video 9000 RTP/AVP 0'], 'none'],
];

for (const [title, offer, expected] of table)
  test(title, () => {
    const result = answerOffer(sdp(...offer), local);
    const agreed = result?.agreed;
    const words = agreed
      ? [agreed.codec, agreed.payloadType, agreed.eventPayloadType ?? '-', agreed.direction].join(' ')
      : 'none';
    assert.is(words, expected);
  });

for (const [asked, got] of [
  ['a=ptime:30', 30],
  ['a=ptime:60', 60],
  ['a=ptime:10', 10],
  ['a=ptime:5', 20],
  ['a=ptime:200', 20],
  ['a=ptime:many', 20],
] as const)
  test(`${asked} gives packets of ${got} ms`, () => {
    const { answer, agreed } = answerOffer(sdp('m=audio 9000 RTP/AVP 0', asked), local)!;
    assert.is(agreed.ptimeMs, got);
    assert.match(writeSdp(answer).toString(), `a=ptime:${got}\r\n`);
  });

test('an answer keeps the m-lines in order and refuses all but one audio stream', () => {
  const offer = sdp('m=video 5 RTP/AVP 31', 'm=audio 9000 RTP/AVP 0', 'm=audio 9002 RTP/AVP 0');
  const lines = writeSdp(answerOffer(offer, local)!.answer).toString().split('\r\n');
  assert.equal(
    lines.filter((line) => line.startsWith('m=')),
    ['m=video 0 RTP/AVP 31', 'm=audio 4000 RTP/AVP 0', 'm=audio 0 RTP/AVP 0'],
  );
});

test('IPv6: written as such, agreed on by both, held by ::, and not mixed with IPv4', () => {
  const [ours, theirs] = ['2001:db8::1', '2001:db8::2'].map((address) => ({ ...local, address }));
  const text = writeSdp(makeOffer(ours)).toString();
  assert.match(text, 'o=- 7 1 IN IP6 2001:db8::1\r\n');
  assert.match(text, 'c=IN IP6 2001:db8::1\r\n');
  const { answer, agreed } = answerOffer(parseSdp(Buffer.from(text)), theirs)!;
  assert.is(agreed.address, '2001:db8::1');
  assert.is(readAnswer(parseSdp(writeSdp(answer)), ours)!.address, '2001:db8::2');
  const held = parseSdp(Buffer.from(text.replace('c=IN IP6 2001:db8::1', 'c=IN IP6 ::')));
  assert.is(answerOffer(held, theirs)!.agreed.direction, 'inactive');
  assert.is(answerOffer(parseSdp(Buffer.from(text)), local), undefined);
  assert.is(readAnswer(parseSdp(writeSdp(answer)), local), undefined);
  const both = sdp('m=audio 9000 RTP/AVP 0', 'c=IN IP6 2001:db8::9', 'm=audio 9002 RTP/AVP 0');
  assert.equal(
    answerOffer(both, local)!.answer.media.map(({ port }) => port),
    [0, 4000],
  );
});

test('our own offer, answered by ourselves, is agreed on by both', () => {
  const offer = parseSdp(writeSdp(makeOffer(local)));
  const { answer, agreed } = answerOffer(offer, { ...local, address: '192.0.2.2', port: 5000 })!;
  assert.is(agreed.eventPayloadType, 101);
  assert.equal(readAnswer(parseSdp(writeSdp(answer)), local), {
    address: '192.0.2.2',
    port: 5000,
    codec: 'PCMU',
    payloadType: 0,
    eventPayloadType: 101,
    ptimeMs: 20,
    rtcpMux: true,
    direction: 'sendrecv',
  });
});

test('RTCP on the port of RTP where both want it, and no payload type looks like RTCP (RFC 5761 §4, §5.1.1)', () => {
  const answered = (...lines: string[]) => {
    const { answer, agreed } = answerOffer(sdp(...lines), local)!;
    assert.is(writeSdp(answer).toString().includes('a=rtcp-mux\r\n'), agreed.rtcpMux);
    return agreed.rtcpMux;
  };
  assert.ok(answered('m=audio 9000 RTP/AVP 0', 'a=rtcp-mux'));
  assert.not(answered('m=audio 9000 RTP/AVP 0'));
  assert.ok(answered('m=audio 9000 RTP/AVP 63', 'a=rtpmap:63 PCMU/8000', 'a=rtcp-mux'));
  assert.not(answered('m=audio 9000 RTP/AVP 72', 'a=rtpmap:72 PCMU/8000', 'a=rtcp-mux'));
  assert.match(writeSdp(makeOffer(local)).toString(), 'a=rtcp-mux\r\n');
  assert.not(readAnswer(sdp('m=audio 9000 RTP/AVP 0'), local)!.rtcpMux);
});

for (const [attribute, expected] of [
  ['a=rtcp:53020', { address: '198.51.100.9', port: 53020 }],
  ['a=rtcp:53020 IN IP4 198.51.100.10', { address: '198.51.100.10', port: 53020 }],
  ['a=rtcp:53020 IN IP6 2001:db8::1', undefined],
  ['a=rtcp:53020 IN IP4 elsewhere', undefined],
  ['a=rtcp:65536', undefined],
  ['a=rtcp:0', undefined],
  ['a=rtcp', undefined],
] as const)
  test(`${attribute}: their RTCP is ${expected ? 'there' : 'on the port after that of RTP'} (RFC 3605)`, () => {
    const media = sdp('m=audio 9000 RTP/AVP 0', attribute);
    assert.equal(answerOffer(media, local)!.agreed.rtcp, expected);
    assert.equal(readAnswer(media, local)!.rtcp, expected);
  });

const theirKey = Buffer.alloc(30, 7);
const ourKey = Buffer.alloc(30, 9);
const keyText = (key: Buffer) => key.toString('base64');
const secure = { ...local, secure: { required: false, key: ourKey } };
const required = { ...local, secure: { required: true, key: ourKey } };
const SUITE = 'AES_CM_128_HMAC_SHA1_80';
const good = `${SUITE} inline:${keyText(theirKey)}`;

/** Crypto lines of a secured stream, and the tag of the one that is taken. */
const cryptoLines: [title: string, lines: string[], taken: number | undefined][] = [
  ['one line', [`4 ${good}`], 4],
  ['none', [], undefined],
  ['an unknown suite is passed over', [`1 AES_256_CM_HMAC_SHA1_80 inline:${'A'.repeat(62)}`, `2 ${good}`], 2],
  ['the first that suits', [`2 ${good}`, `1 ${good}`], 2],
  ['the short tag is another suite', [`1 AES_CM_128_HMAC_SHA1_32 inline:${keyText(theirKey)}`], undefined],
  ['a lifetime', [`1 ${good}|2^31`], 1],
  ['a lifetime in full', [`1 ${good}|1048576`], 1],
  ['a lifetime beyond what the suite allows', [`1 ${good}|2^49`], undefined],
  ['an MKI', [`1 ${good}|2^20|1:4`, `2 ${good}|1:4`, `3 ${good}`], 3],
  ['two keys', [`1 ${good}|1:1;inline:${keyText(ourKey)}|2:1`], undefined],
  ['a window size hint', [`1 ${good} WSH=128`], 1],
  ['a parameter that may be ignored', [`1 ${good} -FUTURE=1`], 1],
  ['a parameter that may not', [`1 ${good} UNENCRYPTED_SRTP`], undefined],
  ['a key too short', [`1 ${SUITE} inline:${keyText(theirKey).slice(4)}`], undefined],
  ['a key that is no base64', [`1 ${SUITE} inline:${'!'.repeat(40)}`], undefined],
  ['no tag', [good], undefined],
];

for (const [title, lines, taken] of cryptoLines)
  test(`crypto: ${title}`, () => {
    const offer = sdp('m=audio 9000 RTP/SAVP 0', ...lines.map((line) => `a=crypto:${line}`));
    const result = answerOffer(offer, secure);
    assert.is(result !== undefined, taken !== undefined);
    if (!result) return;
    assert.equal(result.agreed.srtp, { rx: theirKey, tx: ourKey });
    const text = writeSdp(result.answer).toString();
    assert.match(text, 'm=audio 4000 RTP/SAVP 0\r\n');
    assert.match(text, `a=crypto:${taken} ${SUITE} inline:${keyText(ourKey)}\r\n`);
    assert.not.match(text, keyText(theirKey));
  });

test('a secured stream goes before a plain one, where it may; otherwise it is refused', () => {
  const offer = sdp('m=audio 9000 RTP/AVP 0', 'm=audio 9002 RTP/SAVPF 8', `a=crypto:1 ${good}`);
  const ports = (where: LocalMedia) => answerOffer(offer, where)!.answer.media.map(({ port }) => port);
  assert.equal(ports(secure), [0, 4000]);
  assert.equal(ports(required), [0, 4000]);
  assert.equal(ports(local), [4000, 0]);
  assert.is(answerOffer(sdp('m=audio 9000 RTP/AVP 0', `a=crypto:1 ${good}`), required), undefined);
});

test('an answer must take the line that we offered', () => {
  const answer = (...lines: string[]) => readAnswer(sdp(...lines), secure);
  const taken = answer('m=audio 9 RTP/SAVP 0', `a=crypto:1 ${good}`, 'm=audio 0 RTP/AVP 0');
  assert.equal(taken!.srtp, { rx: theirKey, tx: ourKey });
  assert.is(answer('m=audio 9 RTP/SAVP 0', `a=crypto:2 ${good}`), undefined);
  assert.is(answer('m=audio 9 RTP/SAVP 0'), undefined);
  assert.is(answer('m=audio 0 RTP/SAVP 0', 'm=audio 9 RTP/AVP 0')!.srtp, undefined);
  assert.is(readAnswer(sdp('m=audio 9 RTP/AVP 0'), required), undefined);
  assert.is(readAnswer(sdp('m=audio 9 RTP/SAVP 0', `a=crypto:1 ${good}`), local), undefined);
});

test('offers: plain, both, secured alone', () => {
  const protocols = (where: LocalMedia) => makeOffer(where).media.map(({ protocol }) => protocol);
  assert.equal(protocols(local), ['RTP/AVP']);
  assert.equal(protocols(secure), ['RTP/SAVP', 'RTP/AVP']);
  assert.equal(protocols(required), ['RTP/SAVP']);
});

const broken: [text: string, names: RegExp][] = [
  ['', /v=0/],
  ['v=0\r\ns=-\r\n', /o= line/],
  ['v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\nhello\r\n', /hello/],
  ['v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\nm=audio 70000 RTP/AVP 0\r\n', /m= line/],
  ['v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\nc=IN IP4 host.example\r\n', /c= line/],
  ['v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\nc=IN IP4 ::1\r\n', /c= line/],
  ['v=0\r\no=- 1 1 IN IP6 ::1\r\nc=IN IP6 1.2.3.4\r\n', /c= line/],
  ['v=0\r\no=- 1 1 IN IP6 ::1\r\nc=IN IP6 fe80::1%eth0\r\n', /c= line/],
  ['v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\n' + 'm=audio 1 RTP/AVP 0\r\n'.repeat(17), /media lines/],
];
for (const [text, names] of broken)
  test(`refused: ${JSON.stringify(text.slice(-40))}`, () => {
    assert.throws(
      () => parseSdp(Buffer.from(text)),
      (error: unknown) => error instanceof SdpError && names.test(error.message),
    );
  });

test.run();
