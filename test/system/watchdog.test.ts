/** systemd is told that the box lives as long as it does, over a socket as systemd opens one. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ManualClock } from '../../firmware/clock.js';
import { AlarmLights } from '../../firmware/system/alarm-lights.js';
import { Pulse } from '../../firmware/system/pulse.js';
import { ServiceManager } from '../../firmware/system/service-manager.js';

const test = suite('watchdog');

const folder = mkdtempSync(path.join(tmpdir(), 'parley-watchdog-'));
test.after(() => rmSync(folder, { recursive: true }));

/** Prints each datagram: Node has no such sockets itself. */
const LISTENER = `import socket, sys
listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind(sys.argv[1].replace("@", "\\0", 1) if sys.argv[1][0] == "@" else sys.argv[1])
print("open", flush=True)
while True: print(listener.recv(100).decode(), flush=True)`;

for (const name of [path.join(folder, 'notify'), `@parley-test-${process.pid}`])
  test(`over ${name[0] === '@' ? 'an abstract name' : 'a path'}: ready, alive, not any more, stopping`, async () => {
    const listener = spawn('python3', ['-c', LISTENER, name], { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = createInterface({ input: listener.stdout })[Symbol.asyncIterator]();
    const next = async () => (await lines.next()).value as string;
    assert.is(await next(), 'open');
    const clock = new ManualClock();
    const pulse: { still?: string } = {};
    const manager = new ServiceManager({ NOTIFY_SOCKET: name, WATCHDOG_USEC: '30000000' }, clock);
    manager.ready(() => pulse.still);
    assert.is(await next(), 'READY=1');
    clock.advance(10_000);
    assert.is(await next(), 'WATCHDOG=1');
    pulse.still = 'the media tick';
    clock.advance(60_000);
    manager.stopping();
    assert.is(await next(), 'STOPPING=1');
    listener.kill();
    await once(listener, 'exit');
  });

test('without systemd nothing is told, and nothing waits', () => {
  const clock = new ManualClock();
  const manager = new ServiceManager({}, clock);
  manager.ready(() => undefined);
  manager.stopping();
  new ServiceManager({ NOTIFY_SOCKET: '/nowhere/at/all', WATCHDOG_USEC: '3000000' }, clock).ready(
    () => undefined,
  );
  clock.advance(10_000);
});

test('a tick that stands still, and a card whose frames are all missing', () => {
  let beats = { ticks: 0, owed: [0, 0] };
  const pulse = new Pulse(() => beats);
  const after = (ticks: number, owed: number[]) => {
    beats = { ticks, owed };
    return pulse.look();
  };
  assert.is(after(500, [3, 0]), undefined);
  assert.is(after(500, [3, 0]), 'the media tick');
  assert.is(after(1000, [3, 499]), undefined);
  assert.is(after(1500, [3, 999]), 'a line card');
  assert.is(after(2000, [3]), undefined, 'the card was given up');
  assert.is(after(2500, [3]), undefined);
});

test('lights and relays of alarms, and no others', () => {
  for (const light of ['board:red:alarm', 'relay::fault-1', 'board:green:status']) {
    mkdirSync(path.join(folder, 'leds', light), { recursive: true });
    writeFileSync(path.join(folder, 'leds', light, 'max_brightness'), '255\n');
    writeFileSync(path.join(folder, 'leds', light, 'brightness'), '7');
  }
  const now = () =>
    ['board:red:alarm', 'relay::fault-1', 'board:green:status'].map((light) =>
      readFileSync(path.join(folder, 'leds', light, 'brightness'), 'utf8'),
    );
  const lights = new AlarmLights(path.join(folder, 'leds'));
  lights.show(true);
  assert.equal(now(), ['255', '255', '7']);
  lights.show(false);
  assert.equal(now(), ['0', '0', '7']);
  new AlarmLights(path.join(folder, 'nowhere')).show(true);
});

test.run();
