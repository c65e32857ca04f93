import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { destinationOf, explain, type Caller, type Destination } from '../../firmware/call/dial-plan.js';
import { numberSoFar } from '../../firmware/call/number-so-far.js';
import { numbersInUse } from '../../firmware/call/numbers-in-use.js';
import type { Config } from '../../firmware/config/schema.js';
import { validateConfig } from '../../firmware/config/validate.js';

const test = suite('dial plan');

const extension = (number: string, permissions?: string) => ({
  number,
  name: `Phone ${number}`,
  sip: { username: number, password: 'secret' },
  ...(permissions && { permissions }),
});

const config = validateConfig({
  version: 1,
  extensions: [
    extension('101', 'staff'),
    extension('102'),
    extension('103', 'lobby'),
    extension('104', 'national'),
  ],
  conferences: [
    { number: '800', description: 'Weekly', type: 'static', pin: '1234' },
    { number: '801', type: 'dynamic' },
  ],
  audioPorts: [
    { number: '701', name: 'Door', role: 'doorStation', capture: 'in', playback: 'out', calls: '911' },
    { number: '702', role: 'room', capture: 'in2', playback: 'out2', permissions: 'staff' },
  ],
  services: [
    { number: '*4', service: 'askForConference' },
    { number: '112', service: 'emergency' },
    { number: '999', service: 'emergency' },
  ],
  lines: [
    { name: 'town', card: 'simulated', place: 9, kind: 'fxo', to: '801', outgoing: true },
    { name: 'hill', card: 'simulated', place: 10, kind: 'fxo', to: 'askForConference' },
    { name: 'out', card: 'simulated', place: 11, kind: 'fxo', outgoing: true },
  ],
  trunks: [
    {
      name: 'main',
      type: 'peer',
      server: '192.0.2.1',
      inbound: {
        strip: 3,
        prepend: '0',
        numbers: [
          { number: '0201', to: '101' },
          { number: '0202', to: '801' },
          { number: '0203', to: 'askForConference' },
          { number: '0204', to: '702' },
        ],
      },
    },
    { name: 'spare', type: 'peer', server: '192.0.2.2' },
  ],
  routes: [
    { prefix: '911', strip: 0, trunks: ['main', 'spare'] },
    { prefix: '9', prepend: '0', trunks: ['spare', 'main'], callerId: '+44200' },
    { prefix: '+', strip: 0, trunks: ['main'] },
    { prefix: '6', trunks: ['exchangeLines', 'main'] },
  ],
  permissionGroups: [
    {
      name: 'staff',
      rules: [{ deny: '900' }, { allow: '' }],
      maxOutboundCalls: 2,
      maxCallsPerHour: 30,
    },
    { name: 'lobby', rules: [{ allow: '101' }, { allow: '911' }, { deny: '' }] },
    { name: 'national', rules: [{ deny: '900' }, { allow: '9' }] },
  ],
});

const caller = (from: string): Caller => {
  const trunk = config.trunks.find(({ name }) => name === from);
  const audioPort = config.audioPorts.find(({ number }) => number === from);
  if (audioPort) return { audioPort };
  const line = config.lines.find(({ name }) => name === from);
  if (line) return { line };
  return trunk ? { trunk } : { extension: config.extensions.find(({ number }) => number === from)! };
};

const brief = (destination: Destination): string => {
  switch (destination.type) {
    case 'extension':
      return `extension ${destination.extension.number}`;
    case 'audioPort':
      return `audio port ${destination.audioPort.number}`;
    case 'conference':
      return `conference ${destination.conference.number}`;
    case 'askForConference':
      return 'ask';
    case 'emergency':
      return `help ${destination.number}`;
    case 'trunk':
      return `${destination.trunks.join('+')} ${destination.number} ${destination.callerId ?? '-'}`;
    case 'refused':
      return destination.cause;
  }
};

