/** The E-model against values of its standards. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { mosOf, mosOfR } from '../../firmware/media/voice-quality.js';

const test = suite('voice quality');
const near = (a: number, b: number, by = 0.02) => assert.ok(Math.abs(a - b) <= by, `${a}, not ${b}`);

test('MOS of R as in G.107 annex B and G.109', () => {
  for (const [r, mos] of [
    [93.2, 4.41],
    [90, 4.34],
    [80, 4.03],
    [70, 3.6],
    [60, 3.1],
    [50, 2.58],
  ])
    near(mosOfR(r), mos);
  assert.equal([mosOfR(-5), mosOfR(100), mosOfR(120)], [1, 4.5, 4.5]);
});

test('delay: nothing up to 100 ms, R falls by 24 at 400 ms (G.107 §7.4)', () => {
  assert.is(mosOf('PCMU', 20, 0, 1), mosOf('PCMA', 100, 0, 1));
  near(mosOf('PCMA', 400, 0, 1), mosOfR(93.2 - 24.05), 0.01);
});

test('loss: 5 % at random takes 15.8 of R; the same in bursts takes more; more takes more', () => {
  near(mosOf('PCMU', 50, 0.05, 1), mosOfR(93.2 - (95 * 5) / (5 + 25.1)), 0.01);
  assert.ok(mosOf('PCMU', 50, 0.05, 4) < mosOf('PCMU', 50, 0.05, 1) - 0.05);
  let before = 5;
  for (let loss = 0; loss <= 1; loss += 0.05) {
    const mos = mosOf('PCMA', 50, loss, 1);
    assert.ok((mos < before || mos === 1) && mos >= 1, `${loss}`);
    before = mos;
  }
});

test('what is on another scale is not told', () => {
  assert.is(mosOf('G722', 20, 0, 1), 0);
});

test.run();
