import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Places, reserve } from '../../firmware/media/kernel-memory.js';

const test = suite('kernel-memory');

test('what is reserved is aligned and nobody else has it', () => {
  const [first, second] = [reserve(17), reserve(1)];
  assert.is(first % 16, 0);
  assert.is(second, first + 32);
});

test('places come and go; one more than there are is refused with the reason', () => {
  const places = new Places('chairs', 3, 20);
  const taken = [places.take(), places.take(), places.take()];
  assert.equal([taken[1] - taken[0], taken[2] - taken[1]], [32, 32]);
  assert.throws(() => places.take(), /^all 3 chairs are in use$/);
  places.give(taken[1]);
  assert.is(places.take(), taken[1]);
  assert.throws(() => places.take(), /in use/);
});

test('more than the memory holds is refused', () => {
  assert.throws(() => reserve(49 << 20), /no room for \d+ bytes/);
  assert.is(reserve(16) % 16, 0);
});

test.run();
