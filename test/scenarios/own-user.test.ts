/** The box as a user of its own, with the two capabilities of docs/security.md, and with none. */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ADMIN_PASSWORD, Box, phones } from '../support/box.js';
import { freeLowPort, isInstalled } from '../support/program.js';

const test = suite('own user');

const config = {
  version: 1,
  extensions: phones(2),
  conferences: [{ number: '800', type: 'static', pin: '4711' }],
};
const USER = 'nobody';
/** Linux, include/uapi/linux/capability.h: their bits. */
const CAPABILITIES = { net_bind_service: 10, sys_nice: 23 };
type Ticks = { realtime: boolean; onCpu?: number };
type Capability = keyof typeof CAPABILITIES;

function as(user: string, capabilities: Capability[]): string[] {
  const set = ['-all', ...capabilities.map((one) => `+${one}`)].join();
  const sets = ['inh', 'ambient', 'bounding'].map(
    (one) => `--${one}${one === 'bounding' ? '-set' : '-caps'}=${set}`,
  );
  return [
    'setpriv',
    `--reuid=${user}`,
    `--regid=${user === USER ? 'nogroup' : user}`,
    '--clear-groups',
    '--no-new-privs',
    ...sets,
  ];
}

/** A field of /proc/PID/status. */
function field(box: Box, name: string): string {
  const status = readFileSync(`/proc/${box.process.pid}/status`, 'utf8');
  return new RegExp(`^${name}:\\t(.*)$`, 'm').exec(status)![1];
}

async function works(box: Box): Promise<void> {
  const [one, two] = [await box.phone('101'), await box.phone('102')];
  for (const phone of [one, two]) (await phone.dial('800')).ear.keys('4711#');
  await box.inside(2, '800');
  const made = await box.ask('config/extensions/103', 'PUT', { name: 'Third' });
  assert.is(made.status, 200, await made.clone().text());
}

async function live(capabilities: Capability[], options: string[], look: (box: Box) => Promise<void> | void) {
  const how = { through: as(USER, capabilities), user: USER, options };
  const box = await Box.start(config, '127.0.0.1', [], ADMIN_PASSWORD, how);
  try {
    const mask = capabilities.reduce((sum, one) => sum + 2 ** CAPABILITIES[one], 0);
    for (const set of ['CapEff', 'CapPrm', 'CapBnd', 'CapAmb'])
      assert.is(parseInt(field(box, set), 16), mask, `${capabilities.join()}: ${set}`);
    assert.not.match(field(box, 'Uid'), /\b0\b/);
    assert.is(field(box, 'NoNewPrivs'), '1');
    assert.not.match(box.log, /runs as root/);
    await works(box);
    for (const name of readdirSync(box.directory, { recursive: true, encoding: 'utf8' })) {
      const { mode } = statSync(path.join(box.directory, name));
      assert.is(mode & 0o077, 0, `${name} is for others too`);
    }
    await look(box);
    await box.stop();
  } finally {
    await box.discard();
  }
}

if (process.getuid?.() !== 0) console.log('SKIPPED: only root can start a program as somebody else');
else if (isInstalled('setpriv')) {
  test('with ports below 1024 and real-time priority alone: calls, changes, pages at a low port', async () => {
    const port = await freeLowPort();
    const options = ['--http-port', String(port), '--media-cpu', '1023'];
    await live(['net_bind_service', 'sys_nice'], options, async (box) => {
      assert.is(Number(new URL(box.http).port), port);
      const { ticks } = await box.get<{ ticks: Ticks }>('system');
      assert.ok(ticks.realtime, 'the media worker is in the real-time class');
      assert.is(ticks.onCpu, undefined, 'there is no such CPU, and that does no harm');
    });
  });

  test('with nothing at all: the same, but for priority; the media worker keeps to the CPU it is given', () =>
    live([], ['--media-cpu', '0'], async (box) => {
      const { ticks } = await box.get<{ ticks: Ticks }>('system');
      assert.not(ticks.realtime);
      assert.is(ticks.onCpu, 0);
      const tasks = `/proc/${box.process.pid}/task`;
      const bound = readdirSync(tasks).filter((task) =>
        /^Cpus_allowed_list:\t0$/m.test(readFileSync(`${tasks}/${task}/status`, 'utf8')),
      );
      assert.ok(bound.length === 1 || cpus().length === 1, `threads on CPU 0 alone: ${bound.join()}`);
    }));
}

test.run();