const rows: [from: string, number: string, destination: string][] = [
  ['101', '102', 'extension 102'],
  ['101', '800', 'conference 800'],
  ['101', '*4', 'ask'],
  ['101', '9123', 'spare+main 0123 +44200'],
  ['101', '911', 'main+spare 911 -'],
  ['101', '9009', 'barred'],
  ['101', '+49123', 'main +49123 -'],
  ['101', '700', 'unknownNumber'],
  ['101', '', 'unknownNumber'],
  // Neither a way round the rules nor into the request line.
  ['101', '9+49123', 'unknownNumber'],
  ['101', '9*31', 'unknownNumber'],
  ['101', '9123@evil', 'unknownNumber'],
  ['101', '91\r\n2', 'unknownNumber'],
  ['101', `9${'1'.repeat(40)}`, 'unknownNumber'],
  // No group: the box alone.
  ['102', '101', 'extension 101'],
  ['102', '*4', 'ask'],
  ['102', '9123', 'barred'],
  // A phone in the lobby: reception and the emergency number alone.
  ['103', '101', 'extension 101'],
  ['103', '102', 'barred'],
  ['103', '800', 'barred'],
  ['103', '911', 'main+spare 911 -'],
  ['103', '9123', 'barred'],
  // Rules that say nothing of the box leave it open.
  ['104', '101', 'extension 101'],
  ['104', '9123', 'spare+main 0123 +44200'],
  ['104', '9001', 'barred'],
  ['104', '+49123', 'barred'],
  // Audio ports are called, and call by the rules of their group.
  ['101', '701', 'audio port 701'],
  ['103', '701', 'barred'],
  ['701', '101', 'extension 101'],
  ['701', '911', 'barred'],
  ['702', '9123', 'spare+main 0123 +44200'],
  ['702', '9009', 'barred'],
  // From outside: the table and nothing else.
  ['main', '+44201', 'extension 101'],
  ['main', '+44202', 'conference 801'],
  ['main', '+44203', 'ask'],
  ['main', '+44204', 'audio port 702'],
  ['main', '+44205', 'unknownNumber'],
  ['main', '+4', 'unknownNumber'],
  ['town', '801', 'conference 801'],
  ['hill', 'askForConference', 'ask'],
  ['out', '', 'unknownNumber'],
  // Whatever rules say, and beside a route that begins so; not for who is outside.
  ['102', '112', 'help 112'],
  ['103', '999', 'help 999'],
  ['103', '9991', 'barred'],
  ['main', '+4112', 'unknownNumber'],
  ['101', '6123', 'exchangeLines+main 123 -'],
  ['spare', '101', 'unknownNumber'],
  ['spare', '9123', 'unknownNumber'],
];
for (const [from, number, expected] of rows)
  test(`${from} dials ${JSON.stringify(number).slice(0, 20)}: ${expected}`, () =>
    assert.is(brief(destinationOf(config, caller(from), number)), expected));

test('what is dialled after the prefix is digits, and something', () => {
  const plain = { ...config, routes: [{ prefix: '9', prepend: '', trunks: ['main'] }] };
  const dial = (number: string) => brief(destinationOf(plain, caller('101'), number));
  assert.is(dial('949123'), 'main 49123 -');
  // Else a rule that denies 900 would be passed by a + in place of the 00.
  assert.is(dial('9+49123'), 'unknownNumber');
  assert.is(dial('9*123'), 'unknownNumber');
  assert.is(dial('9'), 'unknownNumber');
});

test('explained: every step in words', () => {
  assert.equal(explain(config, caller('101'), '9123'), {
    steps: [
      'extension 101 (Phone 101) dials 9123',
      'extensions: none is 9123',
      'conferences: none is 9123',
      'audio ports: none is 9123',
      'service numbers: none is 9123',
      'route 911: 9123 does not begin with it',
      'route 9: 9123 begins with it',
      'permission: rule 2 of permission group staff allows every number',
      'limit: calls to the outside at the same time: 2',
      'limit: calls to the outside within an hour: 30',
      'route 9: 9123 without its first character, with 0 before it is 0123',
      'ways: trunk spare, then trunk main',
    ],
    result: 'calls 0123 over trunk spare, then trunk main, shown as +44200',
  });
  assert.equal(explain(config, caller('town'), '801').steps.slice(0, 2), [
    'a caller outside comes by line town, which leads to 801',
    'extensions: none is 801',
  ]);
  assert.is(explain(config, caller('101'), '61').result, 'calls 1 over any exchange line, then trunk main');
  assert.is(
    explain(config, caller('102'), '112').result,
    'calls 112 at once, over any exchange line; without one over any trunk',
  );
  assert.is(
    explain(config, caller('102'), '9123').result,
    'refused: the caller has no permission group: numbers outside are denied',
  );
  assert.equal(explain(config, caller('702'), '701'), {
    steps: [
      'audio port 702 dials 701',
      'extensions: none is 701',
      'conferences: none is 701',
      'audio ports: 701 is audio port 701 (Door)',
      'permission: rule 2 of permission group staff allows every number',
    ],
    result: 'calls audio port 701 (Door)',
  });
  assert.equal(explain(config, caller('main'), '+44202'), {
    steps: [
      'a caller outside reaches +44202 of trunk main',
      'trunk main: +44202 without its first 3 characters, with 0 before it is 0202',
      'inbound numbers: 0202 leads to 801',
      'extensions: none is 801',
      'conferences: 801 is dynamic conference 801',
    ],
    result: 'enters dynamic conference 801',
  });
});

test('the list: every number and prefix', () =>
  assert.equal(
    numbersInUse(config).map(({ number, has }) => `${number} ${has}`),
    [
      '*4 service',
      '+ route',
      '6 route',
      '9 route',
      '101 extension',
      '102 extension',
      '103 extension',
      '104 extension',
      '112 service',
      '701 audio port',
      '702 audio port',
      '800 conference',
      '801 conference',
      '911 route',
      '999 service',
    ],
  ));

