/** Free ranges: every number in one is free, every other one is not. */
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { freeNumbers } from '../../firmware/config/free-numbers.js';
import { holderOf } from '../../firmware/config/number-holder.js';
import type { Config } from '../../firmware/config/schema.js';

const test = suite('free numbers');

function configOf(
  extensions: string[],
  conferences: string[],
  services: string[],
  prefixes: string[],
): Config {
  return {
    extensions: extensions.map((number) => ({ number, name: '' })),
    conferences: conferences.map((number) => ({ number, description: '' })),
    services: services.map((number) => ({ number, service: 'askForConference' })),
    routes: prefixes.map((prefix) => ({ prefix, trunks: ['main'] })),
    audioPorts: [],
  } as unknown as Config;
}

test('what is free between extensions, conferences, service numbers and routes', () => {
  assert.equal(freeNumbers(configOf([], [], [], [])), [{ digits: 3, ranges: [['100', '999']] }]);
  assert.equal(freeNumbers(configOf(['101', '102'], ['800'], ['850', '*4'], ['9', '0', '+', '1234'])), [
    {
      digits: 3,
      ranges: [
        ['100', '100'],
        ['103', '799'],
        ['801', '849'],
        ['851', '899'],
      ],
    },
  ]);
  assert.equal(
    freeNumbers(configOf(['1', '12'], [], [], ['2', '3'])).map(({ digits, ranges }) => [digits, ranges]),
    [
      [1, [['4', '9']]],
      [
        2,
        [
          ['10', '11'],
          ['13', '19'],
          ['40', '99'],
        ],
      ],
    ],
  );
});

test('a number is in a range if and only if nobody has it', () => {
  const numbers = fc.array(fc.integer({ min: 1, max: 999 }).map(String), { maxLength: 12 });
  const prefixes = fc.array(fc.constantFrom('0', '9', '90', '34', '555', '7777', '*', '+'), { maxLength: 4 });
  fc.assert(
    fc.property(numbers, numbers, numbers, prefixes, (extensions, conferences, services, routes) => {
      const config = configOf(extensions, conferences, services, routes);
      for (const { digits, ranges } of freeNumbers(config))
        for (let number = 10 ** (digits - 1); number < 10 ** digits; number += 1) {
          const inRange = ranges.some(([first, last]) => number >= Number(first) && number <= Number(last));
          assert.is(inRange, holderOf(config, String(number)) === undefined, `${number} of ${digits}`);
        }
    }),
  );
});

test.run();
