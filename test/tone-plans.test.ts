import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tonePlanCountries, tonePlanOf, type Cadence } from '../firmware/tone-plans.js';

const test = suite('tone plans');

test('44 countries, each with every tone in full: real frequencies, times in pairs', () => {
  assert.is(tonePlanCountries.length, 44);
  for (const country of tonePlanCountries) {
    const { bellMs, ...tones } = tonePlanOf(country);
    assert.is(bellMs.length % 2, 0, country);
    assert.ok(
      bellMs.every((ms) => ms >= 200 && ms <= 6000),
      country,
    );
    for (const [name, [frequencies, ...times]] of Object.entries<Cadence>(tones)) {
      const where = `${country} ${name}`;
      assert.ok(frequencies.length === 1 || frequencies.length === 2, where);
      assert.ok(
        frequencies.every((hz) => hz >= 300 && hz <= 1400),
        where,
      );
      assert.is(times.length % 2, 0, where);
      assert.ok(
        times.every((ms) => ms >= 40 && ms <= 14000),
        where,
      );
      assert.ok(name === 'dial' || times.length > 0, where);
    }
  }
});

test('those of E.180 for some that are known by heart; unlisted countries have those of the US', () => {
  assert.equal(tonePlanOf('us').busy, [[480, 620], 500, 500]);
  assert.equal(tonePlanOf('de').busy, [[425], 480, 480]);
  assert.equal(tonePlanOf('gb').ringBack, [[400, 450], 400, 200, 400, 2000]);
  assert.equal(tonePlanOf('cz').dial, [[425], 330, 330, 660, 660]);
  assert.equal(tonePlanOf('fr').dial, [[440]]);
  assert.is(tonePlanOf('xx'), tonePlanOf('zz'));
  assert.equal(tonePlanOf('xx'), tonePlanOf('us'));
});

test.run();
