/** Event scripts for the life of a call. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  inviteSession,
  type InviteSessionEvent,
  type InviteSessionState,
} from '../../firmware/sip/invite-session.js';

const test = suite('invite session');

const incoming: InviteSessionState = { name: 'incoming' };
const outgoing: InviteSessionState = { name: 'outgoing', heard: false, leaving: false };

/** Events as words (`reject 486`), effects as words (`respond 486`, `ended us 486`). */
const scripts: [title: string, start: InviteSessionState, rows: [event: string, effects: string][]][] = [
  [
    'called, answered, the caller hangs up',
    incoming,
    [
      ['ring', 'respond 180'],
      ['answer', 'respond 200'],
      ['acked', 'confirmed'],
      ['bye', 'ended peer'],
      ['bye', ''],
      ['hangUp', ''],
    ],
  ],
  [
    'called, the caller gives up while it rings',
    incoming,
    [
      ['ring', 'respond 180'],
      ['cancelled', 'respond 487, ended peer 487'],
    ],
  ],
  [
    'called, the caller gives up while it rings by BYE',
    incoming,
    [
      ['ring', 'respond 180'],
      ['bye', 'respond 487, ended peer 487'],
    ],
  ],
  [
    'a CANCEL that crosses our answer does nothing',
    incoming,
    [
      ['answer', 'respond 200'],
      ['cancelled', ''],
      ['acked', 'confirmed'],
    ],
  ],
  [
    'refused',
    incoming,
    [
      ['reject 486', 'respond 486, ended us 486'],
      ['cancelled', ''],
    ],
  ],
  [
    'hung up by us before the ACK: BYE waits for it',
    incoming,
    [
      ['answer', 'respond 200'],
      ['hangUp', ''],
      ['acked', 'sendBye, ended us'],
    ],
  ],
  [
    'no ACK ever comes',
    incoming,
    [
      ['answer', 'respond 200'],
      ['noAck', 'sendBye, ended network'],
    ],
  ],
  [
    'refused after the ACK, whose answer was no good',
    incoming,
    [
      ['answer', 'respond 200'],
      ['acked', 'confirmed'],
      ['reject 488', 'sendBye, ended us 488'],
    ],
  ],
  [
    'calling, answered, we hang up',
    outgoing,
    [
      ['provisional 100', 'trying'],
      ['provisional 180', 'ringing'],
      ['accepted', 'confirmed'],
      ['accepted', ''],
      ['hangUp', 'sendBye, ended us'],
    ],
  ],
  [
    'given up while it rings',
    outgoing,
    [
      ['provisional 180', 'ringing'],
      ['hangUp', 'sendCancel'],
      ['refused 487', 'ended us 487'],
    ],
  ],
  [
    'given up before anything came: CANCEL waits for a 1xx',
    outgoing,
    [
      ['hangUp', ''],
      ['provisional 180', 'sendCancel'],
      ['provisional 180', ''],
    ],
  ],
  [
    'an answer that crosses our CANCEL is ended by BYE',
    outgoing,
    [
      ['provisional 180', 'ringing'],
      ['hangUp', 'sendCancel'],
      ['accepted', 'sendBye, ended us'],
    ],
  ],
  [
    'busy',
    outgoing,
    [
      ['refused 486', 'ended peer 486'],
      ['accepted', ''],
    ],
  ],
  ['nobody there', outgoing, [['failed', 'ended network 408']]],
];

for (const [title, start, rows] of scripts)
  test(title, () => {
    let state = start;
    for (const [text, expected] of rows) {
      const [type, status] = text.split(' ');
      const step = inviteSession(state, { type, status: Number(status) } as InviteSessionEvent);
      const words = step.effects.map((effect) =>
        Object.values(effect)
          .filter((part) => part !== undefined)
          .join(' '),
      );
      assert.is(words.join(', '), expected, text);
      state = step.state;
    }
  });

test.run();
