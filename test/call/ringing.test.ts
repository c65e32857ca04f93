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

test('lost when the last has refused, with its cause', () => {
  const { clock, told, phone } = ring(['a', 'b']);
  phone('a').onEvent({ type: 'ended', cause: 'busy' });
  assert.equal(told, []);
  phone('b').onEvent({ type: 'ended', cause: 'rejected' });
  assert.equal(told, ['lost rejected']);
  assert.is(clock.pending, 0);
});

test('a phone that moved is followed; one that moved to nowhere has refused', () => {
  const { told, phone } = ring(['a'], { '102': ['b'] });
  phone('a').onEvent({ type: 'ended', cause: 'unavailable', redirect: '102' });
  phone('b').onEvent({ type: 'ended', cause: 'unavailable', redirect: '103' });
  assert.equal(told, ['lost unavailable']);
});

test('two minutes are enough; given up, all stop and nobody is told', () => {
  const { clock, told } = ring(['a', 'b']);
  clock.advance(120_000);
  assert.equal(told, ['a hung up', 'b hung up', 'lost noAnswer']);
  const given = ring(['a']);
  given.ringing.cancel('normal');
  assert.equal(given.told, ['a hung up']);
  assert.is(given.clock.pending, 0);
});

test.run();
