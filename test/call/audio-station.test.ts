/** What a button, a caller and a device that comes and goes do to an audio port. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { AudioDevice, AudioPort, AudioPortEvent } from '../../hal/audio-port.js';
import { FrameRing, frameRingMemory } from '../../hal/frame-ring.js';
import { HardwareError } from '../../hal/hardware-error.js';
import { AudioPortBoard } from '../../firmware/call/audio-port-board.js';
import { AudioStation } from '../../firmware/call/audio-station.js';
import type { Leg, LegEvent } from '../../firmware/call/leg.js';
import { ManualClock } from '../../firmware/clock.js';
import { validateConfig } from '../../firmware/config/validate.js';
import type { Media, PlayItem } from '../../firmware/media/contract.js';

const test = suite('audio station');

const PORT = 7;
const devices = { capture: 'in', playback: 'out' };
const configOf = (port: object) =>
  validateConfig({
    version: 1,
    extensions: [{ number: '101', sip: { username: '101', password: 'secret-101' } }],
    conferences: [{ number: '800', type: 'static', pin: '1234' }],
    audioPorts: [{ number: '701', role: 'room', ...devices, ...port }],
  });

/** Everything that happens around a port, in words. */
class Surroundings {
  readonly told: string[] = [];
  readonly clock = new ManualClock();
  config = configOf({});
  legs: Leg[] = [];
  /** Ends what is played now. */
  played = (): void => {};
  readonly media = {
    setLine: (_: number, { rxGainDb, halfDuplex }: { rxGainDb: number; halfDuplex: boolean }) =>
      this.told.push(`set ${rxGainDb} dB${halfDuplex ? ', half duplex' : ''}`),
    openLine: () => Promise.resolve(PORT),
    closePort: () => Promise.resolve(void this.told.push('port closed')),
    leave: () => {},
    play: (_: object, items: PlayItem[], { loop, ended }: { loop?: boolean; ended?: () => void } = {}) => {
      const hz = items.flatMap((item) => ('frequenciesHz' in item ? item.frequenciesHz : []))[0];
      this.told.push(`plays ${hz}${loop ? ' again and again' : ''}`);
      this.played = () => ended?.();
      return 1;
    },
    stopPlay: () => this.told.push('hush'),
  } as unknown as Media;
  readonly switchboard = {
    newLeg: () => ({
      id: this.legs.length + 1,
      nowMs: () => this.clock.nowMs(),
      onState: () => {},
      onClosed: () => this.told.push('leg closed'),
    }),
    keep: (leg: Leg, _: undefined, other: string) => {
      this.legs.push(leg);
      leg.onEvent = (event) => this.told.push(said(event));
      this.told.push(`${leg.direction} leg, ${other}`);
    },
    route: (_: Leg, from: object, dialled: string) =>
      this.told.push(`${Object.keys(from)[0]} calls ${dialled}`),
  };

  station(port: object): AudioStation {
    this.config = configOf(port);
    return new AudioStation(PORT, this.config.audioPorts[0], { ...this, config: () => this.config });
  }

  /** What was told since it was asked before. */
  get news(): string[] {
    return this.told.splice(0);
  }
}

function said(event: LegEvent): string {
  if (event.type === 'digit') return `key ${event.digit}`;
  return event.type === 'ended' ? `ended: ${event.cause}` : event.type;
}

const from = { number: '101', name: 'Ann' };
/** What is done in the turn of the event loop that follows. */
const turn = () => new Promise(setImmediate);

test('a caller is answered after a tone; another one finds it busy; the button hangs up', async () => {
  const around = new Surroundings();
  const station = around.station({ microphoneGainDb: -6, halfDuplex: true });
  const leg = station.call(from) as Leg;
  await turn();
  assert.equal(around.news, ['set -6 dB, half duplex', 'outgoing leg, 101', 'plays 880']);
  assert.is(leg.state, 'alerting');
  around.played();
  assert.equal(around.news, ['answered']);
  assert.is(leg.port, PORT);
  assert.is(station.call(from), 'busy');
  assert.ok(station.press());
  assert.equal(around.news, ['ended: normal', 'leg closed', 'hush']);
  assert.is(station.leg, undefined);
});

test('where it does not answer by itself it rings, until the button is pressed', async () => {
  const around = new Surroundings();
  const station = around.station({ autoAnswer: false });
  station.call(from);
  await turn();
  assert.equal(around.news.slice(1), ['outgoing leg, 101', 'plays 880 again and again', 'alerting']);
  assert.ok(station.press());
  assert.equal(around.news, ['hush', 'plays 880']);
  around.played();
  assert.equal(around.news, ['answered']);
});

