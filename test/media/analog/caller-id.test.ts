/** Caller id of all three kinds as sound: sent, made softer, disturbed, and heard. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { KeyCallerId, CALLER_ID_KEY_MS } from '../../../firmware/line/dtmf-caller-id.js';
import { readCallerId, writeCallerId } from '../../../firmware/line/caller-id-message.js';
import { FskReceiver } from '../../../firmware/media/analog/fsk-receiver.js';
import { FSK_DBM0, FskSender } from '../../../firmware/media/analog/fsk-sender.js';
import type { FskKind } from '../../../firmware/media/analog/fsk.js';
import { KeyTones } from '../../../firmware/media/analog/key-tones.js';
import { alawToLinear, toAlaw } from '../../../firmware/media/codecs/g711.js';
import { DtmfDetector } from '../../../firmware/media/dtmf-detector.js';
import { addNoise, seeded } from '../../support/key-tones.js';

const test = suite('caller id');

const FRAME = 160;
const kinds: FskKind[] = ['bell202', 'v23'];
const caller = { number: '0891234567', name: 'Ann Arbor', at: { month: 12, day: 31, hour: 23, minute: 59 } };
const message = writeCallerId(caller, 'mdmf');

/** What a sender sends, with `before` samples of silence, frame by frame as the box would ask for it. */
function sound(sender: { samples: number; fill(out: Int16Array): void }, before = 0): Int16Array {
  const samples = new Int16Array(Math.ceil((before + sender.samples) / FRAME + 2) * FRAME);
  for (let at = before; at + FRAME <= samples.length; at += FRAME)
    sender.fill(samples.subarray(at, at + FRAME));
  return samples;
}

/** `speed`: how much faster the clock of the other side runs. */
function changed(samples: Int16Array, gainDb: number, speed = 1): Int16Array {
  const gain = 10 ** (gainDb / 20);
  return Int16Array.from({ length: Math.floor((samples.length - 1) / speed) }, (_, i) => {
    const whole = Math.floor(i * speed);
    const part = i * speed - whole;
    return Math.round(gain * (samples[whole] * (1 - part) + (samples[whole + 1] ?? 0) * part));
  });
}

function throughALaw(samples: Int16Array): Int16Array {
  return samples.map((sample) => alawToLinear[toAlaw(sample & 0xffff)]);
}

function receive(kind: FskKind, samples: Int16Array): Uint8Array[] {
  const receiver = new FskReceiver(kind);
  const messages: Uint8Array[] = [];
  for (let at = 0; at + FRAME <= samples.length; at += FRAME) {
    const heard = receiver.hear(samples.subarray(at, at + FRAME));
    if (heard) messages.push(heard);
  }
  return messages;
}

test('the sender: seizure, mark and octets, each bit 6 2/3 samples long, to the sample', () => {
  const bits = 300 + 180 + 10 * 5 + 4;
  const sender = new FskSender('bell202', Uint8Array.from([0x04, 2, 0x41, 0x42, 0x77]));
  assert.is(sender.samples, Math.ceil((bits * 20) / 3));
  const samples = sound(sender);
  assert.ok(sender.done);
  assert.ok(samples.subarray(sender.samples).every((sample) => sample === 0));
  // Its peak is that of -13.5 dBm0, and it never jumps: the phase goes on from bit to bit.
  const peak = Math.max(...samples);
  assert.ok(Math.abs(peak - 4826) < 5, `${peak}`);
  const step = Math.max(...samples.subarray(1, sender.samples).map((s, i) => Math.abs(s - samples[i])));
  assert.ok(step <= ((2 * Math.PI * 2200) / 8000) * peak);
});

for (const kind of kinds)
  test(`${kind}: 500 of 500 from -12 to -36 dBm, with noise 20 dB below, A-law, a clock 1 % off, at any moment`, () => {
    const random = seeded(7);
    for (let i = 0; i < 500; i++) {
      const dbm0 = -12 - (24 * i) / 499;
      const sent = sound(new FskSender(kind, message), Math.floor(random() * 400));
      const samples = changed(sent, dbm0 - FSK_DBM0, 0.99 + 0.02 * random());
      addNoise(samples, dbm0 - 20, random);
      const heard = receive(kind, throughALaw(samples));
      assert.is(heard.length, 1, `${i}: ${dbm0} dBm`);
      assert.equal(readCallerId(heard[0]), caller);
    }
  });

test('at -45 dBm nothing is heard', () => {
  for (const kind of kinds)
    assert.equal(receive(kind, changed(sound(new FskSender(kind, message)), -45 - FSK_DBM0)), []);
});

test('call waiting: without channel seizure', () => {
  for (const kind of kinds) {
    const heard = receive(kind, sound(new FskSender(kind, message, true)));
    assert.equal(heard, [message]);
  }
});

test('a message that a click has broken is none, and counted; the next one is heard', () => {
  const receiver = new FskReceiver('v23');
  const samples = sound(new FskSender('v23', message));
  const broken = samples.slice();
  broken.fill(0, 4000, 4100);
  assert.is(receiver.hear(broken), undefined);
  assert.is(receiver.badMessages, 1);
  assert.equal(receiver.hear(samples), message);
});

test('noise and the tones of keys are no message', () => {
  const random = seeded(5);
  const noise = new Int16Array(8000 * 60);
  addNoise(noise, -15, random);
  for (const kind of kinds) {
    assert.equal(receive(kind, noise), []);
    assert.equal(receive(kind, sound(new KeyTones('0123456789*#ABCD'.repeat(8)))), []);
  }
});

test('in keys: 100 of 100 from -12 to -36 dBm, with noise 20 dB below', () => {
  const random = seeded(11);
  for (let i = 0; i < 100; i++) {
    const gainDb = -3 - (24 * i) / 99;
    const sent = sound(new KeyTones('A0891234567C', CALLER_ID_KEY_MS, CALLER_ID_KEY_MS, gainDb), i);
    addNoise(sent, -26 + gainDb, random);
    const detector = new DtmfDetector(8000);
    const collector = new KeyCallerId();
    let heard;
    for (let at = 0; at + FRAME <= sent.length; at += FRAME) {
      const key = detector.hear(sent.subarray(at, at + FRAME));
      if (key) heard = collector.press(key) ?? heard;
    }
    assert.equal(heard, { number: '0891234567' }, `${gainDb}`);
  }
});

test.run();
