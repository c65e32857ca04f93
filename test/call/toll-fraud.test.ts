/**
 * No call goes out over a trunk unless the configuration lets the extension do it that asks: whatever is configured, dialled,
 * keyed, transferred, redirected and replaced, by extensions, from outside and in conferences. What may go out is judged
 * here anew, without the dial plan's code.
 */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Config } from '../../firmware/config/schema.js';
import { validateConfig } from '../../firmware/config/validate.js';
import { CallBench } from '../support/call-bench.js';

const test = suite('toll fraud');

const RUNS = process.env.PARLEY_SOAK ? 60_000 : 800;

const digits = (min: number, max: number) =>
  fc.string({ unit: fc.constantFrom('1', '2', '8', '9', '0'), minLength: min, maxLength: max });
/** Of routes, in an order in which none hides another. */
const PREFIXES = ['91', '90', '9', '00', '0', '2', '+', '*9'];
/** What people and thieves dial. */
const dialled = fc.oneof(
  { weight: 3, arbitrary: digits(1, 6) },
  {
    weight: 6,
    arbitrary: fc.tuple(fc.constantFrom(...PREFIXES), digits(1, 5)).map((all) => all.join('')),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('101', '102', '800', '801', '5', '6', '*4', '9', '90', '911', '+', '+1', '00'),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom('+', '*', '#', ''), digits(0, 5)).map((all) => all.join('')),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 12 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('9;phone-context=x', '9@evil', '9%31', ' 91', '91 ', '9\r\n1', '٩١'),
  },
);

const rule = fc.tuple(
  fc.constantFrom('allow', 'allow', 'deny'),
  fc.constantFrom('', '', '1', '92', ...PREFIXES),
);
const group = fc.record({
  rules: fc.array(
    rule.map(([kind, prefix]) => ({ [kind]: prefix })),
    { minLength: 1, maxLength: 4 },
  ),
  transferOutside: fc.boolean(),
});
const routes = fc.subarray(PREFIXES).chain((prefixes) =>
  fc.tuple(
    ...prefixes.map((prefix) =>
      fc.record({
        prefix: fc.constant(prefix),
        strip: fc.integer({ min: 0, max: prefix.length }),
        prepend: fc.constantFrom('', '0', '+49'),
        trunks: fc.constantFrom(['main'], ['spare', 'main']),
      }),
    ),
  ),
);
const inbound = fc.uniqueArray(
  fc.record({
    number: fc.constantFrom('5', '6', '7', '50'),
    to: fc.constantFrom('101', '101', '800', '801', 'askForConference'),
  }),
  { maxLength: 4, selector: ({ number }) => number },
);
const configs = fc
  .record({
    groups: fc.tuple(group, group),
    members: fc.array(fc.constantFrom('a', 'a', 'b', undefined), { minLength: 3, maxLength: 3 }),
    routes,
    inbound,
  })
  .map(({ groups, members, routes, inbound }) =>
    validateConfig({
      version: 1,
      extensions: members.map((permissions, at) => ({
        number: String(101 + at),
        permissions,
        sip: { username: String(101 + at), password: 'secret' },
      })),
      conferences: [
        { number: '800', type: 'static' },
        { number: '801', type: 'dynamic' },
      ],
      services: [{ number: '*4', service: 'askForConference' }],
      trunks: ['main', 'spare'].map((name) => ({
        name,
        type: 'peer',
        server: '192.0.2.1',
        inbound: { numbers: name === 'main' ? inbound : [] },
      })),
      routes,
      permissionGroups: groups.map((one, at) => ({ name: 'ab'[at], unusualCallsPerDay: 0, ...one })),
    }),
  );

