/** Requests within a call: order, glare, PRACK, UPDATE, session timers; by messages alone. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { SipRequest, SipResponse } from 'sip-parser';
import { Bench, offer } from '../support/sip-bench.js';

const test = suite('in dialog');

const sdp = ['Content-Type: application/sdp'];
const tagged = (bench: Bench) => (bench.sent.at(-1) as SipResponse).headers.get('To')!;

/** A call that stands, whose next refresh is ours and goes by re-INVITE, or by UPDATE if the phone allows it. */
function refreshedByUs(allow = 'INVITE, ACK, BYE'): { bench: Bench; to: string } {
  const bench = new Bench();
  bench.authenticated('INVITE', {
    lines: [...sdp, 'Supported: timer', 'Session-Expires: 120;refresher=uas', `Allow: ${allow}`],
    body: offer,
  });
  bench.call!.answer(Buffer.from('our answer'));
  const to = tagged(bench);
  bench.request('ACK', { to, seq: 2 });
  return { bench, to };
}

test('glare: their re-INVITE during ours is refused, ours comes again when theirs was in the way', () => {
  const { bench, to } = refreshedByUs();
  bench.clock.advance(60_000);
  const ours = bench.last;
  assert.is(ours.method, 'INVITE');
  assert.is(ours.body.toString(), 'answer to nothing', 'our offer');
  bench.respond(100);
  const theirs = { to, seq: 3, lines: sdp, body: 'x', branch: 'z9hG4bKglare' };
  assert.is(bench.request('INVITE', theirs).status, 491);
  bench.request('ACK', { to, seq: 3, branch: 'z9hG4bKglare' });
  assert.is(bench.request('UPDATE', { to, seq: 4, lines: sdp, body: 'x' }).status, 491);
  bench.respond(491, { request: ours });
  bench.clock.advance(2001);
  assert.is(bench.last.method, 'INVITE');
  assert.is(bench.last.headers.get('CSeq'), '2 INVITE');
  bench.respond(200, { lines: ['Session-Expires: 120;refresher=uac'], body: 'their answer' });
  assert.is(bench.last.method, 'ACK');
  assert.equal(bench.told.slice(1), ['answered', 'agreed their answer']);
  bench.request('BYE', { to, seq: 5 });
  bench.done();
});

test('a re-INVITE before the ACK of the last one: 500, to be tried again', () => {
  const bench = new Bench();
  bench.authenticated('INVITE', { lines: sdp, body: offer });
  bench.call!.answer(Buffer.from('our answer'));
  const to = tagged(bench);
  const early = bench.request('INVITE', { to, seq: 3, lines: sdp, body: 'x', branch: 'z9hG4bKearly' });
  assert.is(early.status, 500);
  assert.match(early.headers.get('Retry-After')!, /^([1-9]|10)$/);
  bench.request('ACK', { to, seq: 3, branch: 'z9hG4bKearly' });
  bench.request('ACK', { to, seq: 2 });
  assert.is(bench.request('INVITE', { to, seq: 4, lines: sdp, body: 'x' }).status, 200);
  bench.request('ACK', { to, seq: 4 });
  bench.request('BYE', { to, seq: 5 });
  bench.done();
});

test('CANCEL of a re-INVITE that has been answered: 200, and nothing changes', () => {
  const bench = new Bench();
  const to = bench.establish();
  bench.request('INVITE', { to, seq: 3, lines: sdp, body: 'x', branch: 'z9hG4bKre' });
  assert.is(bench.request('CANCEL', { to, seq: 3, branch: 'z9hG4bKre' }).status, 200);
  bench.request('ACK', { to, seq: 3 });
  assert.is(bench.request('INFO', { to, seq: 4 }).status, 200);
  bench.request('BYE', { to, seq: 5 });
  assert.equal(bench.told.slice(1), ['answered', 'ended peer']);
  bench.done();
});

test('the same request by two ways: the second is refused with 482', () => {
  const bench = new Bench();
  bench.authenticated('INVITE', { lines: sdp, body: offer });
  const options = { seq: 2, lines: sdp, body: offer, branch: 'z9hG4bKother' };
  assert.is(bench.request('INVITE', options).status, 482);
  bench.request('ACK', { ...options, to: tagged(bench) });
  bench.call!.reject(486);
  bench.request('ACK', { to: tagged(bench), seq: 2, branch: 'z9hG4bK2' });
  bench.done();
});

