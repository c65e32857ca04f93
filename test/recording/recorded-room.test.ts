/** What is stored of a room, sample by sample. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { opusAvailable } from '../../hal/ffi/opus-library.js';
import { codecs } from '../../firmware/media/codec.js';
import { ulawToLinear } from '../../firmware/media/codecs/g711.js';
import { coded, MIX, RecordedRoom } from './recorded-room.js';

const test = suite('recorded room');

let room: RecordedRoom;
test.before.each(() => {
  room = new RecordedRoom();
});
test.after.each(() => room.close());

const FRAME = 160;
const SPAN = 30;
/** What a party says tells whose it is, and when it was said. */
const voice = (party: number) => (tick: number) =>
  new Int16Array(FRAME).fill(ulawToLinear[0xff - 20 - SPAN * party - (tick % SPAN)]);
const silence = () => new Int16Array(FRAME);
const steady = (sample: number) => () => new Int16Array(FRAME).fill(sample);
const byteOf = new Map([...ulawToLinear].map((sample, byte) => [sample, byte]));
/** Which party said a sample, and when, within a span; null for silence. */
function whose(sample: number): { party: number; when: number } | null {
  if (sample === 0) return null;
  const at = 0xff - 20 - byteOf.get(sample)!;
  return { party: Math.floor(at / SPAN), when: at % SPAN };
}
const isSilent = (samples: Int16Array) => samples.every((sample) => sample === 0);

test('three talk, one is late, one consents late: each track has its own alone, the mix is their sum, all aligned', () => {
  const [ann, bob] = [room.party(voice(0)), room.party(voice(1))];
  room.tick(10);
  const id = room.begin();
  room.consents(ann);
  room.tick(20);
  const cy = room.party(voice(2));
  room.tick(10);
  room.consents(cy);
  room.tick(25);
  room.consents(bob);
  room.tick(35);
  room.end();

  const { samples, stretches, tracks, endReason, checksums } = room.document(id);
  assert.is(samples, 90 * FRAME);
  assert.equal(
    stretches.map(({ at }) => at),
    [0],
  );
  assert.is(endReason, 'stopped by a moderator');
  const from: Record<number, number> = { 1: 0, 3: 30 * FRAME, 2: 55 * FRAME };
  assert.equal(Object.fromEntries(tracks.map(({ track, consents }) => [track, consents[0].at])), from);
  const sounds = [1, 2, 3].map((track) => room.sound(id, `track-${track}.wav`));
  const mix = room.sound(id, 'mix.wav');
  for (const [at, sound] of sounds.entries()) {
    assert.is(sound.length, samples);
    const begins = from[at + 1];
    assert.ok(isSilent(sound.subarray(0, begins)), `track ${at + 1} before its consent`);
    for (let i = begins; i < samples; i++) assert.is(whose(sound[i])?.party, at, `track ${at + 1} at ${i}`);
  }
  assert.is(mix.length, samples);
  for (let i = 0; i < samples; i++) {
    const said = sounds.map((sound) => sound[i]);
    assert.is(mix[i], said[0] + said[1] + said[2], `mix at ${i}`);
    const times = new Set(said.flatMap((sample) => whose(sample)?.when ?? []));
    assert.is(times.size, 1, `said at ${[...times].join()} at ${i}`);
  }
  for (const [file, sum] of Object.entries(checksums!))
    assert.is(
      createHash('sha256')
        .update(fs.readFileSync(path.join(room.directory, id, file)))
        .digest('hex'),
      sum,
    );
  assert.is(Object.keys(checksums!).length, 4);
});

test('paused: nothing of it is stored, and who has not consented anew is not stored afterwards', () => {
  const [ann, bob] = [room.party(voice(0)), room.party(voice(1))];
  room.tick(10);
  const id = room.begin();
  room.consents(ann);
  room.consents(bob);
  room.tick(10);
  room.tell({ type: 'pauseRecord', recording: 0 });
  room.tick(50);
  room.tell({ type: 'record', recording: 0, mix: MIX });
  room.consents(bob);
  room.tick(10);
  room.end();
  const { samples, stretches, tracks } = room.document(id);
  assert.is(samples, 20 * FRAME);
  assert.equal(
    stretches.map(({ at }) => at),
    [0, 10 * FRAME],
  );
  assert.equal(
    tracks.map(({ consents }) => consents.map(({ at }) => at)),
    [[0], [0, 10 * FRAME]],
  );
  assert.ok(isSilent(room.sound(id, 'track-1.wav').subarray(10 * FRAME)));
  assert.not(isSilent(room.sound(id, 'track-2.wav').subarray(10 * FRAME)));
});

test('who is muted, has left the mix or presses a key is silent in it', () => {
  const [ann, bob] = [room.party(steady(3000)), room.party(steady(2000))];
  room.tick(10);
  const id = room.begin();
  room.consents(ann);
  room.consents(bob);
  const steps: [what: string, () => void, heard: number[]][] = [
    ['both', () => {}, [3000, 2000]],
    ['bob muted', () => room.tell({ type: 'mute', port: bob, muted: true }), [3000, 0]],
    ['unmuted', () => room.tell({ type: 'mute', port: bob, muted: false }), [3000, 2000]],
    ['ann gone', () => room.tell({ type: 'leave', port: ann }), [0, 2000]],
    ['elsewhere', () => room.tell({ type: 'join', port: ann, mix: MIX + 1 }), [0, 2000]],
    ['back', () => room.tell({ type: 'join', port: ann, mix: MIX }), [3000, 2000]],
    ['not hers', () => room.tell({ type: 'unrecordPort', recording: 0, port: ann }), [0, 2000]],
  ];
  for (const [, act] of steps) {
    act();
    room.tick(10);
  }
  room.end();
  for (const [at, [what, , heard]] of steps.entries()) {
    const middle = (10 * at + 5) * FRAME;
    const sounds = ['track-1.wav', 'track-2.wav', 'mix.wav'].map((file) => room.sound(id, file)[middle]);
    const [a, b] = heard.map(coded);
    assert.equal(sounds, [a, b, a + b], what);
  }
});