/** Few characters, so that numbers and prefixes meet often. */
const digits = (minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom('1', '9', '0', '*', '+'), minLength, maxLength });
const names = ['a', 'b', 'c'];
const anyConfig: fc.Arbitrary<Config> = fc
  .record({
    extensions: fc.array(
      fc.record({
        number: digits(1, 3),
        permissions: fc.option(fc.constantFrom(...names), { nil: undefined }),
      }),
      { maxLength: 4 },
    ),
    conferences: fc.array(digits(1, 3), { maxLength: 3 }),
    services: fc.array(digits(1, 3), { maxLength: 2 }),
    routes: fc.array(
      fc.record(
        {
          prefix: digits(1, 2),
          strip: fc.nat(2),
          prepend: digits(0, 2),
          trunks: fc.subarray(names, { minLength: 1 }),
        },
        { requiredKeys: ['prefix', 'prepend', 'trunks'] },
      ),
      { maxLength: 4 },
    ),
    rules: fc.array(fc.oneof(fc.record({ allow: digits(0, 2) }), fc.record({ deny: digits(0, 2) })), {
      maxLength: 4,
    }),
    inbound: fc.record({
      strip: fc.nat(2),
      prepend: digits(0, 1),
      numbers: fc.array(
        fc.record({ number: digits(1, 3), to: fc.oneof(digits(1, 3), fc.constant('askForConference')) }),
        { maxLength: 4 },
      ),
    }),
  })
  .map(({ extensions, conferences, services, routes, rules, inbound }) => ({
    ...config,
    extensions: extensions.map((one) => ({ ...config.extensions[1], ...one })),
    conferences: conferences.map((number) => ({ ...config.conferences[0], number })),
    services: services.map((number) => ({ number, service: 'askForConference' as const })),
    trunks: names.map((name) => ({ ...config.trunks[1], name, inbound })),
    permissionGroups: names.slice(0, 2).map((name) => ({ ...config.permissionGroups[0], name, rules })),
    routes,
  }));

test('digits one by one: a number for emergencies is whole at once, though a route begins like it', () =>
  assert.equal(
    ['1', '112', '9', '99', '999', '7'].map((dialled) => numberSoFar(config, dialled)),
    ['begun', 'whole', 'begun', 'begun', 'whole', 'begun'],
  ));

test('any plan and number: the explanation tells where the call goes', () =>
  fc.assert(
    fc.property(anyConfig, digits(0, 4), fc.nat(10), (plan, number, who) => {
      const callers: Caller[] = [
        ...plan.extensions.map((one) => ({ extension: one })),
        ...plan.trunks.map((trunk) => ({ trunk })),
      ];
      const from = callers[who % callers.length];
      const destination = destinationOf(plan, from, number);
      const { steps, result } = explain(plan, from, number);
      assert.ok(steps.length > 1);
      switch (destination.type) {
        case 'extension':
          assert.match(result, `rings extension ${destination.extension.number}`);
          break;
        case 'conference':
          assert.match(result, `conference ${destination.conference.number}`);
          break;
        case 'askForConference':
          assert.is(result, 'is asked for a conference number');
          break;
        case 'trunk':
          assert.match(
            result,
            `calls ${destination.number} over ${destination.trunks.map((name) => `trunk ${name}`).join(', then ')}`,
          );
          break;
        case 'refused':
          assert.is(result, `refused: ${destination.why}`);
      }
    }),
    { numRuns: 2000 },
  ));

test('any plan and number: a caller from outside never reaches a trunk', () =>
  fc.assert(
    fc.property(anyConfig, digits(0, 4), (plan, number) => {
      for (const trunk of plan.trunks) {
        assert.is.not(destinationOf(plan, { trunk }, number).type, 'trunk');
        assert.not.match(explain(plan, { trunk }, number).result, 'calls ');
      }
    }),
    { numRuns: 2000 },
  ));

test('any plan and number: a trunk is reached only by a route that fits, allowed by a rule, with a clean number', () =>
  fc.assert(
    fc.property(anyConfig, fc.oneof(digits(0, 5), fc.string()), (plan, number) => {
      for (const one of plan.extensions) {
        const destination = destinationOf(plan, { extension: one }, number);
        if (destination.type !== 'trunk') continue;
        const route = plan.routes.find(({ prefix }) => number.startsWith(prefix))!;
        assert.equal(destination.trunks, route.trunks);
        assert.match(destination.number, /^\+?[0-9]+$/);
        const group = plan.permissionGroups.find(({ name }) => name === one.permissions)!;
        const rule = group.rules.find(({ allow, deny }) => number.startsWith((allow ?? deny)!))!;
        assert.ok(rule.allow !== undefined);
      }
    }),
    { numRuns: 2000 },
  ));

test.run();
