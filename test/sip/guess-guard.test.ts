/** Who tries passwords is refused for longer and longer. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ManualClock } from '../../firmware/clock.js';
import { GuessGuard } from '../../firmware/sip/guess-guard.js';
import { isWithin } from '../../firmware/sip/networks.js';

const test = suite('guess guard');

function start() {
  const clock = new ManualClock();
  const guard = new GuessGuard(clock, (address) => isWithin(address, ['10.0.0.0/8', '2001:db8::/32']));
  const guess = (address: string, times: number) =>
    Array.from({ length: times }, () => guard.guessed(address)).at(-1)! / 1000;
  return { clock, guard, guess };
}

test('a few wrong passwords are free, the fifth costs half a minute', () => {
  const { clock, guard, guess } = start();
  assert.is(guess('192.0.2.1', 4), 0);
  assert.not(guard.refuses('192.0.2.1'));
  assert.is(guess('192.0.2.1', 1), 30);
  assert.ok(guard.refuses('192.0.2.1'));
  assert.not(guard.refuses('192.0.2.2'), 'others are not concerned');
  assert.is(guard.refused, 1);
  clock.advance(30_000);
  assert.not(guard.refuses('192.0.2.1'));
  assert.is(guard.refused, 0);
});

test('whoever has one IPv6 address has its /64, and is one source', () => {
  const { guard, guess } = start();
  for (const host of ['::1', '::2:3', ':a:b:c:d']) guess(`2001:db9:0:7${host}`, 2);
  assert.ok(guard.refuses('2001:db9:0:7:ffff::1'));
  assert.not(guard.refuses('2001:db9:0:8::1'));
  assert.is(guard.refused, 1);
});

test('each further one costs twice as much, up to an hour; two quiet hours and all is forgotten', () => {
  const { clock, guess } = start();
  assert.is(guess('192.0.2.1', 5), 30);
  assert.is(guess('192.0.2.1', 1), 60);
  assert.is(guess('192.0.2.1', 1), 120);
  assert.is(guess('192.0.2.1', 20), 3600);
  clock.advance(7_200_000);
  assert.is(guess('192.0.2.1', 1), 0);
});

test('trusted networks are never refused', () => {
  const { guard, guess } = start();
  for (const address of ['10.1.2.3', '2001:db8::5']) {
    assert.is(guess(address, 50), 0);
    assert.not(guard.refuses(address));
  }
  assert.is(guess('11.0.0.1', 5), 30);
  assert.is(guess('2001:db9::5', 5), 30);
});

test('no more sources are remembered than fit', () => {
  const { guard, guess } = start();
  for (let n = 0; n < 10_001; n++) guess(`192.${n >> 16}.${(n >> 8) & 255}.${n & 255}`, 5);
  assert.is(guard.refused, 10_000);
});

test.run();
