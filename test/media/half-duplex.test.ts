/** Who has the floor where only one side may be heard. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { HalfDuplex, nextFloor, nobody, type Floor } from '../../firmware/media/half-duplex.js';
import { LevelMeter } from '../../firmware/media/level.js';
import { amplitudeOf, decibels, toneSource } from '../support/tone.js';

const test = suite('half duplex');

const quiet = { levelDbm0: -70, loud: false };
const speech = (levelDbm0: number) => ({ levelDbm0, loud: true });

/** `near` and `far` for so many ticks each. */
function run(...script: [near: typeof quiet, far: typeof quiet, ticks: number][]): Floor {
  let floor = nobody;
  for (const [near, far, ticks] of script)
    for (let i = 0; i < ticks; i++) floor = nextFloor(floor, near, far);
  return floor;
}

const scripts: [string, Floor['side'], ...Parameters<typeof run>][] = [
  ['nobody talks: both are heard', 'none', [quiet, quiet, 100]],
  ['who talks first has the floor', 'near', [speech(-20), quiet, 1]],
  ['the far end too', 'far', [quiet, speech(-20), 1]],
  ['both at once: the microphone hears the loudspeaker', 'far', [speech(-20), speech(-20), 10]],
  ['an echo that is late does not take the floor', 'far', [quiet, speech(-15), 20], [speech(-20), quiet, 15]],
  ['a word from the room is heard over it', 'near', [quiet, speech(-30), 20], [speech(-15), speech(-30), 5]],
  ['a knock is not', 'far', [quiet, speech(-30), 20], [speech(-15), speech(-30), 4], [quiet, speech(-30), 1]],
  ['a pause between words keeps it', 'near', [speech(-20), quiet, 20], [quiet, speech(-20), 14]],
  ['a longer one gives it away', 'far', [speech(-20), quiet, 20], [quiet, speech(-20), 16]],
  ['after the far end all is open again', 'none', [quiet, speech(-20), 20], [quiet, quiet, 20]],
];
for (const [what, side, ...script] of scripts) test(what, () => assert.is(run(...script).side, side));

test('what is softened is softer by 40 dB, and what has the floor is as it was', () => {
  const switching = new HalfDuplex();
  const [near, far] = [new LevelMeter(), new LevelMeter()];
  const [hum, voice] = [toneSource(1000, 2000), toneSource(400, 8000)];
  const heard: { near: number[]; far: number[] } = { near: [], far: [] };
  for (let tick = 0; tick < 50; tick++) {
    const [up, down] = [tick < 5 ? new Int16Array(160) : hum(), voice()];
    near.hear(up);
    switching.applyNear(up, near, far);
    far.hear(down);
    switching.applyFar(down);
    if (tick < 10) continue;
    heard.near.push(...up);
    heard.far.push(...down);
  }
  assert.ok(decibels(amplitudeOf(Int16Array.from(heard.near), 1000), 2000) < -38);
  assert.ok(Math.abs(decibels(amplitudeOf(Int16Array.from(heard.far), 400), 8000)) < 0.1);
});

test.run();
