import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { changesBetween } from '../../firmware/config/config-changes.js';
import { freeNumber, holderOf } from '../../firmware/config/number-holder.js';
import { validateConfig } from '../../firmware/config/validate.js';

const test = suite('configuration changes');

const extension = (number: string, more: object = {}) => ({
  number,
  name: `Phone ${number}`,
  sip: { username: number, password: `secret-${number}`, ...more },
});
const document = {
  version: 1,
  extensions: [extension('101'), extension('102')],
  conferences: [{ number: '800', description: 'Weekly', type: 'static', pin: '1234' }],
  trunks: [{ name: 'main', type: 'peer', server: '192.0.2.1', transport: 'udp' }],
  routes: [{ prefix: '9', trunks: ['main'] }],
};
const before = validateConfig(document);
const changes = (change: (config: typeof document) => void) => {
  const after = structuredClone(document);
  change(after);
  return changesBetween(before, validateConfig(after));
};

test('none, and one sentence for each', () => {
  assert.equal(
    changes(() => {}),
    [],
  );
  assert.equal(
    changes((config) => {
      Object.assign(config, { country: 'de', network: { sipPort: 5070 } });
      config.extensions[1] = extension('103');
      config.extensions[0].name = 'Desk';
      config.conferences[0].description = 'Daily';
    }).sort(),
    [
      'network.sipPort is 5070, was 5060',
      'country is "de", was "us"',
      'extension 102 is removed',
      'extension 103 is new',
      'extension 101: name is "Desk", was "Phone 101"',
      'conference 800: description is "Daily", was "Weekly"',
    ].sort(),
  );
});

test('secrets are named and not shown; the order of a list is said', () => {
  const said = changes((config) => {
    config.conferences[0].pin = '9999';
    config.extensions[0].sip.password = 'another-secret';
    config.extensions.reverse();
  });
  assert.equal(said.sort(), [
    'conference 800: pin is another one',
    'extension 101: sip.password is another one',
    'the order of every extension is 102, 101',
  ]);
});

test('who has a number, and which is free', () => {
  assert.is(holderOf(before, '101'), 'extension "Phone 101"');
  assert.is(holderOf(before, '800'), 'conference "Weekly"');
  assert.match(holderOf(before, '912')!, /route 1, which takes all numbers that begin with 9/);
  assert.is(holderOf(before, '801'), undefined);
  assert.is(freeNumber(before, 'conferences'), '801');
  assert.is(freeNumber(before, 'extensions'), '103');
  const empty = validateConfig({ version: 1 });
  assert.is(freeNumber(empty, 'conferences'), '800');
  const full = validateConfig({
    ...document,
    extensions: [],
    conferences: [],
    routes: [{ prefix: '8', trunks: ['main'] }],
  });
  assert.is(freeNumber(full, 'conferences'), '900');
});

test.run();
