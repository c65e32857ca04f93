/** Event scripts for the four transaction machines: no socket, no clock. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { SipResponse } from 'sip-parser';
import { inviteClient, inviteClientStart } from '../../firmware/sip/invite-client.js';
import { inviteServer, inviteServerStart } from '../../firmware/sip/invite-server.js';
import { nonInviteClient, nonInviteClientStart } from '../../firmware/sip/non-invite-client.js';
import { nonInviteServer, nonInviteServerStart } from '../../firmware/sip/non-invite-server.js';

const test = suite('transactions');

const reply = (status: number) => ({ kind: 'response', status }) as SipResponse;
const respond = (status: number) => ({ type: 'respond', response: reply(status) }) as const;
const response = (status: number) => ({ type: 'response', response: reply(status) }) as const;
const timer = (name: string) => ({ type: 'timer', name }) as const;

type Effect = { type: string; name?: string; ms?: number; response?: SipResponse; why?: string };

/** Writes an effect as one short word: `send 200`, `G=500`, `-G`, `failed timeout`. */
function word(effect: Effect): string {
  if (effect.type === 'startTimer') return `${effect.name}=${effect.ms}`;
  if (effect.type === 'stopTimer') return `-${effect.name}`;
  return [effect.type, effect.response?.status, effect.why].filter((part) => part !== undefined).join(' ');
}

/** Plays a script of [event, expected state, expected effects] rows through a machine. */
function play<S extends { name: string }, E>(
  next: (state: S, event: E) => { state: S; effects: readonly Effect[] },
  state: S,
  script: [event: E, name: string, effects: string][],
): void {
  for (const [event, name, effects] of script) {
    const step = next(state, event);
    assert.is(step.effects.map(word).join(', '), effects, JSON.stringify(event));
    assert.is(step.state.name, name, JSON.stringify(event));
    state = step.state;
  }
}

test('INVITE server: a refused call repeats its answer until the ACK, and absorbs late ones', () => {
  play(inviteServer, inviteServerStart(false), [
    [{ type: 'request' }, 'proceeding', ''],
    [respond(100), 'proceeding', 'send 100'],
    [{ type: 'request' }, 'proceeding', 'send 100'],
    [respond(486), 'completed', 'send 486, H=32000, G=500'],
    [timer('G'), 'completed', 'send 486, G=1000'],
    [timer('G'), 'completed', 'send 486, G=2000'],
    [timer('G'), 'completed', 'send 486, G=4000'],
    [timer('G'), 'completed', 'send 486, G=4000'],
    [{ type: 'request' }, 'completed', 'send 486'],
    [{ type: 'ack' }, 'confirmed', '-G, -H, I=5000'],
    [{ type: 'ack' }, 'confirmed', ''],
    [timer('I'), 'terminated', 'end'],
  ]);
});

test('INVITE server: no ACK for a refusal is a timeout', () => {
  play(inviteServer, inviteServerStart(false), [
    [respond(404), 'completed', 'send 404, H=32000, G=500'],
    [timer('H'), 'terminated', '-G, -H, failed timeout, end'],
    [{ type: 'request' }, 'terminated', ''],
  ]);
});

test('INVITE server: after a 2xx, repeated INVITEs are absorbed and ACKs go to the dialog (RFC 6026)', () => {
  play(inviteServer, inviteServerStart(false), [
    [respond(180), 'proceeding', 'send 180'],
    [respond(200), 'accepted', 'send 200, L=32000'],
    [{ type: 'request' }, 'accepted', ''],
    [respond(200), 'accepted', 'send 200'],
    [respond(486), 'accepted', ''],
    [{ type: 'ack' }, 'accepted', 'passAck'],
    [timer('L'), 'terminated', 'end'],
  ]);
});

test('INVITE server over a reliable transport does not repeat', () => {
  play(inviteServer, inviteServerStart(true), [
    [respond(603), 'completed', 'send 603, H=32000'],
    [{ type: 'ack' }, 'confirmed', '-G, -H, I=0'],
  ]);
});

test('non-INVITE server: the answer is repeated for a repeated request', () => {
  play(nonInviteServer, nonInviteServerStart(false), [
    [{ type: 'request' }, 'trying', ''],
    [respond(200), 'completed', 'send 200, J=32000'],
    [{ type: 'request' }, 'completed', 'send 200'],
    [respond(500), 'completed', ''],
    [timer('J'), 'terminated', '-J, end'],
  ]);
});

test('INVITE client: doubles its interval until something comes, then times out', () => {
  play(inviteClient, inviteClientStart(false), [
    [{ type: 'start' }, 'calling', 'sendRequest, B=32000, A=500'],
    [timer('A'), 'calling', 'sendRequest, A=1000'],
    [timer('A'), 'calling', 'sendRequest, A=2000'],
    [timer('A'), 'calling', 'sendRequest, A=4000'],
    [timer('A'), 'calling', 'sendRequest, A=8000'],
    [timer('B'), 'terminated', '-A, -B, -D, failed timeout, end'],
  ]);
});

test('INVITE client: a refusal is acknowledged as often as it comes, and told once', () => {
  play(inviteClient, inviteClientStart(false), [
    [{ type: 'start' }, 'calling', 'sendRequest, B=32000, A=500'],
    [response(180), 'proceeding', '-A, -B, response 180'],
    [response(486), 'completed', '-A, -B, sendAck 486, response 486, D=32000'],
    [response(486), 'completed', 'sendAck 486'],
    [timer('D'), 'terminated', 'end'],
  ]);
});

test('INVITE client: cancelled, it waits for its answer no longer than for a first one', () => {
  play(inviteClient, inviteClientStart(false), [
    [{ type: 'start' }, 'calling', 'sendRequest, B=32000, A=500'],
    [response(180), 'proceeding', '-A, -B, response 180'],
    [{ type: 'cancel' }, 'proceeding', 'sendCancel, B=32000'],
    [{ type: 'cancel' }, 'proceeding', ''],
    [response(183), 'proceeding', 'response 183'],
    [timer('B'), 'terminated', '-A, -B, -D, failed timeout, end'],
  ]);
});

test('INVITE client: cancelled before anybody was heard, its CANCEL waits for a 1xx', () => {
  play(inviteClient, inviteClientStart(false), [
    [{ type: 'start' }, 'calling', 'sendRequest, B=32000, A=500'],
    [{ type: 'cancel' }, 'calling', ''],
    [timer('A'), 'calling', 'sendRequest, A=1000'],
    [response(180), 'proceeding', '-A, -B, sendCancel, B=32000, response 180'],
    [timer('B'), 'terminated', '-A, -B, -D, failed timeout, end'],
  ]);
});

test('INVITE client: every 2xx, also of another branch, goes to the core (RFC 6026)', () => {
  play(inviteClient, inviteClientStart(false), [
    [response(200), 'accepted', '-A, -B, response 200, M=32000'],
    [response(200), 'accepted', 'response 200'],
    [response(180), 'accepted', ''],
    [timer('M'), 'terminated', 'end'],
  ]);
});

test('non-INVITE client: interval grows to T2, is T2 after a 1xx', () => {
  play(nonInviteClient, nonInviteClientStart(false), [
    [{ type: 'start' }, 'trying', 'sendRequest, F=32000, E=500'],
    [timer('E'), 'trying', 'sendRequest, E=1000'],
    [response(100), 'proceeding', 'response 100'],
    [timer('E'), 'proceeding', 'sendRequest, E=4000'],
    [response(200), 'completed', '-E, -F, response 200, K=5000'],
    [response(200), 'completed', ''],
    [timer('K'), 'terminated', 'end'],
  ]);
});

test.run();
