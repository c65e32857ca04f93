import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseMessage, serializeMessage, type SipRequest, type SipResponse } from 'sip-parser';
import { ManualClock } from '../../firmware/clock.js';
import { MachineRunner } from '../../firmware/machine.js';
import {
  ackIn,
  afterRequest,
  dialogOfInvite,
  dialogOfResponse,
  nextRequest,
  retargeted,
} from '../../firmware/sip/dialog.js';
import { okRepeater, type OkRepeaterEffect } from '../../firmware/sip/ok-repeater.js';

const test = suite('dialog');
const peer = { address: '192.0.2.9', port: 5062 };

function invite(seq = 7, contact = '<sip:101@192.0.2.9:5062>'): SipRequest {
  const lines = [
    'INVITE sip:800@box.example SIP/2.0',
    'Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1',
    'Record-Route: <sip:p2;lr>, <sip:p1;lr>',
    'From: "Ann" <sip:101@box.example>;tag=theirs',
    'To: <sip:800@box.example>',
    'Call-ID: c1',
    `CSeq: ${seq} INVITE`,
    'Max-Forwards: 70',
    `Contact: ${contact}`,
  ];
  return parseMessage(Buffer.from([...lines, '', ''].join('\r\n'))) as SipRequest;
}

test('called: our requests go to their Contact by the recorded route, tags turned round', () => {
  const { dialog, request } = nextRequest(dialogOfInvite(invite(), 'ours', peer), 'BYE');
  assert.is(request.uri, 'sip:101@192.0.2.9:5062');
  assert.equal(request.headers.all('Route'), ['<sip:p2;lr>', '<sip:p1;lr>']);
  assert.is(request.headers.get('From'), '<sip:800@box.example>;tag=ours');
  assert.is(request.headers.get('To'), '"Ann" <sip:101@box.example>;tag=theirs');
  assert.is(request.headers.get('CSeq'), '1 BYE');
  assert.is(nextRequest(dialog, 'INFO').request.headers.get('CSeq'), '2 INFO');
});

test('calling: the route is turned round, the ACK bears the number of the INVITE', () => {
  const ours = invite(3);
  const ok: SipResponse = {
    kind: 'response',
    status: 200,
    reason: 'OK',
    headers: ours.headers.clone(),
    body: Buffer.alloc(0),
  };
  ok.headers.set('To', '<sip:800@box.example>;tag=b').set('Contact', '<sip:800@192.0.2.77>');
  const dialog = dialogOfResponse(ours, parseMessage(serializeMessage(ok)) as SipResponse, peer);
  const ack = ackIn(dialog, 3);
  assert.equal(ack.headers.all('Route'), ['<sip:p1;lr>', '<sip:p2;lr>']);
  assert.is(ack.uri, 'sip:800@192.0.2.77');
  assert.is(ack.headers.get('CSeq'), '3 ACK');
  assert.is(nextRequest(dialog, 'BYE').request.headers.get('CSeq'), '4 BYE');
});

test('a re-INVITE moves the target; an older request than the last is out of order', () => {
  const dialog = dialogOfInvite(invite(7), 'ours', peer);
  const moved = { address: '192.0.2.9', port: 7777 };
  assert.is(afterRequest(dialog, invite(7), moved), undefined);
  const reinvite = invite(8, '<sip:moved@192.0.2.10>');
  assert.equal(afterRequest(dialog, reinvite, moved)?.peer, moved, 'a router gave it a new port');
  assert.is(afterRequest(dialog, reinvite, moved)?.target, 'sip:101@192.0.2.9:5062', 'not accepted yet');
  assert.is(retargeted(dialog, reinvite).target, 'sip:moved@192.0.2.10');
});

test('a first router of the old kind is addressed itself, and the target goes last in the route', () => {
  const strict = invite();
  strict.headers.set('Record-Route', '<sip:p2>, <sip:p1;lr>');
  const { request } = nextRequest(dialogOfInvite(strict, 'ours', peer), 'BYE');
  assert.is(request.uri, 'sip:p2');
  assert.equal(request.headers.all('Route'), ['<sip:p1;lr>', '<sip:101@192.0.2.9:5062>']);
});

test('a 2xx is repeated at growing intervals until its ACK, and not after', () => {
  const clock = new ManualClock();
  const seen: string[] = [];
  const runner = new MachineRunner(okRepeater, { name: 'idle' }, clock, (effect: OkRepeaterEffect) =>
    seen.push(`${effect.type} ${clock.nowMs()}`),
  );
  runner.dispatch({ type: 'sent' });
  clock.advance(8000);
  runner.dispatch({ type: 'ack' });
  clock.advance(60_000);
  assert.equal(seen, ['sendAgain 500', 'sendAgain 1500', 'sendAgain 3500', 'sendAgain 7500', 'acked 8000']);
  assert.is(clock.pending, 0);
});

test('a 2xx that is never acknowledged is given up after 32 s', () => {
  const clock = new ManualClock();
  const seen: string[] = [];
  const runner = new MachineRunner(okRepeater, { name: 'idle' }, clock, (effect: OkRepeaterEffect) =>
    seen.push(effect.type),
  );
  runner.dispatch({ type: 'sent' });
  clock.advance(60_000);
  assert.is(seen.at(-1), 'noAck');
  assert.is(clock.pending, 0);
});

test.run();
