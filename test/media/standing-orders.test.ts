/** What a media worker that takes over is told, by table: what the other one was told, and what it is to be. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type {
  LineSettings,
  LineSound,
  MediaCommand,
  PlayTarget,
  RtpFormat,
  RtpPeer,
} from '../../firmware/media/contract.js';
import { StandingOrders } from '../../firmware/media/standing-orders.js';

const test = suite('standing orders');

const openPort = { type: 'openPort', port: 1, address: '::1', rtpPorts: [0, 0] } as const;
const connected = (sending: boolean) =>
  ({
    type: 'connectPort',
    port: 1,
    peer: {} as RtpPeer,
    format: {} as RtpFormat,
    sending,
    receiving: true,
  }) as const;
const openLine = { type: 'openLine', port: 2, sound: {} as LineSound } as const;
const setLine = { type: 'setLine', port: 2, settings: {} as LineSettings } as const;
const join = (mix: number) => ({ type: 'join', port: 1, mix }) as const;
const leave = { type: 'leave', port: 1 } as const;
const mute = (muted: boolean) => ({ type: 'mute', port: 1, muted }) as const;
const volume = { type: 'volume', port: 1, gainDb: 3 } as const;
const closePort = { type: 'closePort', port: 1 } as const;
const play = (play: number, to: PlayTarget): MediaCommand => ({
  type: 'play',
  play,
  to,
  items: [],
  loop: false,
});
const record = { type: 'record', recording: 7, mix: 20 } as const;
const recordPort = (port: number) => ({ type: 'recordPort', recording: 7, port, track: port }) as const;

type Row = [what: string, told: MediaCommand[], again: MediaCommand[]];
const rows: Row[] = [
  [
    'the last of each kind of a port',
    [openPort, connected(false), mute(true), connected(true), mute(false)],
    [openPort, connected(true), mute(false)],
  ],
  [
    'in the order in which a port comes to be',
    [openPort, volume, join(20), connected(true)],
    [openPort, connected(true), join(20), volume],
  ],
  ['a line', [openLine, setLine], [openLine, setLine]],
  ['the mix it is in last', [openPort, join(10), join(20)], [openPort, join(20)]],
  ['no mix that it has left', [openPort, join(20), leave], [openPort]],
  ['that a port is to be closed', [openPort, closePort], [openPort, closePort]],
  ['nothing of a port that was never opened', [mute(true), leave, closePort], []],
  ['no key', [openPort, { type: 'sendKey', port: 1, key: '5' }], [openPort]],
  ['no playback that was stopped', [play(1, { mix: 20 }), { type: 'stopPlay', play: 1 }], []],
  ['none to a port that closes', [openPort, play(1, { port: 1 }), closePort], [openPort, closePort]],
  [
    'what is recorded, and of whom',
    [record, recordPort(1), recordPort(2), { type: 'unrecordPort', recording: 7, port: 1 }],
    [
      { ...record, again: true },
      { ...recordPort(2), again: true },
    ],
  ],
  ['nothing of a recording that pauses', [record, recordPort(1), { type: 'pauseRecord', recording: 7 }], []],
  ['nothing of one that is over', [record, { type: 'endRecord', recording: 7 }, recordPort(1)], []],
];

for (const [what, told, again] of rows)
  test(`${what} ${again.length > 0 ? 'is told again' : 'is not told again'}`, () => {
    const orders = new StandingOrders();
    for (const command of told) orders.note(command, 0);
    assert.equal([...orders.all(0)], again);
  });

test('a playback goes on where it has come to', () => {
  const orders = new StandingOrders();
  orders.note(play(1, { mix: 20 }), 1000);
  assert.ok(orders.isPlaying(1));
  assert.equal([...orders.all(1205)], [{ ...play(1, { mix: 20 }), ticks: 10 }]);
});

test('what is over by itself is not told again', () => {
  const orders = new StandingOrders();
  for (const command of [openPort, play(1, { mix: 20 }), record]) orders.note(command, 0);
  orders.closed(1);
  orders.played(1);
  orders.recorded(7);
  assert.not(orders.isPlaying(1));
  assert.equal([...orders.all(0)], []);
});

test.run();
