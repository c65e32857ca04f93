import * as assert from 'uvu/assert';
import { suite } from 'uvu';
import { codecs } from '../../firmware/media/codec.js';
import { alawToLinear, toAlaw, toUlaw, ulawToLinear } from '../../firmware/media/codecs/g711.js';

const test = suite('g711');

/** Decision values of G.711 table 1a: 8 chords, in units of 1/4096 of full scale, left justified to 16 bits. */
function alawDecisions(): number[] {
  const decisions = [0];
  for (const step of [2, 2, 4, 8, 16, 32, 64, 128])
    for (let i = 0; i < 16; i++) decisions.push(decisions[decisions.length - 1] + step);
  return decisions.map((value) => value * 8);
}

/** Decision values of G.711 table 2a, in units of 1/8159, left justified to 16 bits. */
function ulawDecisions(): number[] {
  const decisions = [0, 1];
  for (let i = 1; i < 16; i++) decisions.push(decisions[decisions.length - 1] + 2);
  for (const step of [4, 8, 16, 32, 64, 128, 256])
    for (let i = 0; i < 16; i++) decisions.push(decisions[decisions.length - 1] + step);
  return decisions.map((value) => value * 4);
}

/** Number of the interval that holds the sample; the border of a negative one belongs to the smaller magnitude. */
function intervalOf(sample: number, decisions: number[]): number {
  let interval = 0;
  while (interval < 127) {
    const border = decisions[interval + 1];
    if (sample < 0 ? -sample <= border : sample < border) break;
    interval++;
  }
  return interval;
}

test('A-law compresses every sample by the decision values', () => {
  const decisions = alawDecisions();
  assert.is(decisions[128], 32768);
  for (let sample = -32768; sample < 32768; sample++) {
    const expected = (intervalOf(sample, decisions) | (sample < 0 ? 0 : 0x80)) ^ 0x55;
    if (toAlaw(sample) !== expected) assert.is(toAlaw(sample), expected, `${sample}`);
  }
});

test('mu-law compresses every sample by the decision values', () => {
  const decisions = ulawDecisions();
  assert.is(decisions[128], 8159 * 4);
  for (let sample = -32768; sample < 32768; sample++) {
    const expected = (0x7f - intervalOf(sample, decisions)) | (sample < 0 ? 0 : 0x80);
    if (toUlaw(sample) !== expected) assert.is(toUlaw(sample), expected, `${sample}`);
  }
});

test('every byte expands to the middle of its interval', () => {
  const a = alawDecisions();
  const u = ulawDecisions();
  for (let code = 0; code < 128; code++) {
    const alaw = (a[code] + a[code + 1]) / 2;
    assert.is(alawToLinear[(code | 0x80) ^ 0x55], alaw);
    assert.is(alawToLinear[code ^ 0x55], -alaw);
    const ulaw = code === 0 ? 0 : (u[code] + u[code + 1]) / 2;
    assert.is(ulawToLinear[0xff - code], ulaw);
    assert.is(ulawToLinear[0x7f - code] + 0, -ulaw + 0);
  }
});

test('the extremes', () => {
  assert.is(toUlaw(0), 0xff);
  assert.is(toAlaw(0), 0xd5);
  assert.is(ulawToLinear[0x80], 32124);
  assert.is(alawToLinear[0xaa], 32256);
});

test('a codec decodes and encodes at an offset', () => {
  const pcm = Int16Array.from([0, 1000, -1000, 32767]);
  for (const codec of [codecs.PCMU, codecs.PCMA]) {
    const bytes = new Uint8Array(10);
    assert.is(codec.createEncoder().encode(pcm, 4, bytes, 3), 4);
    assert.equal([...bytes.subarray(0, 3), ...bytes.subarray(7)], [0, 0, 0, 0, 0, 0]);
    const back = new Int16Array(4);
    assert.is(codec.createDecoder().decode(bytes, 3, 4, back), 4);
    for (let i = 0; i < 4; i++) assert.ok(Math.abs(back[i] - pcm[i]) <= 700, codec.name);
  }
});

test.run();
