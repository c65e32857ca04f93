/**
 * A hundred callers: everybody gets every packet, and no tick of the box is long.
 * Runs alone: the CPU that a tick takes depends on who else uses the caches.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { phones, withBox, type Box, type Status } from '../support/box.js';
import { Crowd } from '../support/crowd.js';

const test = suite('many callers');

const CALLERS = 100;
/** A minute with PARLEY_SOAK=1. */
const SECONDS = process.env.PARLEY_SOAK ? 60 : 30;
const rooms = Array.from({ length: 25 }, (_, at) => String(800 + at));
const [extension] = phones(1) as { sip: object }[];
const config = {
  version: 1,
  extensions: [{ ...extension, sip: { ...extension.sip, maxCalls: CALLERS } }],
  conferences: rooms.map((number) => ({ number, description: '', type: 'static' })),
};

async function meet(box: Box, numberOf: (caller: number) => string): Promise<void> {
  const crowd = await Crowd.open(CALLERS);
  try {
    const phone = await box.phone('101');
    for (let caller = 0; caller < CALLERS; caller++) await crowd.dial(phone, numberOf(caller));
    await box.inside(CALLERS);
    await crowd.report();
    const before = (await box.get<Status>('status')).media;
    const windows = new Set<number>();
    const { media } = await box.until<Status>(
      'status',
      (status) => {
        if (status.media.tickLongestUs > 0) windows.add(status.media.tickLongestUs);
        return status.media.ticks >= before.ticks + 50 * SECONDS;
      },
      (SECONDS + 30) * 1000,
    );
    const { calls } = await crowd.report();
    const ticks = media.ticks - before.ticks;
    for (const { packets, gaps } of calls) {
      assert.is(gaps, 0, 'sequence and timestamps without gap');
      assert.ok(Math.abs(packets - ticks) <= 10, `${packets} packets in ${ticks} ticks of 20 ms`);
    }
    assert.is(media.skippedTicks, 0);
    // A machine that others share makes some one tick long; what the box does itself comes in every window of ten seconds.
    const longestUs = [...windows].sort((a, b) => a - b);
    const usualUs = longestUs[(longestUs.length - 1) >> 1];
    assert.ok(longestUs.length > SECONDS / 20, 'it was looked at all the time');
    assert.ok(usualUs < 10_000, `the longest tick of ten seconds worked for ${longestUs.join(', ')} us`);
  } finally {
    await crowd.close();
  }
}

test('100 callers in one conference', () => withBox(config, (box) => meet(box, () => rooms[0])));

test('25 conferences of 4', () => withBox(config, (box) => meet(box, (caller) => rooms[caller >> 2])));

test.run();
