/** Talk-off: speech that sounds like a key for a moment must not be one. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { alawToLinear, toAlaw, toUlaw, ulawToLinear } from '../../firmware/media/codecs/g711.js';
import { DtmfDetector } from '../../firmware/media/dtmf-detector.js';
import { promptsOf, readPrompts, readWav } from '../../firmware/media/prompt-files.js';
import { seeded } from '../support/key-tones.js';

const test = suite('talk-off');

const FRAME = 160;
const FRAMES_AN_HOUR = 3600 * 50;
/** A frame beside a sounding one is erased too: what an hour of speech may lose, of its 180,000. */
const MAX_SOUNDING_AN_HOUR = 20;

class Listener {
  frames = 0;
  sounding = 0;
  keys: string[] = [];

  /** Hears samples at 8 kHz after one of the laws. */
  hear(samples: Int16Array, law: 'mu' | 'A', name: string): void {
    const detector = new DtmfDetector(8000);
    const frame = new Int16Array(FRAME);
    for (let at = 0; at + FRAME <= samples.length; at += FRAME) {
      for (let i = 0; i < FRAME; i++) {
        const sample = samples[at + i] & 0xffff;
        frame[i] = law === 'mu' ? ulawToLinear[toUlaw(sample)] : alawToLinear[toAlaw(sample)];
      }
      const key = detector.hear(frame);
      if (key !== '') this.keys.push(`${key} in ${name} at ${(at / 8000).toFixed(2)} s`);
      if (detector.sounds) this.sounding++;
      this.frames++;
    }
  }
}

/** Faster and higher, or slower and deeper, and louder. */
function sped(samples: Int16Array, speed: number, gain: number): Int16Array {
  return Int16Array.from({ length: Math.floor((samples.length - 1) / speed) }, (_, i) => {
    const whole = Math.floor(i * speed);
    const part = i * speed - whole;
    const sample = gain * (samples[whole] * (1 - part) + samples[whole + 1] * part);
    return Math.max(-32768, Math.min(32767, sample));
  });
}

/** A voice by its physics: pulses of a wandering pitch through three wandering resonances. */
function vowels(seconds: number, lowestHz: number, highestHz: number, seed: number): Int16Array {
  const random = seeded(seed);
  const formants = [
    { lowHz: 250, highHz: 1000, hz: 500, towards: 500, bandHz: 60, y1: 0, y2: 0 },
    { lowHz: 800, highHz: 2400, hz: 1500, towards: 1500, bandHz: 90, y1: 0, y2: 0 },
    { lowHz: 2000, highHz: 3400, hz: 2500, towards: 2500, bandHz: 150, y1: 0, y2: 0 },
  ];
  const between = (low: number, high: number) => low + (high - low) * random();
  let [pitch, towards, phase] = [lowestHz, highestHz, 0];
  const samples = new Int16Array(seconds * 8000);
  for (let i = 0; i < samples.length; i++) {
    if (i % 1600 === 0) {
      towards = between(lowestHz, highestHz);
      for (const formant of formants) formant.towards = between(formant.lowHz, formant.highHz);
    }
    pitch += (towards - pitch) / 1200;
    phase += pitch / 8000;
    let sample = phase >= 1 ? 3000 : 0;
    if (phase >= 1) phase -= 1;
    for (const formant of formants) {
      formant.hz += (formant.towards - formant.hz) / 600;
      const radius = Math.exp((-Math.PI * formant.bandHz) / 8000);
      const y =
        sample +
        2 * radius * Math.cos((2 * Math.PI * formant.hz) / 8000) * formant.y1 -
        radius ** 2 * formant.y2;
      formant.y2 = formant.y1;
      formant.y1 = y;
      sample = y * 0.3;
    }
    samples[i] = Math.max(-32768, Math.min(32767, sample));
  }
  return samples;
}

const prompts = promptsOf(readPrompts(path.resolve('firmware/prompts/en')));

test('an hour of speech, deep and high, fast and slow, by both laws: no key, and next to nothing is erased', () => {
  const files = readdirSync(path.resolve('firmware/prompts/en/8k'));
  const names = files.map((file) => file.replace('.wav', '')).filter((name) => name !== 'hold-music');
  assert.ok(names.length > 10);
  const listener = new Listener();
  for (let speed = 0.6; listener.frames < FRAMES_AN_HOUR; speed += 0.02)
    for (const law of ['mu', 'A'] as const)
      for (const name of names)
        listener.hear(sped(prompts.get(name, 8000)!, speed, 1.5), law, `${name} x ${speed}`);
  assert.equal(listener.keys, []);
  assert.ok(listener.sounding <= MAX_SOUNDING_AN_HOUR, `${listener.sounding} frames`);
});

test('ten minutes of vowels of men, women and children: no key', () => {
  const listener = new Listener();
  for (const [low, high] of [
    [70, 160],
    [140, 280],
    [220, 450],
  ])
    for (const law of ['mu', 'A'] as const) listener.hear(vowels(100, low, high, low), law, `${low} Hz`);
  assert.equal(listener.keys, []);
});

test('music on hold, at any speed: no key', () => {
  const music = prompts.get('hold-music', 8000)!;
  const listener = new Listener();
  for (let speed = 0.7; speed < 1.4; speed += 0.05) listener.hear(sped(music, speed, 4), 'mu', `x ${speed}`);
  assert.equal(listener.keys, []);
});

// A folder of WAV files (8 kHz, 16 bits, mono) may be named, to listen to more than what we have.
const folder = process.env.PARLEY_SPEECH;
if (folder !== undefined)
  test('recordings of the tester: no key', () => {
    const listener = new Listener();
    for (const file of readdirSync(folder)) {
      const samples = file.endsWith('.wav') ? readWav(readFileSync(path.join(folder, file)), 8000) : null;
      if (samples) for (const law of ['mu', 'A'] as const) listener.hear(samples, law, file);
    }
    assert.equal(listener.keys, []);
    console.log(
      `${(listener.frames / FRAMES_AN_HOUR).toFixed(1)} hours, ${listener.sounding} frames sounded`,
    );
  });

test.run();
