/** Offers and answers codec by codec: rtpmap, fmtp, telephone events at the codec's clock, wideband first. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { codecNames, type CodecName } from '../../firmware/codec-formats.js';
import { answerOffer, makeOffer, readAnswer, type LocalMedia } from '../../firmware/sdp/offer-answer.js';
import { parseSdp, writeSdp, type SessionDescription } from '../../firmware/sdp/session-description.js';

const test = suite('formats');

const party = (...codecs: CodecName[]): LocalMedia => ({
  address: '192.0.2.1',
  port: 4000,
  codecs,
  sessionId: '7',
  sessionVersion: 1,
});
const sdp = (formats: string, ...attributes: string[]) =>
  parseSdp(
    Buffer.from(
      [
        ...['v=0', 'o=- 1 1 IN IP4 198.51.100.9', 's=-', 'c=IN IP4 198.51.100.9', 't=0 0'],
        `m=audio 9000 RTP/AVP ${formats}`,
        ...attributes.map((text) => `a=${text}`),
        '',
      ].join('\r\n'),
    ),
  );
/** The m-line's formats and what rtpmap and fmtp say, in one line. */
const inWords = (description: SessionDescription) =>
  writeSdp(description)
    .toString()
    .split('\r\n')
    .flatMap((line) => /^(?:m=audio \d+ RTP\/AVP|a=(?:rtpmap|fmtp):)(.*)$/.exec(line)?.[1].trim() ?? [])
    .join(', ');

const offers: [codecs: CodecName[], words: string][] = [
  [['PCMU'], '0 101, 0 PCMU/8000, 101 telephone-event/8000, 101 0-15'],
  [['G722', 'PCMA'], '9 8 101, 9 G722/8000, 8 PCMA/8000, 101 telephone-event/8000, 101 0-15'],
  [
    ['L16/16000', 'L16/8000'],
    '118 117 101 102, 118 L16/16000, 117 L16/8000, 101 telephone-event/8000, 101 0-15, ' +
      '102 telephone-event/16000, 102 0-15',
  ],
  [
    ['opus', 'PCMU'],
    '107 0 101 102, 107 opus/48000/2, 107 useinbandfec=1, 0 PCMU/8000, 101 telephone-event/8000, 101 0-15, ' +
      '102 telephone-event/48000, 102 0-15',
  ],
  [
    ['opus/16000', 'opus'],
    '107 101, 107 opus/48000/2, 107 maxplaybackrate=16000;sprop-maxcapturerate=16000;useinbandfec=1, ' +
      '101 telephone-event/48000, 101 0-15',
  ],
];
const narrow = 'maxplaybackrate=16000;sprop-maxcapturerate=16000;useinbandfec=1';
const wide = 'useinbandfec=1';
const opusOffer = (fmtp: string) => sdp('96', 'rtpmap:96 opus/48000/2', `fmtp:96 ${fmtp}`);
/** What we have, what they say of theirs, and which we take. */
const flavours: [ours: CodecName, fmtp: string, codec: CodecName][] = [
  ['opus', 'useinbandfec=1', 'opus'],
  ['opus', 'maxplaybackrate=48000', 'opus'],
  ['opus', 'stereo=1; MaxPlaybackRate=16000 ;cbr=1', 'opus/16000'],
  ['opus', 'maxplaybackrate=24000', 'opus/16000'],
  ['opus', 'maxplaybackrate=8000', 'opus/16000'],
  ['opus', 'maxplaybackrate=', 'opus'],
  ['opus', 'xmaxplaybackrate=16000', 'opus'],
  ['opus/16000', 'useinbandfec=1', 'opus/16000'],
  ['opus/16000', 'maxplaybackrate=48000', 'opus/16000'],
  ['opus/16000', 'maxplaybackrate=16000', 'opus/16000'],
];
for (const [ours, fmtp, codec] of flavours)
  test(`${ours} and ${fmtp}: ${codec}`, () => {
    const { agreed, answer } = answerOffer(opusOffer(fmtp), party(ours))!;
    assert.is(agreed.codec, codec);
    assert.is(inWords(answer), `96, 96 opus/48000/2, 96 ${codec === 'opus' ? wide : narrow}`);
    assert.is(readAnswer(opusOffer(fmtp), party(ours))!.codec, codec);
  });

for (const [codecs, words] of offers)
  test(`offered: ${codecs.join(' ')}`, () => assert.is(inWords(makeOffer(party(...codecs))), words));

