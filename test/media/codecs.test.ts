/** What holds for every codec, and L16 in particular. */
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { codecFormats, codecNames } from '../../firmware/codec-formats.js';
import { codecs } from '../../firmware/media/codec.js';

const test = suite('codecs');
const MARK = 12345;

for (const name of codecNames) {
  const codec = codecs[name];
  if (codec.available === false) {
    console.log(`SKIPPED: ${name} (its library is missing)`);
    continue;
  }
  const samples60Ms = (codec.sampleRate * 60) / 1000;

  test(`${name}: the table and the codec say the same`, () => {
    const { sampleRate, clockRateHz } = codecFormats[name];
    assert.equal([codec.name, codec.sampleRate, codec.rtpClockRate], [name, sampleRate, clockRateHz]);
  });

  test(`${name}: any bytes are decoded to what samplesIn says or to nothing, never beyond`, () => {
    const decoder = codec.createDecoder();
    const out = new Int16Array(samples60Ms + 100);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1500 }), fc.nat(20), (bytes, offset) => {
        const length = Math.max(0, bytes.length - offset);
        const samples = codec.samplesIn(bytes, offset, length);
        assert.ok(Number.isInteger(samples) && samples >= 0);
        if (samples > samples60Ms) return;
        for (const decode of [decoder.decode.bind(decoder), decoder.recover?.bind(decoder)]) {
          out.fill(MARK);
          const written = decode?.(bytes, offset, length, out) ?? 0;
          assert.ok(written === 0 || written === samples, `${written} of ${samples}`);
          assert.ok(out.subarray(samples).every((sample) => sample === MARK));
        }
      }),
      { numRuns: 1000 },
    );
    decoder.close();
  });

  for (const ms of [10, 20])
    test(`${name}: ${ms} ms encoded at an offset, decoded, and nothing beside them touched`, () => {
      const samples = (codec.sampleRate * ms) / 1000;
      const [encoder, decoder] = [codec.createEncoder(), codec.createDecoder()];
      const pcm = new Int16Array(samples);
      const bytes = new Uint8Array(1000);
      const out = new Int16Array(samples60Ms);
      for (let frame = 0; frame < 10; frame++) {
        for (let i = 0; i < samples; i++)
          pcm[i] = 8000 * Math.sin((2 * Math.PI * 440 * (frame * samples + i)) / codec.sampleRate);
        bytes.fill(0xa5);
        const length = encoder.encode(pcm, samples, bytes, 12);
        assert.ok(length > 0 && length <= 640);
        assert.ok(bytes.subarray(0, 12).every((byte) => byte === 0xa5));
        assert.ok(bytes.subarray(12 + length).every((byte) => byte === 0xa5));
        assert.is(codec.samplesIn(bytes, 12, length), samples);
        assert.is(decoder.decode(bytes, 12, length, out), samples);
      }
      const rms = (of: Int16Array) => Math.sqrt(of.reduce((sum, sample) => sum + sample ** 2, 0) / of.length);
      const dB = 20 * Math.log10(rms(out.subarray(0, samples)) / rms(pcm));
      assert.ok(Math.abs(dB) < 1.5, `${dB.toFixed(2)} dB`);
      encoder.close();
      decoder.close();
    });
}

test('L16 is in network byte order, and an odd length none of it', () => {
  const codec = codecs['L16/16000'];
  const bytes = new Uint8Array(7);
  assert.is(codec.createEncoder().encode(Int16Array.of(0x1234, -2, -32768), 3, bytes, 1), 6);
  assert.equal([...bytes], [0, 0x12, 0x34, 0xff, 0xfe, 0x80, 0]);
  const out = new Int16Array(3);
  assert.is(codec.createDecoder().decode(bytes, 1, 6, out), 3);
  assert.equal([...out], [0x1234, -2, -32768]);
  assert.is(codec.samplesIn(bytes, 0, 7), 0);
  assert.is(codec.createDecoder().decode(bytes, 0, 7, out), 0);
});

test.run();
