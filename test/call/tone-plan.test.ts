import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tonesOf } from '../../firmware/call/tone-plan.js';
import { tonePlanCountries } from '../../firmware/tone-plans.js';

const test = suite('tone plan');

test('the cadences of E.180, each tone with its pause; unlisted countries have those of the US', () => {
  const { ringBack, busy } = tonesOf('gb');
  assert.equal(
    ringBack.map((item) => ('ms' in item ? `${item.frequenciesHz.join('+')} ${item.ms}` : item)),
    ['400+450 400', { silenceMs: 200 }, '400+450 400', { silenceMs: 2000 }],
  );
  assert.equal(busy, [{ frequenciesHz: [400], ms: 375, levelDbm0: -13 }, { silenceMs: 375 }]);
  assert.equal(tonesOf('xx'), tonesOf('us'));
  for (const country of tonePlanCountries) assert.ok(tonesOf(country).busy.length > 0, country);
});

test.run();
