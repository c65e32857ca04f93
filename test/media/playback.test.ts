import * as assert from 'uvu/assert';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite } from 'uvu';
import { FRAME_MS, RATES, frameSamples, type PlayRate } from '../../firmware/media/frame.js';
import type { PlayItem } from '../../firmware/media/contract.js';
import { LevelMeter } from '../../firmware/media/level.js';
import { Playback } from '../../firmware/media/playback.js';
import { promptsOf, readPrompts } from '../../firmware/media/prompt-files.js';
import { ToneGenerator } from '../../firmware/media/tone-generator.js';

const test = suite('playback');

function wav(samples: number[], { rate = 8000, channels = 1, bits = 16, extra = true } = {}): Buffer {
  const data = Buffer.from(Int16Array.from(samples).buffer);
  const format = Buffer.alloc(24);
  format.write('fmt ', 'latin1');
  format.writeUInt32LE(16, 4);
  format.writeUInt16LE(1, 8);
  format.writeUInt16LE(channels, 10);
  format.writeUInt32LE(rate, 12);
  format.writeUInt16LE(bits, 22);
  const chunk = (name: string, body: Buffer) => {
    const head = Buffer.alloc(8);
    head.write(name, 'latin1');
    head.writeUInt32LE(body.length, 4);
    return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
  };
  const odd = extra ? chunk('LIST', Buffer.from('odd')) : Buffer.alloc(0);
  return Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVE', 'latin1'), format, odd, chunk('data', data)]);
}

test('prompts are read from WAV files; others are left out', () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'prompts-'));
  const files: Record<string, Buffer> = {
    'one.wav': wav([1, -2, 3]),
    'plain.wav': wav([4], { extra: false }),
    'fast.wav': wav([1], { rate: 16000 }),
    'stereo.wav': wav([1], { channels: 2 }),
    'short.wav': wav([1]).subarray(0, 30),
    'empty.wav': Buffer.alloc(0),
    'notes.txt': wav([1]),
  };
  for (const folder of ['8k', '16k']) {
    mkdirSync(path.join(dir, folder));
    for (const [name, bytes] of Object.entries(files)) writeFileSync(path.join(dir, folder, name), bytes);
  }
  const prompts = promptsOf(readPrompts(dir));
  rmSync(dir, { recursive: true });
  const read = (rate: PlayRate) =>
    Object.keys(files).filter((file) => prompts.get(file.replace('.wav', ''), rate) !== undefined);
  assert.equal(read(8000), ['one.wav', 'plain.wav']);
  assert.equal(read(16000), ['fast.wav']);
  assert.equal([...prompts.get('one', 8000)!], [1, -2, 3]);
  assert.is(promptsOf(readPrompts(dir)).get('one', 8000), undefined);
});

test('items follow each other to the sample, looping', () => {
  const prompts = { get: () => new Int16Array(100).fill(7) };
  const playback = new Playback([{ prompt: 'p' }, { silenceMs: 5 }], true, prompts, 8000);
  const heard: number[] = [];
  for (let i = 0; i < 7; i++) {
    playback.advance();
    heard.push(...playback.frame);
  }
  assert.not(playback.ended);
  assert.equal(
    heard,
    heard.map((_, i) => (i % 140 < 100 ? 7 : 0)),
  );
});

test('after its end a playback is silent', () => {
  const prompts = { get: () => new Int16Array(170).fill(7) };
  const playback = new Playback([{ prompt: 'p' }], false, prompts, 8000);
  playback.advance();
  assert.not(playback.ended);
  playback.advance();
  assert.ok(playback.ended);
  assert.equal([...playback.frame], [...new Array<number>(10).fill(7), ...new Array<number>(150).fill(0)]);
  playback.advance();
  assert.equal([...playback.frame], new Array(160).fill(0));
});

for (const rate of RATES)
  test(`a voice that joins late goes on where the others are, at ${rate} Hz`, () => {
    const pcm = Int16Array.from({ length: rate / 10 + 3 }, (_, i) => i % 1000);
    const items: PlayItem[] = [
      { frequenciesHz: [440, 480], ms: 55, levelDbm0: -10 },
      { silenceMs: 7 },
      { prompt: 'p' },
    ];
    for (const loop of [false, true]) {
      const first = new Playback(items, loop, { get: () => pcm }, rate);
      for (let ticks = 0; ticks < 20; ticks++) {
        const late = new Playback(items, loop, { get: () => pcm }, rate, ticks);
        assert.is(late.ended, first.ended);
        first.advance();
        late.advance();
        assert.is(first.frame.length, frameSamples(rate));
        // What brings it up to 48 kHz looks some milliseconds back.
        const from = rate === 48000 ? frameSamples(rate) / 2 : 0;
        assert.equal(late.frame.slice(from), first.frame.slice(from), `${ticks * FRAME_MS} ms late`);
        late.close();
      }
      first.close();
    }
  });

test('a tone has its level, of each frequency', () => {
  for (const [frequencies, expected] of [
    [[1000], -10],
    [[400, 1250], -7],
  ] as const) {
    const frame = new Int16Array(160);
    new ToneGenerator([...frequencies], -10, 8000).fill(frame, 0, 160);
    const meter = new LevelMeter();
    meter.hear(frame);
    assert.is(meter.levelDbm0, expected);
  }
});

test('a tone louder than full scale saturates (G.711: +3.14 dBm0)', () => {
  const frame = new Int16Array(160);
  new ToneGenerator([1000], 3.13, 8000).fill(frame, 0, 160);
  assert.ok(Math.max(...frame) < 32767);
  new ToneGenerator([1000, 2000], 3, 8000).fill(frame, 0, 160);
  assert.is(Math.max(...frame), 32767);
  assert.is(Math.min(...frame), -32768);
});

test('speaking begins with the second loud frame and outlasts a pause of 280 ms', () => {
  const meter = new LevelMeter();
  const loud = new Int16Array(160).fill(2000);
  meter.hear(loud);
  assert.not(meter.speaking);
  meter.hear(loud);
  assert.ok(meter.speaking);
  for (let i = 0; i < 14; i++) meter.silence();
  assert.ok(meter.speaking);
  meter.silence();
  assert.not(meter.speaking);
});

test.run();