/** What the configuration says in so many words of an extension that dials: the trunks that may be asked, or none. */
function permitted(config: Config, extension: string, number: string): readonly string[] {
  for (const list of [config.extensions, config.conferences, config.services])
    if (list.some((one) => one.number === number)) return [];
  const member = config.extensions.find((one) => one.number === extension)?.permissions;
  const rules = config.permissionGroups.filter(({ name }) => name === member).flatMap(({ rules }) => rules);
  const [first] = rules.filter(({ allow, deny }) => number.indexOf(allow ?? deny!) === 0);
  if (first?.allow === undefined) return [];
  const [way] = config.routes.filter(({ prefix }) => number.indexOf(prefix) === 0);
  return way?.trunks ?? [];
}

function mayTransfer(config: Config, extension: string): boolean {
  const member = config.extensions.find((one) => one.number === extension)?.permissions;
  return config.permissionGroups.some(({ name, transferOutside }) => name === member && transferOutside);
}

const who = fc.constantFrom('101', '101', '102', '103', 'main');
const leg = fc.nat(9);
const order = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('dial'), who, number: dialled }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('dial'),
      who: fc.constant('main'),
      number: fc.constantFrom('5', '6'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('keys'), leg, keys: fc.constantFrom('800#', '801#5##', '91#') }),
  },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('transfer'), leg, number: dialled }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('join'), leg, other: leg }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('refer'),
      who,
      conference: fc.constantFrom('800', '801', '9'),
      number: dialled,
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('replace'), who, leg }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('redirect'), number: dialled }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('hangUp'), leg }) },
) as fc.Arbitrary<Order>;
type Order =
  | { type: 'dial'; who: string; number: string }
  | { type: 'keys'; leg: number; keys: string }
  | { type: 'transfer'; leg: number; number: string }
  | { type: 'join'; leg: number; other: number }
  | { type: 'refer'; who: string; conference: string; number: string }
  | { type: 'replace'; who: string; leg: number }
  | { type: 'redirect'; number: string }
  | { type: 'hangUp'; leg: number };

async function carryOut(bench: CallBench, order: Order): Promise<void> {
  switch (order.type) {
    case 'dial':
      return bench.dial(order.who, order.number);
    case 'keys':
      return bench.keys(order.leg, order.keys);
    case 'transfer':
      return bench.transfer(order.leg, order.number);
    case 'join':
      return bench.join(order.leg, order.other);
    case 'refer':
      return bench.refer(order.who, order.conference, order.number);
    case 'replace':
      return bench.replace(order.who, order.leg);
    case 'redirect':
      return bench.redirectNext(order.number);
    case 'hangUp':
      return bench.hangUp(order.leg);
  }
}

test('the switchboard: what calls go out is what an extension dialled or transferred that may', async () => {
  const seen = { dialled: 0, transferred: 0, joined: 0 };
  await fc.assert(
    fc.asyncProperty(
      configs,
      fc.array(order, { minLength: 8, maxLength: 24, size: 'max' }),
      async (config, orders) => {
        const bench = new CallBench(config);
        for (const order of orders) {
          const asker =
            'leg' in order ? bench.extensionOf(order.leg) : 'who' in order ? order.who : undefined;
          const pairs = bench.outsidePairs;
          await carryOut(bench, order);
          for (const { trunk } of bench.takeTrunkCalls()) {
            assert.ok(order.type === 'dial' || order.type === 'transfer', `${order.type} called outside`);
            assert.ok(asker !== undefined && asker !== 'main', 'nobody of the house asked for it');
            assert.ok(
              permitted(config, asker, order.number).includes(trunk),
              `${asker} may not call ${order.number}`,
            );
            if (order.type === 'transfer')
              assert.ok(mayTransfer(config, asker), `${asker} may not transfer outside`);
            seen[order.type === 'dial' ? 'dialled' : 'transferred'] += 1;
          }
          if (bench.outsidePairs > pairs) {
            assert.ok(asker !== undefined && mayTransfer(config, asker), 'two outside were joined');
            seen.joined += 1;
          }
        }
      },
    ),
    { numRuns: RUNS },
  );
  for (const [what, count] of Object.entries(seen)) assert.ok(count > 0, `none was ${what}`);
});

test.run();
