import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseMessage, parseNameAddr, type SipRequest } from 'sip-parser';
import { ManualClock } from '../../firmware/clock.js';
import { ProtocolError } from '../../firmware/sip/protocol-error.js';
import { Registrar } from '../../firmware/sip/registrar.js';
import { heldBytes } from '../support/heap.js';

const test = suite('registrar');
const source = { address: '192.0.2.9', port: 5062 };

function register(cseq: number, ...lines: string[]): SipRequest {
  const head = [
    'REGISTER sip:box.example SIP/2.0',
    'Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1',
    'From: <sip:101@box.example>;tag=a',
    'To: <sip:101@box.example>',
    'Call-ID: call-1',
    `CSeq: ${cseq} REGISTER`,
    'Max-Forwards: 70',
  ];
  return parseMessage(Buffer.from([...head, ...lines, '', ''].join('\r\n'))) as SipRequest;
}

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ProtocolError)
      return [error.status, ...error.headers.map((pair) => pair.join('='))].join(' ');
    throw error;
  }
  return 'accepted';
}

test('several phones, each listed with what remains of its time', () => {
  const clock = new ManualClock();
  const registrar = new Registrar(clock);
  registrar.register('101', register(1, 'Contact: <sip:101@192.0.2.9>', 'Expires: 120'), source);
  clock.advance(20_000);
  const listed = registrar.register('101', register(2, 'Contact: <sip:101@192.0.2.10>;expires=600'), source);
  assert.equal(listed, ['<sip:101@192.0.2.9>;expires=100', '<sip:101@192.0.2.10>;expires=600']);
  clock.advance(100_000);
  assert.equal(
    registrar.bindings('101').map((binding) => binding.contact),
    ['sip:101@192.0.2.10'],
  );
});

test('a REGISTER without Contact only asks', () => {
  const registrar = new Registrar(new ManualClock());
  registrar.register('101', register(1, 'Contact: <sip:101@192.0.2.9>'), source);
  assert.equal(registrar.register('101', register(2), source), ['<sip:101@192.0.2.9>;expires=3600']);
});

test('* with Expires 0 removes every phone, and only so', () => {
  const registrar = new Registrar(new ManualClock());
  registrar.register('101', register(1, 'Contact: <sip:101@192.0.2.9>'), source);
  assert.is(
    refusal(() => registrar.register('101', register(2, 'Contact: *'), source)),
    '400',
  );
  assert.is(registrar.bindings('101').length, 1);
  assert.equal(registrar.register('101', register(3, 'Contact: *', 'Expires: 0'), source), []);
  assert.equal(registrar.accounts(), []);
});

test('too short a time is refused with the least that is accepted, and nothing is half-applied', () => {
  const registrar = new Registrar(new ManualClock());
  const both = register(1, 'Contact: <sip:101@192.0.2.9>;expires=600, <sip:101@192.0.2.10>;expires=30');
  assert.is(
    refusal(() => registrar.register('101', both, source)),
    '423 Min-Expires=60',
  );
  assert.is(registrar.bindings('101').length, 0);
});

test('an old REGISTER that arrives late changes nothing (CSeq)', () => {
  const registrar = new Registrar(new ManualClock());
  registrar.register('101', register(5, 'Contact: <sip:101@192.0.2.9>'), source);
  const late = register(4, 'Contact: <sip:101@192.0.2.9>;expires=0');
  assert.is(
    refusal(() => registrar.register('101', late, source)),
    '500',
  );
  assert.is(registrar.bindings('101').length, 1);
});

const contactsOf = (registrar: Registrar) => registrar.bindings('101').map(({ contact }) => contact);

test('for the eleventh phone of an extension the one goes that was heard of longest ago', () => {
  const registrar = new Registrar(new ManualClock());
  const arrive = (cseq: number, phone: number) =>
    registrar.register('101', register(cseq, `Contact: <sip:101@192.0.2.${phone}>`), source);
  for (let phone = 1; phone <= 10; phone += 1) arrive(phone, phone);
  arrive(11, 1);
  const listed = arrive(12, 11);
  assert.equal(
    contactsOf(registrar),
    [3, 4, 5, 6, 7, 8, 9, 10, 1, 11].map((phone) => `sip:101@192.0.2.${phone}`),
  );
  assert.is(listed.length, 10);
});

test('eleven phones that come at once are refused, and nothing is half-applied', () => {
  const registrar = new Registrar(new ManualClock());
  registrar.register('101', register(1, 'Contact: <sip:101@192.0.2.1>'), source);
  const many = Array.from({ length: 11 }, (_, at) => `<sip:101@192.0.2.${10 + at}>`).join(', ');
  assert.is(
    refusal(() => registrar.register('101', register(2, `Contact: ${many}`), source)),
    '503',
  );
  assert.equal(contactsOf(registrar), ['sip:101@192.0.2.1']);
});

const HOUR_MS = 3_600_000;

/** A registrar whose every wish to be kept is counted. */
function counted(clock = new ManualClock(), timeMs = () => 1e12 + clock.nowMs()) {
  const registrar = new Registrar(clock, timeMs);
  let changes = 0;
  registrar.onChanged = () => (changes += 1);
  return { clock, registrar, changes: () => changes };
}

/** What comes of it after a restart. */
const throughFlash = (registrar: Registrar): unknown => JSON.parse(JSON.stringify(registrar.snapshot()));