type Answer = [title: string, ours: CodecName[], offer: SessionDescription, codec: string, words: string];
const answers: Answer[] = [
  ['G.722 by its static number', ['PCMU', 'G722'], sdp('9'), 'G722', '9, 9 G722/8000'],
  [
    'G.722 by a dynamic number',
    ['PCMU', 'G722'],
    sdp('100', 'rtpmap:100 g722/8000'),
    'G722',
    '100, 100 G722/8000',
  ],
  ['G.722 at 16000 is none', ['PCMU', 'G722'], sdp('100', 'rtpmap:100 G722/16000'), 'none', ''],
  ['wideband before what they named first', ['PCMU', 'G722'], sdp('0 8 9'), 'G722', '9, 9 G722/8000'],
  ['their order among narrowband', ['PCMU', 'PCMA'], sdp('8 0 9'), 'PCMA', '8, 8 PCMA/8000'],
  ['ours only', ['PCMA'], sdp('9 0 8'), 'PCMA', '8, 8 PCMA/8000'],
  [
    'L16 by its rate',
    ['L16/8000', 'L16/16000'],
    sdp('96 97', 'rtpmap:96 L16/8000', 'rtpmap:97 L16/16000/1'),
    'L16/16000',
    '97, 97 L16/16000',
  ],
  ['L16 in stereo is none', ['L16/16000'], sdp('96', 'rtpmap:96 L16/16000/2'), 'none', ''],
  ['static L16, stereo at 44100, is none', ['L16/16000', 'L16/8000'], sdp('10 11'), 'none', ''],
  [
    'events at the clock of the codec',
    ['L16/16000'],
    sdp(
      '96 101 102',
      'rtpmap:96 L16/16000',
      'rtpmap:101 telephone-event/8000',
      'rtpmap:102 telephone-event/16000',
    ),
    'L16/16000',
    '96 102, 96 L16/16000, 102 telephone-event/16000, 102 0-15',
  ],
  [
    'events at 8000 where there are no others',
    ['L16/16000'],
    sdp('96 101', 'rtpmap:96 L16/16000', 'rtpmap:101 telephone-event/8000'),
    'L16/16000',
    '96 101, 96 L16/16000, 101 telephone-event/8000, 101 0-15',
  ],
  ['Opus of one channel is none', ['opus'], sdp('96', 'rtpmap:96 opus/48000'), 'none', ''],
  [
    'Opus before G.711, with its events',
    ['G722', 'opus', 'PCMU'],
    sdp(
      '0 111 9 101 110',
      'rtpmap:111 opus/48000/2',
      'fmtp:111 minptime=10;useinbandfec=1',
      'rtpmap:101 telephone-event/8000',
      'rtpmap:110 telephone-event/48000',
    ),
    'opus',
    `111 110, 111 opus/48000/2, 111 ${wide}, 110 telephone-event/48000, 110 0-15`,
  ],
  [
    'no events at a clock of another codec',
    ['PCMU'],
    sdp('0 102', 'rtpmap:102 telephone-event/48000'),
    'PCMU',
    '0, 0 PCMU/8000',
  ],
];
for (const [title, ours, offer, codec, words] of answers)
  test(`answered: ${title}`, () => {
    const result = answerOffer(offer, party(...ours));
    assert.is(result?.agreed.codec ?? 'none', codec);
    if (result) assert.is(inWords(result.answer), words);
  });

test('an answer keeps its order: its first codec is what they send', () => {
  const agreed = readAnswer(sdp('0 9'), party('G722', 'PCMU'))!;
  assert.equal([agreed.codec, agreed.payloadType], ['PCMU', 0]);
});

for (const codec of codecNames)
  test(`${codec}: our own offer, answered by ourselves, is agreed on by both, with events`, () => {
    const offer = parseSdp(writeSdp(makeOffer(party('PCMU', codec))));
    const { answer, agreed } = answerOffer(offer, party(codec))!;
    const theirs = readAnswer(parseSdp(writeSdp(answer)), party('PCMU', codec))!;
    assert.is(agreed.codec, codec);
    assert.equal([theirs.codec, theirs.payloadType], [codec, agreed.payloadType]);
    assert.ok(agreed.eventPayloadType);
    assert.is(theirs.eventPayloadType, agreed.eventPayloadType);
  });

test('no two formats of an offer share a number', () => {
  const numbers = makeOffer(party(...codecNames)).media[0].formats;
  assert.is(numbers.length, 9);
  assert.is(new Set(numbers).size, 9);
});

test.run();
