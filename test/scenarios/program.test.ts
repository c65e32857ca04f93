/** The program as its owner meets it: first boot, options, bad documents, the state as JSON. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Ajv } from 'ajv';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { phones, program, withBox, type Status } from '../support/box.js';

const test = suite('program');

const run = (...args: string[]) =>
  spawnSync(process.execPath, [program, ...args], { encoding: 'utf8', timeout: 20_000 });

test('--help says how, --print-schema prints a schema that takes a document', () => {
  assert.match(run('--help').stdout, /usage: parley/);
  const { stdout, status } = run('--print-schema');
  assert.is(status, 0);
  const schema = JSON.parse(stdout) as Record<string, unknown>;
  const check = new Ajv({ strict: false, useDefaults: true, validateFormats: false }).compile(schema);
  assert.ok(check({ version: 1, extensions: phones(1) }));
  assert.not(check({ version: 1, extensions: [{}] }));
});

for (const [args, why] of [
  [['--sip-port', '70000'], /--sip-port 70000: a port is a number from 0 to 65535/],
  [['--media-cpu', 'all'], /--media-cpu all: a CPU is a number from 0 on/],
  [['--rtp-ports', '4000'], /--rtp-ports 4000: two ports as in 16384-32766/],
  [['--bind', 'localhost'], /--bind localhost: an IP address, or one of IPv4 and one of IPv6/],
  [['--bind', '::1,::'], /--bind ::1,::/],
  [['--colour', 'red'], /--colour/],
] as const)
  test(`refused: ${args.join(' ')}`, () => {
    const { status, stderr, stdout } = run(...args);
    assert.is(status, 1);
    assert.match(stderr, why);
    assert.is(stdout, '');
  });

test('the first boot shows once how to register a phone; the log shows no password', () =>
  withBox(undefined, async (box) => {
    await box.until<Status>('status', () => box.stdout.join('\n').includes('only once'));
    const text = box.stdout.join('\n');
    const passwords = [...text.matchAll(/password (\S+)/g)].map((match) => match[1].replace(/,$/, ''));
    assert.is(passwords.length, 4, text);
    assert.match(text, /dial 800 .*PIN \d{6}/);
    for (const secret of passwords) assert.not.match(box.log, secret);
    const document = JSON.parse(readFileSync(path.join(box.directory, 'config.json'), 'utf8')) as {
      extensions: object[];
    };
    assert.is(document.extensions.length, 4);
  }));

test('the state as JSON: for administrators alone', () =>
  withBox(
    {
      version: 1,
      extensions: phones(2),
      conferences: [{ number: '800', description: 'Weekly', type: 'static', pin: '9876' }],
    },
    async (box) => {
      assert.equal(await box.get('dial-plan'), [
        { number: '101', has: 'extension', description: 'Phone 101' },
        { number: '102', has: 'extension', description: 'Phone 102' },
        { number: '800', has: 'conference', description: 'Weekly (static)' },
      ]);
      assert.equal(await box.get('conferences'), []);
      assert.equal(await box.get('calls'), []);
      for (const what of ['status', 'conferences', 'calls', 'dial-plan']) {
        assert.not.match(JSON.stringify(await box.get(what)), /9876|secret-/, `a secret in ${what}`);
        for (const authorization of [
          '',
          'Basic !!!',
          basic(what === 'calls' ? 'nobody:test-password' : 'admin:wrong'),
        ]) {
          const answer = await fetch(`${box.http}/api/v1/${what}`, {
            headers: authorization ? { authorization } : {},
          });
          assert.is(answer.status, 401);
          assert.match(answer.headers.get('www-authenticate')!, /^Basic realm=/);
        }
      }
      const nothing = await fetch(`${box.http}/api/v1/nothing`, {
        headers: { authorization: basic('admin:test-password') },
      });
      assert.is(nothing.status, 404);
    },
  ));

test('a bad document: the box runs on defaults, with an alarm that names field, value and what would be right', () =>
  withBox(
    {
      version: 1,
      extensions: [{ number: 'abc', sip: { username: 'a', password: 'secret-1' } }],
    },
    async (box) => {
      const { alarms } = await box.get<Status>('status');
      assert.match(JSON.stringify(alarms), /\/extensions\/0\/number is .*abc.*1 to 12 digits/);
      box.process.kill('SIGTERM');
      assert.is(await box.exited, 0);
    },
  ));

test('a port that is taken is said', () =>
  withBox({ version: 1 }, (box) => {
    const directory = mkdtempSync(path.join(tmpdir(), 'parley-second-'));
    writeFileSync(path.join(directory, 'config.json'), '{"version":1}');
    const second = run(
      '--data',
      directory,
      '--bind',
      '127.0.0.1',
      '--sip-port',
      String(box.sip.port),
      '--http-port',
      '0',
    );
    assert.is(second.status, 1);
    assert.match(second.stderr, /EADDRINUSE/);
    rmSync(directory, { recursive: true });
    return Promise.resolve();
  }));

function basic(text: string): string {
  return `Basic ${Buffer.from(text).toString('base64')}`;
}

test.run();
