/** Two calls of test phones that are connected with each other. */
import * as assert from 'uvu/assert';
import type { TestCall } from './test-call.js';
import { amplitudeOf, decibels, toneSource } from './tone.js';

const AMPLITUDE = 4000;

/** Each of two calls hears the other, as loud as it is. */
export async function hearEachOther(one: TestCall, other: TestCall): Promise<void> {
  one.ear.source = toneSource(500, AMPLITUDE);
  other.ear.source = toneSource(700, AMPLITUDE);
  await Promise.all([one.ear.listen(30), other.ear.listen(30)]);
  const [atOne, atOther] = await Promise.all([one.ear.listen(50), other.ear.listen(50)]);
  const levels = [amplitudeOf(atOne, 700), amplitudeOf(atOther, 500)].map((heard) =>
    decibels(heard, AMPLITUDE),
  );
  const isHeard = levels.every((level) => Math.abs(level) < 1);
  assert.ok(isHeard, `they hear each other at ${levels.map((level) => level.toFixed(1)).join(' and ')} dB`);
}
