import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { answerOffer, makeOffer, readAnswer, type LocalMedia } from '../../firmware/sdp/offer-answer.js';
import { parseSdp, SdpError, writeSdp } from '../../firmware/sdp/session-description.js';

const test = suite('offer/answer');

const local: LocalMedia = {
  address: '192.0.2.1',
  port: 4000,
  codecs: [
    { name: 'PCMU', clockRateHz: 8000, payloadType: 0 },
    { name: 'PCMA', clockRateHz: 8000, payloadType: 8 },
  ],
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

test('an answer keeps the m-lines in order and refuses all but one audio stream', () => {
  const offer = sdp('m=video 5 RTP/AVP 31', 'm=audio 9000 RTP/AVP 0', 'm=audio 9002 RTP/AVP 0');
  const lines = writeSdp(answerOffer(offer, local)!.answer).toString().split('\r\n');
  assert.equal(
    lines.filter((line) => line.startsWith('m=')),
    ['m=video 0 RTP/AVP 31', 'm=audio 4000 RTP/AVP 0', 'm=audio 0 RTP/AVP 0'],
  );
});

test('our own offer, answered by ourselves, is agreed on by both', () => {
  const offer = parseSdp(writeSdp(makeOffer(local)));
  const { answer, agreed } = answerOffer(offer, { ...local, address: '192.0.2.2', port: 5000 })!;
  assert.is(agreed.eventPayloadType, 101);
  assert.equal(readAnswer(parseSdp(writeSdp(answer)), local.codecs), {
    address: '192.0.2.2',
    port: 5000,
    codec: 'PCMU',
    payloadType: 0,
    eventPayloadType: 101,
    direction: 'sendrecv',
  });
});

const broken: [text: string, names: RegExp][] = [
  ['', /v=0/],
  ['v=0\r\ns=-\r\n', /o= line/],
  ['v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\nhello\r\n', /hello/],
  ['v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\nm=audio 70000 RTP/AVP 0\r\n', /m= line/],
  ['v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\nc=IN IP4 host.example\r\n', /c= line/],
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
