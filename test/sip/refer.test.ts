/** REFER and Replaces, by messages alone. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { SipRequest, SipResponse } from 'sip-parser';
import { readReplaces } from '../../firmware/sip/refer.js';
import { Bench, offer } from '../support/sip-bench.js';

const test = suite('refer');

const referTo = (uri: string) => [`Refer-To: <${uri}>`];
/** NOTIFYs that the box sent: event, state and status line. */
const notifies = (bench: Bench) =>
  bench.sent.flatMap((message) =>
    message.kind === 'request' && message.method === 'NOTIFY'
      ? [
          [
            message.headers.get('Event'),
            message.headers.get('Subscription-State'),
            message.body.toString().trim(),
          ].join(' | '),
        ]
      : [],
  );

test('202 first, then reports, the final one the last; a second REFER is told apart', () => {
  const bench = new Bench();
  const to = bench.establish();
  bench.call!.handlers.referred = (_number, _replaced, report) => {
    bench.report = report;
    report(180);
    return 202;
  };
  bench.request('REFER', { to, seq: 3, lines: referTo('sip:102@192.0.2.1') });
  assert.equal(
    bench.sent.slice(-3).map((message) => (message.kind === 'response' ? message.status : message.method)),
    [202, 'NOTIFY', 'NOTIFY'],
  );
  bench.report(200);
  bench.report(486);
  bench.request('REFER', { to, seq: 4, lines: referTo('sip:103@192.0.2.1') });
  assert.equal(notifies(bench), [
    'refer | active;expires=180 | SIP/2.0 100 Trying',
    'refer | active;expires=180 | SIP/2.0 180 Ringing',
    'refer | terminated;reason=noresource | SIP/2.0 200 OK',
    'refer;id=4 | active;expires=180 | SIP/2.0 100 Trying',
    'refer;id=4 | active;expires=180 | SIP/2.0 180 Ringing',
  ]);
  bench.request('BYE', { to, seq: 5 });
  bench.report(200);
  assert.is(notifies(bench).length, 5, 'nothing after BYE');
  bench.done();
});

test('BYE for somebody else is told apart', () => {
  const bench = new Bench();
  const to = bench.establish();
  bench.call!.handlers.referred = ({ method, number, leg }) => {
    bench.told.push(`${method} ${number} leg ${leg}`);
    return 403;
  };
  const lines = referTo('sip:102@192.0.2.1;leg=7;method=BYE');
  assert.is(bench.request('REFER', { to, seq: 3, lines }).status, 403);
  assert.is(bench.told.at(-1), 'BYE 102 leg 7');
  bench.request('BYE', { to, seq: 4 });
  bench.done();
});

test('outside any dialog: who has proven who they are gets an answer that opens one, and reports in it', () => {
  const bench = new Bench();
  const uri = 'sip:800@192.0.2.1';
  const lines = referTo('sip:102@192.0.2.1');
  assert.is(bench.request('REFER', { uri, lines }).status, 401);
  bench.authenticated('REFER', { uri, lines });
  assert.is(bench.told.at(-1), '101 refers 800 to INVITE 102');
  const [accepted, trying] = bench.sent.slice(-2) as [SipResponse, SipRequest];
  assert.is(accepted.status, 202);
  assert.is(trying.headers.get('From'), accepted.headers.get('To'), 'the tag of the answer');
  bench.respond(200);
  bench.report(180);
  bench.respond(481);
  bench.report(200);
  assert.equal(
    notifies(bench),
    ['refer | active;expires=180 | SIP/2.0 100 Trying', 'refer | active;expires=180 | SIP/2.0 180 Ringing'],
    'who refuses a report gets no more',
  );
  const replaces = referTo('sip:102@192.0.2.1?Replaces=a%3Bto-tag%3D1%3Bfrom-tag%3D2');
  assert.is(bench.authenticated('REFER', { uri, lines: replaces, seq: 5 }).status, 403);
  bench.done();
});

test('who wants no reports gets none', () => {
  const bench = new Bench();
  const to = bench.establish();
  const lines = [...referTo('sip:102@192.0.2.1'), 'Refer-Sub: false'];
  const accepted = bench.request('REFER', { to, seq: 3, lines });
  assert.is(accepted.status, 202);
  assert.is(accepted.headers.get('Refer-Sub'), 'false');
  bench.report(200);
  assert.equal(notifies(bench), []);
  bench.request('BYE', { to, seq: 4 });
  bench.done();
});

const refused: [title: string, lines: string[], status: number][] = [
  ['without Refer-To', [], 400],
  ['with two', [...referTo('sip:102@x'), ...referTo('sip:103@x')], 400],
  ['with what is no URI', ['Refer-To: <nonsense>'], 400],
  ['of another method', referTo('sip:102@x;method=MESSAGE'), 403],
  ['with a broken Replaces', referTo('sip:102@x?Replaces=abc'), 400],
  ['replacing no call', referTo('sip:102@x?Replaces=abc%3Bto-tag%3D1%3Bfrom-tag%3D2'), 481],
];
for (const [title, lines, status] of refused)
  test(`refused: REFER ${title}`, () => {
    const bench = new Bench();
    const to = bench.establish();
    assert.is(bench.request('REFER', { to, seq: 3, lines }).status, status);
    bench.request('BYE', { to, seq: 4 });
    bench.done();
  });

test('a Replaces of another call is found, whichever way it is written', () => {
  const bench = new Bench();
  const to = bench.establish();
  const tag = to.slice(to.indexOf(';tag=') + 5);
  const replaces = `c1%3Bfrom-tag%3Dtheirs%3BTo-Tag%3D${tag}`;
  bench.request('REFER', { to, seq: 3, lines: referTo(`sip:102@x?replaces=${replaces}`) });
  assert.is(bench.told.at(-1), 'refer to 102 in place of a call');
  bench.request('BYE', { to, seq: 4 });
  bench.done();
});

const replaced: [title: string, lines: (tag: string) => string[], status: number][] = [
  ['of no call', () => ['Replaces: c9;to-tag=1;from-tag=2'], 481],
  ['twice', (tag) => Array<string>(2).fill(`Replaces: c1;to-tag=${tag};from-tag=theirs`), 400],
  ['of one that no longer rings', (tag) => [`Replaces: c1;to-tag=${tag};from-tag=theirs;early-only`], 486],
];
for (const [title, lines, status] of replaced)
  test(`refused: INVITE with Replaces ${title}`, () => {
    const bench = new Bench();
    const to = bench.establish();
    const tag = to.slice(to.indexOf(';tag=') + 5);
    const invite = { lines: ['Content-Type: application/sdp', ...lines(tag)], body: offer, seq: 10 };
    const response: SipResponse = bench.authenticated('INVITE', invite);
    assert.is(response.status, status);
    bench.request('ACK', { to: response.headers.get('To')!, seq: 11, branch: 'z9hG4bK4' });
    bench.request('BYE', { to, seq: 20 });
    bench.done();
  });

test('a phone that moved: its owner is told the number', () => {
  const bench = new Bench();
  const told: (string | undefined)[] = [];
  bench.dial().handlers.ended = (_ending, redirect) => told.push(redirect);
  const invite: SipRequest = bench.last;
  bench.respond(302, { request: invite });
  assert.equal(told, ['101']);
  bench.done();
});

test('Replaces names the dialog as we see it', () => {
  assert.equal(readReplaces(' a@b ;to-tag=ours; from-tag=theirs ;early-only'), {
    key: 'a@b\nours\ntheirs',
    earlyOnly: true,
  });
});

test.run();
