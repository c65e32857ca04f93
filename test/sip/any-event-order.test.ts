/** Whatever happens to a transaction in whatever order: no stuck state, no timer that runs on. */
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { SipResponse } from 'sip-parser';
import { ManualClock } from '../../firmware/clock.js';
import { MachineRunner, type Next, type TimerEffect, type TimerEvent } from '../../firmware/machine.js';
import {
  inviteClient,
  inviteClientStart,
  type InviteClientEffect,
  type InviteClientEvent,
} from '../../firmware/sip/invite-client.js';
import {
  inviteServer,
  inviteServerStart,
  type InviteServerEffect,
  type InviteServerEvent,
} from '../../firmware/sip/invite-server.js';
import { nonInviteClient, nonInviteClientStart } from '../../firmware/sip/non-invite-client.js';
import { nonInviteServer, nonInviteServerStart } from '../../firmware/sip/non-invite-server.js';

const test = suite('any event order');

/** The longest that a transaction lives on when nothing more happens, ms. */
const LONG_ENOUGH_MS = 32_000;

const wait = fc
  .constantFrom(0, 1, 499, 500, 4000, 5000, 31_999, 32_000)
  .map((ms) => ({ type: 'wait', ms }) as const);
const reply = (status: number) => ({ kind: 'response', status }) as SipResponse;
const statuses = fc.constantFrom(100, 180, 199, 200, 202, 300, 404, 487, 500, 699).map(reply);
const transportError = fc.constant({ type: 'transportError' } as const);
type Wait = { type: 'wait'; ms: number };

const clientEvents = fc.array(
  fc.oneof(
    wait,
    transportError,
    fc.constant({ type: 'cancel' } as const),
    statuses.map((response) => ({ type: 'response', response }) as const),
  ),
  { maxLength: 30 },
);
const serverEvents = fc.array(
  fc.oneof(
    wait,
    transportError,
    fc.constantFrom({ type: 'request' } as const, { type: 'ack' } as const),
    statuses.map((response) => ({ type: 'respond', response }) as const),
  ),
  { maxLength: 30 },
);

/** Runs events, then `last` from the owner, then time alone; returns the effects in order. */
function live<
  State extends { name: string },
  Event extends { type: string },
  Effect extends { type: string },
>(
  machine: Next<State, Event | TimerEvent, Effect | TimerEffect>,
  start: State,
  events: (Event | Wait)[],
  last: Event,
): Effect[] {
  const clock = new ManualClock();
  const effects: Effect[] = [];
  const runner = new MachineRunner<State, Event, Effect>(machine, start, clock, (effect) =>
    effects.push(effect),
  );
  const isWait = (event: Event | Wait): event is Wait => event.type === 'wait';
  for (const event of events) {
    if (isWait(event)) clock.advance(event.ms);
    else runner.dispatch(event);
    if (runner.state.name === 'terminated') assert.is(clock.pending, 0, 'a timer outlives the transaction');
  }
  runner.dispatch(last);
  clock.advance(LONG_ENOUGH_MS);
  assert.is(runner.state.name, 'terminated');
  assert.is(clock.pending, 0, 'a timer outlives the transaction');
  assert.is(effects.filter(({ type }) => type === 'end').length, 1, 'ends once');
  assert.is(effects.at(-1)!.type, 'end', 'does nothing after its end');
  return effects;
}

/** A client's owner hears of one outcome at least: a final response or a failure. */
function assertOutcome(effects: InviteClientEffect[]): void {
  assert.ok(
    effects.some(
      (effect) => effect.type === 'failed' || (effect.type === 'response' && effect.response.status >= 200),
    ),
  );
}

const cancel = { type: 'cancel' } as const;
const ringing = { type: 'response', response: reply(180) } as const;
const refuse = { type: 'respond', response: reply(480) } as const;
const many = { numRuns: 3000 };

for (const reliable of [false, true]) {
  const over = reliable ? 'a stream' : 'datagrams';

  test(`INVITE client over ${over}: ends, if its owner gives up`, () => {
    type Events = (InviteClientEvent | Wait)[];
    const check = (before: Events, after: Events) => {
      const events: Events = [{ type: 'start' }, ...before, cancel, ...after];
      assertOutcome(live(inviteClient, inviteClientStart(reliable), events, ringing));
    };
    fc.assert(fc.property(clientEvents, clientEvents, check), many);
  });

  test(`other client over ${over}: ends by itself`, () => {
    const check = (events: (InviteClientEvent | Wait)[]) =>
      assertOutcome(
        live(nonInviteClient, nonInviteClientStart(reliable), [{ type: 'start' }, ...events], cancel),
      );
    fc.assert(fc.property(clientEvents, check), many);
  });

  test(`INVITE server over ${over}: ends, if its owner answers in the end`, () => {
    const check = (events: (InviteServerEvent | Wait)[]) => {
      live<ReturnType<typeof inviteServerStart>, InviteServerEvent, InviteServerEffect>(
        inviteServer,
        inviteServerStart(reliable),
        events,
        refuse,
      );
    };
    fc.assert(fc.property(serverEvents, check), many);
  });

  test(`other server over ${over}: ends, if its owner answers in the end`, () => {
    const check = (events: (InviteServerEvent | Wait)[]) => {
      live(nonInviteServer, nonInviteServerStart(reliable), events, refuse);
    };
    fc.assert(fc.property(serverEvents, check), many);
  });
}

test.run();