test('our requests follow a phone whose router gave it another port', () => {
  const bench = new Bench();
  const to = bench.establish();
  const source = { address: '192.0.2.9', port: 7777 };
  bench.request('INFO', { to, seq: 3, source });
  bench.call!.hangUp();
  assert.is(bench.last.method, 'BYE');
  assert.equal(bench.sentTo.at(-1), source);
  bench.done();
});

test('an extension or a body that we lack is refused within a call as well', () => {
  const bench = new Bench();
  const to = bench.establish();
  assert.is(bench.request('INFO', { to, seq: 3, lines: ['Require: magic'] }).status, 420);
  const other = { to, seq: 4, lines: ['Content-Type: text/plain'], body: 'x', branch: 'z9hG4bKre' };
  assert.is(bench.request('INVITE', other).status, 415);
  bench.request('ACK', { ...other, body: '' });
  bench.request('BYE', { to, seq: 5 });
  bench.done();
});

/** A caller that requires PRACK hears it ring. */
function ringing(body = offer): { bench: Bench; to: string; rack: string } {
  const bench = new Bench();
  bench.authenticated('INVITE', { lines: [...sdp, 'Require: 100rel'], body });
  bench.call!.ring(Buffer.from(body === '' ? 'our offer' : 'our answer'));
  const ring = bench.sent.at(-1) as SipResponse;
  assert.is(ring.status, 180);
  assert.is(ring.headers.get('Require'), '100rel');
  return { bench, to: tagged(bench), rack: `RAck: ${ring.headers.get('RSeq')} 2 INVITE` };
}

test('PRACK: the 180 is repeated until acknowledged; answered before, the 200 waits and needs no description', () => {
  const { bench, to, rack } = ringing();
  bench.clock.advance(1500);
  assert.equal(bench.statuses().slice(-3), [180, 180, 180]);
  assert.is(bench.request('PRACK', { to, seq: 3, lines: ['RAck: 1 9 INVITE'] }).status, 481);
  assert.is(bench.request('UPDATE', { to, seq: 4, lines: sdp, body: 'early' }).status, 500);
  bench.call!.answer();
  assert.is(bench.statuses().at(-1), 500, 'no 200 yet');
  bench.request('PRACK', { to, seq: 5, lines: [rack] });
  const [prack, ok] = bench.sent.slice(-2) as SipResponse[];
  assert.is(prack.headers.get('CSeq'), '5 PRACK');
  assert.is(ok.headers.get('CSeq'), '2 INVITE');
  assert.is(ok.status, 200);
  assert.is(ok.body.length, 0);
  bench.request('ACK', { to, seq: 2 });
  assert.is(bench.request('PRACK', { to, seq: 6, lines: [rack] }).status, 481, 'acknowledged already');
  bench.request('BYE', { to, seq: 7 });
  assert.equal(bench.told.slice(1), ['answered', 'ended peer']);
  bench.done();
});

test('PRACK: to an INVITE without offer, the offer is in the 180 and the answer in the PRACK', () => {
  const { bench, to, rack } = ringing('');
  assert.is((bench.sent.at(-1) as SipResponse).body.toString(), 'our offer');
  assert.is(bench.request('PRACK', { to, seq: 3, lines: [rack, ...sdp], body: 'their answer' }).status, 200);
  bench.call!.answer();
  bench.request('ACK', { to, seq: 2 });
  bench.request('BYE', { to, seq: 4 });
  assert.equal(bench.told.slice(1), ['agreed their answer', 'answered', 'ended peer']);
  bench.done();
});

test('PRACK and UPDATE bring new offers before the call is answered', () => {
  const { bench, to, rack } = ringing();
  const ok = bench.request('PRACK', { to, seq: 3, lines: [rack, ...sdp], body: 'second' });
  assert.is(ok.body.toString(), 'answer to second');
  const again = bench.request('UPDATE', { to, seq: 4, lines: sdp, body: 'third' });
  assert.is(again.body.toString(), 'answer to third');
  bench.request('BYE', { to, seq: 5 });
  assert.equal(bench.statuses().slice(-2), [200, 487]);
  bench.request('ACK', { to, seq: 2, branch: 'z9hG4bK2' });
  bench.done();
});

