import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Cause } from '../../firmware/call/cause.js';
import type { Leg } from '../../firmware/call/leg.js';
import { Ringing } from '../../firmware/call/ringing.js';
import { ManualClock } from '../../firmware/clock.js';

const test = suite('ringing');

/** Phones by name, and everything that happened to them and to the call. */
function ring(names: string[], redirects: Record<string, string[]> = {}) {
  const clock = new ManualClock();
  const told: string[] = [];
  const phones = new Map<string, Leg>();
  const open = (name: string): Leg => {
    const leg: Leg = {
      id: phones.size + 1,
      direction: 'outgoing',
      party: { number: name, name },
      sources: [],
      state: 'alerting',
      peerAddress: '',
      sinceMs: 0,
      answeredMs: undefined,
      endedMs: undefined,
      cause: undefined,
      port: undefined,
      codec: undefined,
      srtp: false,
      focus: undefined,
      sendKey: () => {},
      onEvent: () => {},
      place: undefined,
      ring: () => {},
      answer: () => {},
      hangUp: (cause: Cause) => {
        told.push(`${name} hung up`);
        leg.onEvent({ type: 'ended', cause });
      },
    };
    phones.set(name, leg);
    return leg;
  };
  const redirected = (number: string) => (redirects[number] ?? []).map(open);
  const ringing = new Ringing({ phones: names.map(open), redirected }, clock, {
    alerting: () => told.push('alerting'),
    answered: (phone) => told.push(`${phone.party.name} answered`),
    lost: (cause) => told.push(`lost ${cause}`),
  });
  const phone = (name: string) => phones.get(name)!;
  return { ringing, clock, told, phone };
}

test('the first to answer has it, the others stop; what comes later means nothing', () => {
  const { clock, told, phone } = ring(['a', 'b', 'c']);
  phone('a').onEvent({ type: 'alerting' });
  phone('b').onEvent({ type: 'answered' });
  phone('a').onEvent({ type: 'answered' });
  assert.equal(told, ['alerting', 'a hung up', 'c hung up', 'b answered']);
  assert.is(clock.pending, 0);
});

test('lost when the last has refused, with its cause, unless one before was busy', () => {
  const { clock, told, phone } = ring(['a', 'b', 'c']);
  phone('a').onEvent({ type: 'ended', cause: 'unavailable' });
  phone('b').onEvent({ type: 'ended', cause: 'busy' });
  assert.equal(told, []);
  phone('c').onEvent({ type: 'ended', cause: 'unavailable' });
  assert.equal(told, ['lost busy']);
  assert.is(clock.pending, 0);
});

test('declined at one phone, all stop', () => {
  const { clock, told, phone } = ring(['a', 'b']);
  phone('b').onEvent({ type: 'alerting' });
  phone('a').onEvent({ type: 'ended', cause: 'rejected' });
  assert.equal(told, ['alerting', 'b hung up', 'lost rejected']);
  assert.is(clock.pending, 0);
});

test('a phone that gives no sign of life for six seconds is given up; the others ring on', () => {
  const { clock, told, phone } = ring(['a', 'b', 'gone']);
  phone('a').onEvent({ type: 'trying' });
  phone('b').onEvent({ type: 'alerting' });
  clock.advance(6000);
  assert.equal(told, ['alerting', 'gone hung up']);
  phone('b').onEvent({ type: 'ended', cause: 'busy' });
  assert.equal(told.slice(2), []);
  phone('a').onEvent({ type: 'answered' });
  assert.equal(told.slice(2), ['a answered']);
  assert.is(clock.pending, 0);
});

test('where no phone gives a sign of life the caller is told so', () => {
  const { clock, told, phone } = ring(['gone', 'moved']);
  phone('moved').onEvent({ type: 'ended', cause: 'unavailable', redirect: '103' });
  clock.advance(6000);
  assert.equal(told, ['gone hung up', 'lost unavailable']);
  assert.is(clock.pending, 0);
});

test('a phone that moved is followed; one that moved to nowhere has refused', () => {
  const { told, phone } = ring(['a'], { '102': ['b'] });
  phone('a').onEvent({ type: 'ended', cause: 'unavailable', redirect: '102' });
  phone('b').onEvent({ type: 'ended', cause: 'unavailable', redirect: '103' });
  assert.equal(told, ['lost unavailable']);
});

test('two minutes are enough; given up, all stop and nobody is told', () => {
  const { clock, told, phone } = ring(['a', 'b']);
  for (const name of ['a', 'b']) phone(name).onEvent({ type: 'alerting' });
  clock.advance(120_000);
  assert.equal(told, ['alerting', 'alerting', 'a hung up', 'b hung up', 'lost noAnswer']);
  const given = ring(['a']);
  given.ringing.cancel('normal');
  assert.equal(given.told, ['a hung up']);
  assert.is(given.clock.pending, 0);
});

test.run();
