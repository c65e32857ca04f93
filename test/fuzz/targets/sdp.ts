/** Any offer: an answer with the same m-lines in the same order, or none (488), and no exception but SdpError. */
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import { codecNames } from '../../../firmware/codec-formats.js';
import { answerOffer, makeOffer, readAnswer, type LocalMedia } from '../../../firmware/sdp/offer-answer.js';
import {
  directionOf,
  parseSdp,
  SdpError,
  writeSdp,
  type Direction,
  type SessionDescription,
} from '../../../firmware/sdp/session-description.js';
import type { Target } from '../target.js';

export const party = (address: string, key: number, required?: boolean): LocalMedia => ({
  address,
  port: 4000 + key,
  codecs: codecNames,
  sessionId: '7',
  sessionVersion: 1,
  secure: required === undefined ? undefined : { required, key: Buffer.alloc(30, key) },
});
export const ways = [undefined, false, true];
export const boxes = ways.map((required) => party('192.0.2.1', 1, required));

export const directions: Direction[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive'];
export const mirror: Record<Direction, Direction> = {
  sendrecv: 'sendrecv',
  sendonly: 'recvonly',
  recvonly: 'sendonly',
  inactive: 'inactive',
};

const token = fc.stringMatching(/^[!-~]{1,12}$/);
const often = <T>(...usual: T[]) => ({ weight: 5, arbitrary: fc.constantFrom(...usual) });
const attribute = fc.oneof(
  often(
    ...directions,
    'rtpmap:0 PCMU/8000',
    'rtpmap:96 telephone-event/8000',
    'rtpmap:97 PCMA/8000/1',
    'rtpmap:x PCMU/8000',
    'rtpmap:300 PCMU/8000',
    'rtpmap:97 opus/48000/2',
    'rtpmap:98 opus/48000/2',
    'rtpmap:18 L16/16000',
    'fmtp:96 0-15',
    'fmtp:97 maxplaybackrate=16000',
    'fmtp:98 useinbandfec=1; maxplaybackrate=99999999999',
    'ptime:20',
    `crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${'A'.repeat(40)}`,
    `crypto:2 AES_CM_128_HMAC_SHA1_80 inline:${'B'.repeat(40)}|2^31`,
    `crypto:3 AES_256_CM_HMAC_SHA1_80 inline:${'C'.repeat(62)}`,
    'crypto:',
    'crypto',
  ),
  token,
);
const protocol = fc.oneof(
  often('RTP/AVP', 'RTP/AVPF', 'RTP/SAVP', 'RTP/SAVPF', 'UDP/TLS/RTP/SAVPF', 'udptl', 'TCP/MSRP'),
  token,
);
const format = fc.oneof(often('0', '8', '9', '18', '96', '97', '98', '300', 'x', '-1', '00'), token);
const media = fc
  .tuple(
    fc.oneof(often('audio', 'audio', 'video', 'image'), token),
    fc.oneof(often(0, 9, 4000), fc.nat(65535)),
    protocol,
    fc.array(format, { minLength: 1, maxLength: 6 }),
    fc.constantFrom(null, null, null, 'IP4 192.0.2.7', 'IP4 0.0.0.0', 'IP6 2001:db8::7', 'IP6 ::'),
    fc.array(attribute, { maxLength: 6 }),
  )
  .map(([kind, port, protocol, formats, address, attributes]) => [
    `m=${kind} ${port} ${protocol} ${formats.join(' ')}`,
    ...(address === null ? [] : [`c=IN ${address}`]),
    ...attributes.map((text) => `a=${text}`),
  ]);
export const offerText = fc
  .tuple(
    fc.option(fc.constantFrom('192.0.2.9', '0.0.0.0'), { freq: 10 }),
    fc.array(attribute, { maxLength: 2 }),
    fc.array(media, { maxLength: 16 }),
  )
  .map(([address, attributes, streams]) =>
    [
      'v=0',
      'o=- 1 1 IN IP4 192.0.2.9',
      's=-',
      ...(address === null ? [] : [`c=IN IP4 ${address}`]),
      't=0 0',
      ...attributes.map((text) => `a=${text}`),
      ...streams.flat(),
      '',
    ].join('\r\n'),
  );

/** Lines left out, doubled, exchanged or cut, and bytes changed. */
export const mangledText = fc
  .tuple(
    offerText,
    fc.array(fc.tuple(fc.nat(5), fc.nat(10_000), fc.nat(255)), { minLength: 1, maxLength: 5 }),
  )
  .map(([text, changes]) => {
    let bytes = Buffer.from(text);
    for (const [how, at, octet] of changes) {
      const lines = bytes.toString('latin1').split('\r\n');
      const line = at % lines.length;
      if (how === 0) lines.splice(line, 1);
      else if (how === 1) lines.splice(line, 0, lines[line]);
      else if (how === 2) lines.push(lines.splice(line, 1)[0]);
      else if (how === 3) lines[line] = lines[line].slice(0, octet % (lines[line].length + 1));
      bytes = Buffer.from(lines.join(how === 4 ? '\n' : '\r\n'), 'latin1');
      if (how === 5 && bytes.length > 0) bytes[at % bytes.length] = octet;
    }
    return bytes;
  });

/** What we take an offer for: undefined if it is none. */
export function readOffer(bytes: Buffer): SessionDescription | undefined {
  try {
    return parseSdp(bytes);
  } catch (error) {
    assert.instance(error, SdpError);
    return undefined;
  }
}

export function checkAnswer(offer: SessionDescription, box: LocalMedia): boolean {
  const result = answerOffer(offer, box);
  if (!result) return false;
  const { agreed } = result;
  const answer = parseSdp(writeSdp(result.answer));
  const shape = ({ media }: SessionDescription) => media.map(({ kind, protocol }) => `${kind} ${protocol}`);
  assert.equal(shape(answer), shape(offer));
  const accepted = answer.media.flatMap(({ port }, at) => (port === 0 ? [] : [at]));
  assert.is(accepted.length, 1);
  const [at] = accepted;
  const [offered, ours] = [offer.media[at], answer.media[at]];
  assert.is.not(offered.port, 0);
  for (const format of ours.formats) assert.ok(offered.formats.map(Number).includes(Number(format)), format);
  for (const type of [agreed.payloadType, agreed.eventPayloadType ?? 0]) assert.ok(type >= 0 && type <= 127);
  assert.is(agreed.port, offered.port);
  const held = (offered.address ?? offer.address) === '0.0.0.0';
  assert.is(agreed.direction, held ? 'inactive' : mirror[directionOf(offer, offered)]);
  assert.is(directionOf(answer, ours), agreed.direction);
  const secured = /^RTP\/SAVPF?$/.test(ours.protocol);
  assert.is(agreed.srtp !== undefined, secured);
  assert.is(ours.attributes.filter(({ name }) => name === 'crypto').length, secured ? 1 : 0);
  if (secured) assert.ok(box.secure);
  else assert.not.ok(box.secure?.required);
  return true;
}

export const sdp: Target = {
  name: 'SDP',
  seeds: [
    writeSdp(makeOffer(boxes[0])),
    writeSdp(makeOffer(boxes[2], 'sendonly')),
    Buffer.from(
      'v=0\r\no=- 1 1 IN IP6 ::1\r\ns=-\r\nt=0 0\r\na=inactive\r\nm=video 9 RTP/AVP 99\r\nm=audio 5000/2 RTP/SAVPF 98 0 13\r\n' +
        'c=IN IP6 2001:db8::7\r\na=rtpmap:98 opus/48000/2\r\na=fmtp:98 maxplaybackrate=16000\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:' +
        `${'A'.repeat(40)}|2^31 WSH=64\r\n`,
    ),
  ],
  words: [
    '\r\n',
    'm=audio 4000 RTP/AVP 0\r\n',
    'm=audio 0 RTP/SAVP',
    'a=rtpmap:96 telephone-event/8000\r\n',
    'a=rtpmap:97 opus/48000/2\r\n',
    'a=fmtp:97 ',
    'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:',
    'a=sendonly\r\n',
    'a=rtcp-mux\r\n',
    'a=rtcp:5001 IN IP4 192.0.2.7\r\n',
    'c=IN IP4 0.0.0.0\r\n',
    'c=IN IP6 ::\r\n',
    'o=- 1 1 IN IP4 1.2.3.4\r\n',
    '2^48',
    '|1:4',
    ' 0',
    ' 127',
    ' 128',
    '/',
    ':',
    ' ',
    '99999',
  ],
  baits: [
    offerOf(5000, 'a=rtpmap:9 PCMU/8000\r\n'.repeat(200)),
    offerOf(2000, 'a=rtpmap:\r\n'.repeat(500)),
    offerOf(7000, ''),
    offerOf(1, `a=fmtp:0 ${' '.repeat(15_000)}x\r\n`),
    offerOf(1, `a=crypto:1 ${' '.repeat(15_000)}x\r\n`),
    offerOf(1, `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${'A'.repeat(15_000)}\r\n`),
  ],
  grammar: fc.oneof(
    offerText.map((text) => Buffer.from(text)),
    mangledText,
  ),
  take(input) {
    const offer = readOffer(input);
    if (!offer) return;
    const box = boxes[input.length % boxes.length];
    checkAnswer(offer, box);
    readAnswer(offer, box);
  },
};

function offerOf(formats: number, attributes: string): Buffer {
  const head = 'v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n';
  return Buffer.from(`${head}m=audio 4000 RTP/AVP${' 9'.repeat(formats)}\r\n${attributes}`);
}