test('a caller who gives up while it rings leaves it quiet', async () => {
  const around = new Surroundings();
  const station = around.station({ autoAnswer: false });
  const leg = station.call(from) as Leg;
  await turn();
  leg.hangUp('normal');
  assert.equal(around.news.slice(-3), ['ended: normal', 'leg closed', 'hush']);
  assert.is(station.leg, undefined);
});

test('the button calls, and keys the PIN of the conference', () => {
  const around = new Surroundings();
  const station = around.station({ calls: '800' });
  assert.ok(station.press());
  assert.equal(around.news.slice(1), ['incoming leg, 800', 'audioPort calls 800']);
  around.legs[0].answer();
  assert.equal(around.news, ['key 1', 'key 2', 'key 3', 'key 4', 'key #', 'answered']);
});

test('a call in vain is heard; one whose end was heard already is not heard twice', () => {
  const around = new Surroundings();
  const station = around.station({ calls: '101' });
  station.press();
  around.legs[0].hangUp('busy');
  assert.equal(around.news.slice(-3), ['ended: busy', 'leg closed', 'plays 480']);
  station.press();
  around.legs[1].ring();
  assert.ok(around.news.includes('early'));
  around.legs[1].hangUp('noAnswer');
  assert.equal(around.news.slice(-2), ['ended: noAnswer', 'leg closed']);
});

test('without anybody to call the button does nothing', () => {
  const station = new Surroundings().station({});
  assert.not(station.press());
  assert.is(station.leg, undefined);
});

/** A board whose device is there as often as `opens` says so. */
function board(opens: boolean[], around = new Surroundings()) {
  const open: { device: AudioDevice; port: AudioPort }[] = [];
  const ports = new AudioPortBoard({
    ...around,
    config: () => around.config,
    open: (device) => {
      if (!(opens.shift() ?? true)) return Promise.reject(new HardwareError('notFound', 'no such device'));
      const ring = () => new FrameRing(frameRingMemory(4));
      const port: AudioPort = {
        rx: ring(),
        tx: ring(),
        onEvent: () => {},
        close: () => Promise.resolve(void around.told.push(`${device.playback} closed`)),
      };
      open.push({ device, port });
      return Promise.resolve(port);
    },
  });
  const tell = (event: AudioPortEvent) => open.at(-1)!.port.onEvent(event);
  return { ports, open, around, tell };
}

test('a device that is not there is an alarm, and tried again after longer and longer pauses', async () => {
  const { ports, open, around } = board([false, false, false]);
  await turn();
  assert.match(ports.alarms[0].text, /^audio port 701: no such device/);
  assert.is(ports.call(around.config.audioPorts[0], from), 'unavailable');
  assert.not(ports.press('701'));
  for (const ms of [1000, 2000, 3999]) {
    around.clock.advance(ms);
    await turn();
    assert.is(open.length, 0);
  }
  around.clock.advance(1);
  await turn();
  assert.is(open.length, 1);
  assert.equal(ports.alarms, []);
  assert.is(ports.ports[0].port, PORT);
});

test('xruns are counted; a device that goes ends its call and is opened again', async () => {
  const { ports, open, around, tell } = board([]);
  await turn();
  tell({ type: 'xrun', capture: true });
  tell({ type: 'xrun', capture: false });
  tell({ type: 'xrun', capture: false });
  assert.equal(ports.ports[0].xruns, { capture: 1, playback: 2 });
  ports.call(around.config.audioPorts[0], from);
  await turn();
  around.told.length = 0;
  tell({ type: 'lost', reason: 'unplugged' });
  assert.equal(around.news, ['ended: networkFailure', 'leg closed', 'hush', 'port closed', 'out closed']);
  assert.match(ports.alarms[0].text, /unplugged/);
  around.clock.advance(1000);
  await turn();
  assert.is(open.length, 2);
  assert.equal(ports.ports[0].xruns, { capture: 1, playback: 2 }, 'since the start');
});

test('a change of level goes on with the device; another device takes its place when it is free', async () => {
  const { ports, open, around } = board([]);
  await turn();
  around.config = configOf({ microphoneGainDb: 3 });
  around.told.length = 0;
  ports.apply();
  await turn();
  assert.equal(around.news, ['set 3 dB']);
  around.config = configOf({ playback: 'other' });
  ports.apply();
  await turn();
  assert.equal(around.news, ['port closed', 'out closed', 'set 0 dB']);
  assert.is(open.at(-1)!.device.playback, 'other');
  around.config = { ...around.config, audioPorts: [] };
  ports.apply();
  await turn();
  assert.equal(around.news, ['port closed', 'other closed']);
  assert.equal(ports.ports, []);
});

test.run();
