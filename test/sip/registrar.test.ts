import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseMessage, type SipRequest } from 'sip-parser';
import { ManualClock } from '../../firmware/clock.js';
import { ProtocolError } from '../../firmware/sip/protocol-error.js';
import { Registrar } from '../../firmware/sip/registrar.js';

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

test('the eleventh phone of an extension is refused', () => {
  const registrar = new Registrar(new ManualClock());
  for (let phone = 1; phone <= 10; phone += 1)
    registrar.register('101', register(phone, `Contact: <sip:101@192.0.2.${phone}>`), source);
  assert.is(
    refusal(() => registrar.register('101', register(11, 'Contact: <sip:101@192.0.2.11>'), source)),
    '503',
  );
});

test.run();