test('phones that register with large messages: the messages are not remembered', () => {
  const registrar = new Registrar(new ManualClock());
  const before = heldBytes();
  for (let phone = 0; phone < 200; phone += 1) {
    const name = `extension-of-a-long-name-${phone}`;
    const request = register(
      1,
      `Contact: <sip:${name}@192.0.2.9>`,
      `User-Agent: A phone of ${name}`,
      ...Array<string>(10).fill(`Subject: ${'x'.repeat(4000)}`),
    );
    registrar.register(parseNameAddr(request.headers.get('Contact')!).uri.slice(4, -10), request, source);
  }
  const grown = heldBytes() - before;
  assert.is(registrar.accounts().length, 200);
  assert.ok(grown < 1e6, `${grown} octets`);
});

test('over a restart: the same phones by the same ways, for as long as was granted, counted anew', () => {
  const { clock, registrar } = counted();
  const wire = { address: '2001:db8::1', port: 40_000, transport: 'tls', accepted: true } as const;
  registrar.register('101', register(7, 'Contact: <sip:101@192.0.2.9>', 'Expires: 600'), source);
  registrar.register('102', register(1, 'Contact: <sip:102@192.0.2.10;transport=tls>'), wire);
  clock.advance(599_000);
  const again = counted();
  again.registrar.restore(throughFlash(registrar));
  const [{ contact, source: from, expiresAtMs }] = again.registrar.bindings('101');
  assert.equal([contact, from, expiresAtMs], ['sip:101@192.0.2.9', source, 600_000]);
  assert.equal(again.registrar.bindings('102')[0].source, wire);
  assert.ok(again.registrar.knows(source));
  assert.equal(again.registrar.register('101', register(8, 'Contact: <sip:101@192.0.2.9>'), source), [
    '<sip:101@192.0.2.9>;expires=3600',
  ]);
  again.clock.advance(HOUR_MS);
  assert.equal(again.registrar.accounts(), [], 'who does not refresh is not there any more');
});

test('over restarts, a phone that comes from another port each time is always let in', () => {
  const clock = new ManualClock();
  let registrar = new Registrar(clock);
  for (let start = 1; start <= 25; start += 1) {
    const before = registrar;
    registrar = new Registrar(clock);
    registrar.restore(throughFlash(before));
    registrar.register('101', register(start, `Contact: <sip:101@192.0.2.9:${40_000 + start}>`), source);
    clock.advance(60_000);
  }
  assert.equal(
    contactsOf(registrar),
    Array.from({ length: 10 }, (_, at) => `sip:101@192.0.2.9:${40_016 + at}`),
  );
});

test('a phone that refreshes is not written; one that comes, moves or goes is', () => {
  const { clock, registrar, changes } = counted();
  const refresh = (cseq: number, port = 5062) =>
    registrar.register('101', register(cseq, 'Contact: <sip:101@192.0.2.9>', 'Expires: 120'), {
      ...source,
      port,
    });
  refresh(1);
  assert.is(changes(), 1);
  registrar.snapshot();
  for (let cseq = 2; cseq <= 360; cseq += 1) {
    clock.advance(100_000);
    refresh(cseq);
  }
  assert.is(changes(), 1, 'ten hours of refreshes');
  refresh(400, 5063);
  assert.is(changes(), 2, 'it comes from elsewhere');
  clock.advance(121_000);
  registrar.bindings('101');
  assert.is(changes(), 3, 'it is gone');
});

test('what is kept is written anew in time, so that a box that ran for weeks finds its phones', () => {
  const { clock, registrar, changes } = counted();
  registrar.register('101', register(1, 'Contact: <sip:101@192.0.2.9>'), source);
  let kept = throughFlash(registrar);
  for (let cseq = 2; cseq <= 2 * 24 * 7; cseq += 1) {
    clock.advance(HOUR_MS / 2);
    const before = changes();
    registrar.register('101', register(cseq, 'Contact: <sip:101@192.0.2.9>'), source);
    if (changes() > before) kept = throughFlash(registrar);
  }
  assert.ok(changes() <= 1 + 2 * 7, `${changes()} writes in a week`);
  const again = counted(new ManualClock(), () => 1e12 + clock.nowMs() + 5 * HOUR_MS);
  again.registrar.restore(kept);
  assert.equal(again.registrar.accounts(), ['101']);
});

test('a day later all is forgotten; a clock that was set back, or was set since it was kept, costs nothing', () => {
  const { clock, registrar, changes } = counted();
  registrar.register('101', register(1, 'Contact: <sip:101@192.0.2.9>'), source);
  const restored = (timeMs: number) => {
    const again = counted(new ManualClock(), () => timeMs);
    again.registrar.restore(throughFlash(registrar));
    return again.registrar.accounts();
  };
  assert.equal(restored(1e12 + 25 * HOUR_MS), []);
  assert.equal(restored(0), ['101']);
  let nowMs = 0;
  const unset = counted(clock, () => nowMs);
  unset.registrar.register('101', register(1, 'Contact: <sip:101@192.0.2.9>'), source);
  unset.registrar.snapshot();
  nowMs = 1e12;
  unset.registrar.register('101', register(2, 'Contact: <sip:101@192.0.2.9>'), source);
  assert.is(unset.changes(), 2, 'kept anew with the right time');
  assert.is(changes(), 1);
});

test('a document that holds anything else is refused whole', () => {
  const { registrar } = counted();
  registrar.register('101', register(1, 'Contact: <sip:101@192.0.2.9>'), source);
  const good = throughFlash(registrar) as { phones: object[] };
  const bad = [
    { contact: 'http://x' },
    { seconds: -1 },
    { source: null },
    { source: { address: 'x', port: 1 } },
  ];
  for (const wrong of [
    null,
    1,
    {},
    ...bad.map((one) => ({ ...good, phones: [...good.phones, { ...good.phones[0], ...one }] })),
  ]) {
    const fresh = counted();
    assert.throws(() => fresh.registrar.restore(wrong));
    assert.equal(fresh.registrar.accounts(), []);
  }
});

test.run();
