/** Any offer: an answer with the same m-lines in the same order, or none (488), and no exception but SdpError. */
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { codecNames } from '../../firmware/codec-formats.js';
import { answerOffer, makeOffer, readAnswer, type LocalMedia } from '../../firmware/sdp/offer-answer.js';
import {
  directionOf,
  parseSdp,
  SdpError,
  writeSdp,
  type Direction,
  type SessionDescription,
} from '../../firmware/sdp/session-description.js';

const test = suite('any offer');

const party = (address: string, key: number, required?: boolean): LocalMedia => ({
  address,
  port: 4000 + key,
  codecs: codecNames,
  sessionId: '7',
  sessionVersion: 1,
  secure: required === undefined ? undefined : { required, key: Buffer.alloc(30, key) },
});
const ways = [undefined, false, true];
const boxes = ways.map((required) => party('192.0.2.1', 1, required));

const directions: Direction[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive'];
const mirror: Record<Direction, Direction> = {
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
const offerText = fc
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
const mangledText = fc
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
function read(bytes: Buffer): SessionDescription | undefined {
  try {
    return parseSdp(bytes);
  } catch (error) {
    assert.instance(error, SdpError);
    return undefined;
  }
}

function checkAnswer(offer: SessionDescription, box: LocalMedia): boolean {
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

test('any well-formed offer', () => {
  let answers = 0;
  fc.assert(
    fc.property(offerText, fc.constantFrom(...boxes), (text, box) => {
      const offer = read(Buffer.from(text));
      assert.ok(offer, 'a well-formed offer is read');
      if (checkAnswer(offer, box)) answers += 1;
    }),
    { numRuns: 3000 },
  );
  // About 330 are; far fewer would mean that the property says little.
  assert.ok(answers > 150, `only ${answers} were answered`);
});

test('any mangled offer, and any bytes', () => {
  const check = (bytes: Buffer, box: LocalMedia) => {
    const offer = read(bytes);
    if (offer) checkAnswer(offer, box);
  };
  fc.assert(fc.property(mangledText, fc.constantFrom(...boxes), check), { numRuns: 3000 });
  const bytes = fc.uint8Array({ maxLength: 300 }).map((octets) => Buffer.from(octets));
  fc.assert(fc.property(bytes, fc.constantFrom(...boxes), check), { numRuns: 1000 });
});

test('our own offer, answered by ourselves: both agree, mirrored, with each other`s keys, or one may not', () => {
  const way = fc.constantFrom(...ways);
  fc.assert(
    fc.property(way, way, fc.constantFrom(...directions), (callerWay, calledWay, direction) => {
      const caller = party('192.0.2.1', 1, callerWay);
      const called = party('192.0.2.2', 2, calledWay);
      const result = answerOffer(parseSdp(writeSdp(makeOffer(caller, direction))), called);
      const apart =
        (callerWay === true && calledWay === undefined) || (callerWay === undefined && calledWay === true);
      assert.is(result === undefined, apart);
      if (!result) return;
      const { agreed } = result;
      const theirs = readAnswer(parseSdp(writeSdp(result.answer)), caller)!;
      assert.is(agreed.direction, mirror[direction]);
      assert.is(theirs.direction, direction);
      assert.equal([theirs.codec, theirs.payloadType], [agreed.codec, agreed.payloadType]);
      assert.is(theirs.eventPayloadType, agreed.eventPayloadType);
      assert.equal([agreed.port, theirs.port], [caller.port, called.port]);
      assert.equal(agreed.srtp && { rx: agreed.srtp.tx, tx: agreed.srtp.rx }, theirs.srtp);
      assert.is(agreed.srtp !== undefined, callerWay !== undefined && calledWay !== undefined);
    }),
  );
});

test.run();