test('PRACK never comes: the call is refused', () => {
  const { bench } = ringing();
  bench.clock.advance(32_000);
  assert.is(bench.statuses().at(-1), 504);
  assert.is(bench.told.at(-1), 'ended us 504');
  bench.done();
});

test('PRACK is not asked of those who merely support it', () => {
  const bench = new Bench();
  bench.authenticated('INVITE', { lines: [...sdp, 'Supported: 100rel'], body: offer });
  bench.call!.ring();
  assert.not((bench.sent.at(-1) as SipResponse).headers.has('RSeq'));
  bench.call!.reject(486);
  bench.request('ACK', { to: tagged(bench), seq: 2, branch: 'z9hG4bK2' });
  bench.done();
});

test('UPDATE changes media in a call; one that cannot be met leaves it; ours under way, theirs waits', () => {
  const bench = new Bench();
  const to = bench.establish();
  assert.is(bench.request('UPDATE', { to, seq: 3, lines: sdp, body: 'x' }).body.toString(), 'answer to x');
  bench.call!.handlers.reoffered = (theirs) => (theirs ? undefined : Buffer.from('our offer'));
  assert.is(bench.request('UPDATE', { to, seq: 4, lines: sdp, body: 'x' }).status, 488);
  bench.request('INVITE', { to, seq: 5 });
  assert.is(bench.request('UPDATE', { to, seq: 6, lines: sdp, body: 'x' }).status, 491);
  assert.is(bench.request('UPDATE', { to, seq: 7 }).status, 200, 'a mere refresh');
  bench.request('ACK', { to, seq: 5, lines: sdp, body: 'their answer' });
  bench.request('BYE', { to, seq: 8 });
  bench.done();
});

test('session timer: less than 90 s is refused', () => {
  const bench = new Bench();
  const brief = bench.authenticated('INVITE', { lines: ['Session-Expires: 60'] });
  assert.is(brief.status, 422);
  assert.is(brief.headers.get('Min-SE'), '90');
  bench.request('ACK', { to: tagged(bench), seq: 2, branch: 'z9hG4bK2' });
  bench.done();
});

test('session timer: the phone refreshes; when it no longer does, the call ends', () => {
  const bench = new Bench();
  const lines = ['Supported: timer', 'Session-Expires: 120'];
  bench.authenticated('INVITE', { lines: [...sdp, ...lines], body: offer });
  bench.call!.answer(Buffer.from('our answer'));
  const ok = bench.sent.at(-1) as SipResponse;
  assert.is(ok.headers.get('Session-Expires'), '120;refresher=uac');
  assert.is(ok.headers.get('Require'), 'timer');
  const to = tagged(bench);
  bench.request('ACK', { to, seq: 2 });
  bench.clock.advance(60_000);
  const refreshed = bench.request('UPDATE', { to, seq: 3, lines: [...lines, 'Require: timer'] });
  assert.is(refreshed.headers.get('Session-Expires'), '120;refresher=uac');
  bench.clock.advance(87_000);
  assert.is(bench.told.at(-1), 'answered');
  bench.clock.advance(2000);
  assert.is(bench.last.method, 'BYE');
  assert.is(bench.told.at(-1), 'ended network');
  bench.done();
});

test('session timer: we refresh by UPDATE where the phone allows it; 481 to it ends the call', () => {
  const { bench } = refreshedByUs('INVITE, ACK, BYE, UPDATE');
  bench.clock.advance(60_000);
  const update = bench.last;
  assert.is(update.method, 'UPDATE');
  assert.is(update.body.length, 0);
  assert.is(update.headers.get('Session-Expires'), '120;refresher=uac');
  bench.respond(200, { lines: ['Session-Expires: 200;refresher=uac'] });
  bench.clock.advance(100_000);
  assert.is(bench.last.headers.get('CSeq'), '2 UPDATE');
  bench.respond(481);
  assert.is(bench.last.method, 'BYE');
  assert.is(bench.told.at(-1), 'ended network');
  bench.done();
});

test('session timer: a phone that is silent ends the call; one that knows no timers but answers does not', () => {
  const bench = new Bench();
  bench.establish();
  for (let n = 0; n < 2; n += 1) {
    bench.clock.advance(901_000);
    assert.is(bench.last.method, 'INVITE');
    bench.respond(488);
    bench.clock.advance(5000);
  }
  bench.clock.advance(940_000);
  assert.is(bench.told.at(-1), 'ended network');
  bench.done();
});

