/** What reports tell of a stream: loss, jitter, round trip (RFC 3550 §6.4.1). */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Reception, roundTripMs } from '../../firmware/media/reception.js';

const test = suite('reception');

/** Packets of 20 ms at 8 kHz; `lateUnits` says how much later than regular a packet comes. */
function hear(
  reception: Reception,
  numbers: number[],
  lateUnits: (at: number) => number = () => 0,
  ssrc = 7,
): void {
  for (const [at, number] of numbers.entries())
    reception.hear(ssrc, number & 0xffff, (number * 160) >>> 0, number * 160 + lateUnits(at));
}
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

test('nothing heard, nothing to tell', () => {
  const reception = new Reception();
  reception.endInterval();
  assert.not(reception.hears);
});

test('losses of an interval, of all, and how many at a time; numbers wrap', () => {
  const reception = new Reception();
  hear(
    reception,
    range(65500, 65600).filter((n) => n !== 65510 && (n < 65530 || n > 65532)),
  );
  reception.endInterval();
  assert.is(reception.lost, 4);
  assert.is(reception.loss, 0.04);
  assert.is(reception.fractionLost, 10); // 4 of 100, of 256
  assert.is(reception.burstLength, 2);
  assert.is(reception.highest, 65599);
  hear(reception, range(65600, 65700));
  reception.endInterval();
  assert.is(reception.fractionLost, 0);
  assert.is(reception.burstLength, 1);
  assert.is(reception.lost, 4);
});

test('late and repeated packets are no losses', () => {
  const reception = new Reception();
  hear(reception, [1, 2, 5, 4, 3, 3, 6, 6, 7]);
  reception.endInterval();
  assert.is(reception.lost, 0);
  assert.is(reception.fractionLost, 0);
});

test('all but one of an interval lost is 255 of 256 at most', () => {
  const reception = new Reception();
  hear(reception, [1, 2]);
  reception.endInterval();
  hear(reception, [2000]);
  reception.endInterval();
  assert.is(reception.fractionLost, 255);
});

test('jitter: none of a regular stream; of every other packet 10 ms late it nears 10 ms', () => {
  const reception = new Reception();
  hear(reception, range(0, 200));
  assert.is(reception.jitter, 0);
  hear(reception, range(200, 500), (at) => (at % 2) * 80);
  assert.ok(Math.abs(reception.jitter - 80) <= 1, `${reception.jitter}`);
});

test('another source begins anew', () => {
  const reception = new Reception();
  hear(reception, [1, 2, 9]);
  reception.hearReport(1234, 1);
  reception.endInterval();
  hear(reception, range(5000, 5010), () => 0, 8);
  reception.endInterval();
  assert.equal([reception.ssrc, reception.lost, reception.loss, reception.lastReport], [8, 0, 0, 0]);
});

test('how long their last report is ago', () => {
  const reception = new Reception();
  assert.is(reception.sinceLastReport(5), 0);
  reception.hearReport(0x12345678, 0xfffffff0);
  assert.is(reception.lastReport, 0x12345678);
  assert.is(reception.sinceLastReport(0x10), 0x20);
});

test('round trip: the example of RFC 3550 figure 2', () => {
  assert.is(roundTripMs(0xb7108000, 0xb7052000, 0x00054000), 6125);
  assert.is(roundTripMs(100, 100, 50), 0);
});

test.run();