test('keys are not in it, nor is what is said beside them', () => {
  const port = room.party(steady(3000));
  room.party(silence);
  room.tick(10);
  const id = room.begin();
  room.consents(port);
  room.tick(10);
  room.key(port, 20);
  room.tick(30);
  room.end();
  const sound = room.sound(id, 'track-1.wav');
  assert.is(room.events.filter(({ type }) => type === 'digit').length, 1);
  assert.ok(isSilent(sound.subarray(12 * FRAME, 28 * FRAME)));
  assert.is(sound[5 * FRAME], coded(3000));
  assert.is(sound.at(-1), coded(3000));
});

test('who speaks and when is told, pauses between words included', () => {
  const talking = (tick: number) => (tick >= 40 && tick < 100 && tick % 20 < 15) || tick >= 250;
  const port = room.party((tick) => (talking(tick) ? steady(6000)() : silence()));
  room.tick(20);
  const id = room.begin();
  room.consents(port);
  for (let second = 0; second < 5; second++) {
    room.tick(56);
    room.write();
  }
  room.end();
  const [{ talked }] = room.document(id).tracks;
  assert.is(talked.length, 2, JSON.stringify(talked));
  const near = (samples: number, tick: number) => Math.abs(samples / FRAME + 20 - tick) <= 4;
  assert.ok(near(talked[0].from, 40) && near(talked[0].to, 95), JSON.stringify(talked));
  assert.ok(near(talked[1].from, 250) && talked[1].to === 280 * FRAME, JSON.stringify(talked));
});

const CLICK = 30;
/** Smooth, so that it goes through any of the rates; said so many samples too early. */
const click =
  (rate: number, early = 0) =>
  (tick: number) =>
    Int16Array.from({ length: rate / 50 }, (_, i) => {
      const s = tick / 50 + (i + early) / rate - (CLICK / 50 + 0.01);
      return Math.abs(s) > 0.03 ? 0 : 8000 * Math.exp(-((s / 0.0006) ** 2));
    });
const peakOf = (sound: Int16Array) =>
  sound.reduce((best, sample, at) => (sample > sound[best] ? at : best), 0);

/** What Opus itself delays by, samples of 48 kHz. */
function opusDelay(): number {
  const [encoder, decoder] = [codecs.opus.createEncoder(), codecs.opus.createDecoder()];
  const packet = new Uint8Array(1000);
  const sound = Array.from({ length: 2 * CLICK }, (_, tick) => {
    const frame = new Int16Array(960);
    decoder.decode(packet, 0, encoder.encode(click(48000)(tick), 960, packet, 0), frame);
    return frame;
  });
  return peakOf(Int16Array.from(sound.flatMap((frame) => [...frame]))) - 960 * (CLICK + 0.5);
}

test('parties of 8, 16 and 48 kHz: a click at one instant is at one sample in all tracks and the mix', () => {
  for (const rateHz of [16000, 8000] as const) {
    room.close();
    room = new RecordedRoom();
    const ports = [
      room.party(click(8000), 'L16/8000'),
      room.party(click(16000), 'L16/16000'),
      room.party(click(8000), 'PCMU'),
    ];
    if (opusAvailable) ports.push(room.party(click(48000, opusDelay()), 'opus'));
    else console.log('SKIPPED: a recording of Opus (Debian package libopus0 is missing)');
    room.tick(10);
    const id = room.begin(rateHz);
    ports.forEach((port) => room.consents(port));
    room.tick(40);
    room.end();
    const files = ['mix.wav', ...ports.map((port) => `track-${port + 1}.wav`)];
    const peaks = files.map((file) => peakOf(room.sound(id, file)));
    assert.ok(Math.max(...peaks) - Math.min(...peaks) <= 1, `${rateHz} Hz: ${peaks.join()}`);
    const expected = ((CLICK - 10) / 50 + 0.01) * rateHz;
    const late = (peaks[0] - expected) / (rateHz / 50);
    assert.ok(Math.abs(late - Math.round(late)) * (rateHz / 50) <= 1, `whole ticks late: ${late}`);
  }
});

test('silence takes no room on flash', () => {
  const [ann, bob] = [room.party(silence), room.party(steady(3000))];
  room.tick(10);
  const id = room.begin();
  room.consents(ann);
  room.consents(bob);
  for (let second = 0; second < 60; second++) {
    room.tick(50);
    room.write();
  }
  room.end();
  const blocks = (file: string) => fs.statSync(path.join(room.directory, id, file)).blocks;
  assert.is(room.sound(id, 'track-1.wav').length, 3000 * FRAME);
  assert.ok(blocks('track-1.wav') <= 16, String(blocks('track-1.wav')));
  assert.ok(blocks('track-2.wav') >= (3000 * 320) / 512);
});

test.run();