test('session timer: 422 to our call, and it is placed again with the interval asked for', () => {
  const bench = new Bench();
  const call = bench.dial();
  const first = bench.last;
  assert.is(first.headers.get('Session-Expires'), '1800');
  bench.respond(422, { lines: ['Min-SE: 3600'] });
  const second = bench.last;
  assert.is(second.headers.get('Session-Expires'), '3600');
  assert.is(second.headers.get('Call-ID'), first.headers.get('Call-ID'));
  assert.is(second.headers.get('CSeq'), '2 INVITE');
  bench.respond(200, { lines: ['Session-Expires: 3600;refresher=uas'], body: 'their answer' });
  call.hangUp();
  bench.done();
});

test('a call that was placed again and given up before the phone was heard: CANCEL waits for it, and nothing stays', () => {
  const bench = new Bench();
  const call = bench.dial();
  bench.respond(100);
  bench.respond(422, { lines: ['Min-SE: 3600'] });
  const second = bench.last;
  call.hangUp();
  assert.is(bench.last, second);
  bench.respond(180);
  assert.is(bench.last.method, 'CANCEL');
  assert.is(bench.last.headers.get('CSeq'), '2 CANCEL');
  bench.done();
});

/** Whatever a phone does in a call, in any order: a name and the act. */
const acts: Record<string, (bench: Bench, to: string, seq: () => number) => void> = {
  reinvite: (bench, to, seq) => bench.request('INVITE', { to, seq: seq(), lines: sdp, body: 'x' }),
  'offerless re-INVITE': (bench, to, seq) => bench.request('INVITE', { to, seq: seq() }),
  'ACK of the last': (bench, to) => acknowledge(bench, to, ''),
  'ACK with an answer': (bench, to) => acknowledge(bench, to, 'their answer'),
  update: (bench, to, seq) => bench.request('UPDATE', { to, seq: seq(), lines: sdp, body: 'x' }),
  refresh: (bench, to, seq) => bench.request('UPDATE', { to, seq: seq(), lines: ['Session-Expires: 90'] }),
  prack: (bench, to, seq) => bench.request('PRACK', { to, seq: seq(), lines: ['RAck: 1 2 INVITE'] }),
  refer: (bench, to, seq) => bench.request('REFER', { to, seq: seq(), lines: ['Refer-To: <sip:1@x>'] }),
  report: (bench) => bench.report(180),
  info: (bench, to, seq) => bench.request('INFO', { to, seq: seq() }),
  'old request': (bench, to) => bench.request('INFO', { to, seq: 1 }),
  '200 to the last': (bench) => answerLast(bench, 200),
  '491 to the last': (bench) => answerLast(bench, 491),
  '481 to the last': (bench) => answerLast(bench, 481),
  'a second': (bench) => bench.clock.advance(1000),
  'a quarter of an hour': (bench) => bench.clock.advance(900_000),
};

function acknowledge(bench: Bench, to: string, body: string): void {
  const last = bench.sent.findLast(
    (message) => message.kind === 'response' && message.headers.get('CSeq')!.endsWith('INVITE'),
  )!;
  const seq = Number.parseInt(last.headers.get('CSeq')!, 10);
  bench.request('ACK', { to, seq, body, lines: body === '' ? [] : sdp });
}

function answerLast(bench: Bench, status: number): void {
  const request = bench.sent.findLast((message) => message.kind === 'request' && message.method !== 'ACK');
  if (request) bench.respond(status, { request: request as SipRequest, body: status === 200 ? 'x' : '' });
}

test('whatever happens within a call, in any order: it can be ended, and nothing of it is left', () => {
  const script = fc.array(fc.constantFrom(...Object.keys(acts)), { maxLength: 20 });
  fc.assert(
    fc.property(script, fc.boolean(), (names, byUs) => {
      const bench = new Bench();
      const to = bench.establish();
      let seq = 2;
      for (const name of names) acts[name](bench, to, () => ++seq);
      if (byUs) bench.call!.hangUp();
      else bench.request('BYE', { to, seq: seq + 1 });
      bench.clock.advance(40_000);
      assert.is(bench.told.filter((line) => line.startsWith('ended')).length, 1);
      bench.done();
    }),
    { numRuns: 300 },
  );
});

test.run();
