/** Frames from thread to thread, and two clocks that do not agree. */
import { Worker } from 'node:worker_threads';
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FRAME_SAMPLES, FrameRing, frameRingMemory } from '../../hal/frame-ring.js';
import { SlipReader } from '../../hal/slip-reader.js';

const test = suite('frame ring');

const frameOf = (value: number) => new Int16Array(FRAME_SAMPLES).fill(value);

test('any order of writing and reading: as a queue of eight, with what did not fit and what was missing counted', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 200 }), (writes) => {
      const ring = new FrameRing(frameRingMemory(8));
      const queue: number[] = [];
      let [next, overruns, underruns] = [1, 0, 0];
      const out = new Int16Array(FRAME_SAMPLES);
      for (const write of writes) {
        if (write) {
          const fits = queue.length < 8;
          assert.is(ring.write(frameOf(next)), fits);
          if (fits) queue.push(next);
          else overruns++;
          next++;
        } else {
          const expected = queue.shift();
          assert.is(ring.read(out), expected !== undefined);
          if (expected === undefined) underruns++;
          assert.equal(out, frameOf(expected ?? 0));
        }
        assert.is(ring.waiting, queue.length);
      }
      assert.is(ring.overruns, overruns);
      assert.is(ring.underruns, underruns);
    }),
  );
});

test('a ring of eight takes eight: the ninth is lost, the first is still the first', () => {
  const ring = new FrameRing(frameRingMemory(8));
  for (let i = 1; i <= 9; i++) assert.is(ring.write(frameOf(i)), i <= 8);
  assert.is(ring.overruns, 1);
  const out = new Int16Array(FRAME_SAMPLES);
  ring.read(out);
  assert.equal(out, frameOf(1));
});

test('it goes on where the counters wrap', () => {
  const memory = frameRingMemory(4);
  new Int32Array(memory, 0, 2).fill(0x7ffffffe);
  const ring = new FrameRing(memory);
  const out = new Int16Array(FRAME_SAMPLES);
  for (let i = 1; i <= 20; i++) {
    assert.ok(ring.write(frameOf(i)) && ring.read(out));
    assert.equal(out, frameOf(i));
  }
});

test('from another thread: 5,000 frames, each whole and in order', async () => {
  const memory = frameRingMemory(16);
  const url = new URL('../../hal/frame-ring.js', import.meta.url).href;
  const code = `
    import(${JSON.stringify(url)}).then(({ FrameRing }) => {
      const ring = new FrameRing(require('node:worker_threads').workerData);
      const frame = new Int16Array(160);
      for (let i = 0; i < 5000; ) if (ring.waiting < 16 && ring.write(frame.fill(i))) i++;
    });`;
  const worker = new Worker(code, { eval: true, workerData: memory });
  const ring = new FrameRing(memory);
  const out = new Int16Array(FRAME_SAMPLES);
  const over = new Promise((resolve) => worker.once('exit', resolve));
  for (let i = 0; i < 5000;) {
    if (ring.waiting === 0) {
      await new Promise(setImmediate);
      continue;
    }
    ring.read(out);
    const wrong = out.findIndex((sample) => sample !== (i << 16) >> 16);
    assert.is(wrong, -1, `frame ${i}`);
    i++;
  }
  await over;
  assert.is(ring.overruns + ring.underruns, 0);
});

/** A card that counts its samples and runs `ppm` faster than the tick, for `ticks`. */
function run(ppm: number, ticks: number): { heard: number[]; reader: SlipReader; ring: FrameRing } {
  const ring = new FrameRing(frameRingMemory(8));
  const reader = new SlipReader(ring);
  const heard: number[] = [];
  const [frame, out] = [new Int16Array(FRAME_SAMPLES), new Int16Array(FRAME_SAMPLES)];
  let [due, next] = [0, 1];
  for (let tick = 0; tick < ticks; tick++) {
    for (due += 1 + ppm / 1e6; due >= 1; due--) {
      for (let i = 0; i < FRAME_SAMPLES; i++) frame[i] = next++ % 30000;
      ring.write(frame);
    }
    reader.read(out);
    for (const sample of out) heard.push(sample);
  }
  return { heard, reader, ring };
}

/** How samples that count go on: how many are left out, and said twice. */
function slips(heard: number[]): { left: number; doubled: number; other: number } {
  const found = { left: 0, doubled: 0, other: 0 };
  const from = heard.findIndex((sample) => sample !== 0);
  for (let i = from + 1; i < heard.length; i++) {
    const step = (heard[i] - heard[i - 1] + 30000) % 30000;
    if (step === 2) found.left++;
    else if (step === 0) found.doubled++;
    else if (step !== 1) found.other++;
  }
  return found;
}

test('clocks that agree: every sample once, none slipped', () => {
  const { heard, reader } = run(0, 5000);
  assert.equal(slips(heard), { left: 0, doubled: 0, other: 0 });
  assert.is(reader.left + reader.doubled, 0);
});

for (const ppm of [200, -200])
  test(`a card ${ppm} ppm ${ppm > 0 ? 'faster' : 'slower'}: slips of one sample, as many as it must be, nothing lost`, () => {
    const ticks = 20000;
    const { heard, reader, ring } = run(ppm, ticks);
    const found = slips(heard);
    assert.is(found.other, 0);
    assert.is(found.left, reader.left);
    assert.is(found.doubled, reader.doubled);
    const expected = (ticks * FRAME_SAMPLES * ppm) / 1e6;
    assert.ok(Math.abs(reader.left - reader.doubled - expected) <= 3 * FRAME_SAMPLES, `${reader.left}`);
    assert.is(ppm > 0 ? reader.doubled : reader.left, 0);
    assert.is(ring.overruns + ring.underruns, 0);
  });

test('a slip is where it does least harm', () => {
  const ring = new FrameRing(frameRingMemory(32));
  const reader = new SlipReader(ring, 1);
  const frame = Int16Array.from({ length: FRAME_SAMPLES }, (_, i) => (i === 100 ? 990 : i * 10));
  const out = new Int16Array(FRAME_SAMPLES);
  ring.write(frame);
  reader.read(out);
  ring.write(frame);
  for (let tick = 0; tick < 200 && reader.left === 0; tick++) {
    ring.write(frame);
    reader.read(out);
    if (reader.left === 0) assert.equal(out, frame);
  }
  assert.equal([...out].slice(0, 100), [...frame].slice(0, 100));
  assert.is(out[100], frame[101]);
});

test.run();
