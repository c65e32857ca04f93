/** Subscriptions: the machine by scripts, the notifier by messages. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseMessage, type SipMessage, type SipRequest, type SipResponse } from 'sip-parser';
import { ManualClock } from '../../firmware/clock.js';
import type { TimerEvent } from '../../firmware/machine.js';
import { Notifier } from '../../firmware/sip/notifier.js';
import { ProtocolError } from '../../firmware/sip/protocol-error.js';
import { subscription, subscriptionStart, type SubscriptionEvent } from '../../firmware/sip/subscription.js';
import { responseTo } from '../../firmware/sip/server-transactions.js';
import { TransactionLayer } from '../../firmware/sip/transaction-layer.js';

const test = suite('subscription');

const pace: TimerEvent = { type: 'timer', name: 'pace' };
const yes: SubscriptionEvent = { type: 'answered', accepted: true };
const no: SubscriptionEvent = { type: 'answered', accepted: false };
const changed: SubscriptionEvent = { type: 'changed' };
const first: [SubscriptionEvent, string] = [
  { type: 'subscribed', seconds: 60 },
  'startTimer expiry 60000, notify true, startTimer pace 1000',
];
const over = 'stopTimer expiry, stopTimer pace, end';

const scripts: [title: string, rows: [SubscriptionEvent | TimerEvent, string][]][] = [
  [
    'a change is told at once when it is quiet',
    [first, [yes, ''], [pace, ''], [changed, 'notify false, startTimer pace 1000']],
  ],
  [
    'many changes at once are told together',
    [
      first,
      [changed, ''],
      [changed, ''],
      [yes, ''],
      [pace, 'notify false, startTimer pace 1000'],
      [pace, ''],
    ],
  ],
  [
    'a slow phone is told when it has answered',
    [first, [pace, ''], [changed, ''], [yes, 'notify false, startTimer pace 1000']],
  ],
  ['a refresh tells everything', [first, [yes, ''], [pace, ''], first]],
  [
    'unsubscribed',
    [first, [yes, ''], [{ type: 'subscribed', seconds: 0 }, `notify true timeout, ${over}`], [changed, '']],
  ],
  ['expired', [first, [{ type: 'timer', name: 'expiry' }, `notify true timeout, ${over}`]]],
  ['the phone does not know of it any more', [first, [no, over], [pace, '']]],
  ['what was watched is gone', [first, [{ type: 'gone' }, `notify true noresource, ${over}`]]],
];
for (const [title, rows] of scripts)
  test(title, () => {
    let state = subscriptionStart;
    for (const [event, expected] of rows) {
      const step = subscription(state, event);
      state = step.state;
      const words = step.effects.map((effect) => Object.values(effect).join(' '));
      assert.is(words.join(', '), expected, event.type);
    }
  });

const peer = { address: '192.0.2.9', port: 5060 };

class Bench {
  readonly clock = new ManualClock();
  readonly sent: SipMessage[] = [];
  count = 1;
  readonly layer: TransactionLayer = new TransactionLayer(
    {
      send: (message) => void this.sent.push(message),
      localFor: () => ({ address: '192.0.2.1', port: 5060 }),
    },
    this.clock,
    {
      request: (transaction) => {
        try {
          this.notifier.serve(transaction, '101');
        } catch (error) {
          if (!(error instanceof ProtocolError)) throw error;
          transaction.respond(responseTo(transaction.request, error.status, error.reason));
        }
      },
      ack: () => {},
      cancel: () => {},
    },
  );
  readonly notifier = new Notifier(
    { layer: this.layer, clock: this.clock, contactFor: () => '<sip:192.0.2.1:5060>' },
    [
      {
        event: 'count',
        contentType: 'text/plain',
        snapshot: (resource, account) => (resource === '800' && account === '101' ? this.count : undefined),
        document: (uri, version, after, before) =>
          after === before ? undefined : `${uri} ${version} ${String(after)}`,
      },
    ],
  );
  #seq = 0;

  subscribe(...lines: string[]): SipResponse {
    const to = lines.find((line) => line.startsWith('To:')) ?? 'To: <sip:800@box>';
    const text = [
      'SUBSCRIBE sip:800@box SIP/2.0',
      `Via: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK${++this.#seq}`,
      'From: <sip:101@box>;tag=a',
      to,
      'Call-ID: c',
      `CSeq: ${this.#seq} SUBSCRIBE`,
      'Contact: <sip:101@192.0.2.9:5060>',
      ...lines.filter((line) => line !== to),
      '',
      '',
    ].join('\r\n');
    const from = this.sent.length;
    this.layer.receive(parseMessage(Buffer.from(text)), peer);
    return this.sent.slice(from).find((message) => message.kind === 'response')!;
  }

  /** The last NOTIFY, answered. */
  notified(status = 200): string {
    const notify = this.sent.filter((message): message is SipRequest => message.kind === 'request').at(-1)!;
    this.layer.receive(responseTo(notify, status, 'OK'), peer);
    return `${notify.headers.get('Subscription-State')} | ${notify.body.toString()}`;
  }
}

test('subscribe, be told, refresh, leave', () => {
  const bench = new Bench();
  const ok = bench.subscribe('Event: count;id=7', 'Expires: 100');
  assert.is(ok.status, 200);
  assert.is(ok.headers.get('Expires'), '100');
  assert.is(bench.notified(), 'active;expires=100 | sip:800@box 0 1');
  assert.match((bench.sent.at(-1) as SipRequest).headers.get('Event')!, /^count;id=7$/);
  bench.clock.advance(2000);
  bench.count = 2;
  bench.notifier.changed('count', '800');
  assert.is(bench.notified(), 'active;expires=98 | sip:800@box 1 2');
  bench.clock.advance(2000);
  const before = bench.sent.length;
  bench.notifier.changed('count', '800');
  assert.is(bench.sent.length, before, 'nothing to tell');
  bench.clock.advance(2000);
  const to = `To: ${ok.headers.get('To')}`;
  assert.is(bench.subscribe('Event: count', 'Expires: 200', to).status, 200);
  assert.is(bench.notified(), 'active;expires=200 | sip:800@box 2 2');
  assert.is(bench.subscribe('Event: count', 'Expires: 0', to).status, 200);
  assert.is(bench.notified(), 'terminated;reason=timeout | sip:800@box 3 2');
  assert.is(bench.notifier.open, 0);
  assert.is(bench.subscribe('Event: count', to).status, 481);
  bench.clock.advance(40_000);
  assert.is(bench.clock.pending, 0, 'no timer left');
});

test('refusals', () => {
  const bench = new Bench();
  assert.is(bench.subscribe('Event: nothing').status, 489);
  assert.is(bench.subscribe('Event: count', 'Expires: 5').status, 423);
  assert.is(bench.subscribe('Event: count', 'To: <sip:800@box>;tag=unknown').status, 481);
  assert.is(bench.notifier.open, 0);
});

test('a phone that answers 481 is not told again', () => {
  const bench = new Bench();
  bench.subscribe('Event: count');
  bench.notified(481);
  assert.is(bench.notifier.open, 0);
});

test.run();
