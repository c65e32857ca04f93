import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ConfigError, validateConfig } from '../../firmware/config/validate.js';

const test = suite('configuration document');

const phone = {
  number: '101',
  name: 'Reception',
  sip: { username: '101', password: 's3cret-101', maxCalls: 4 },
};
const room = {
  number: '800',
  description: 'Weekly',
  type: 'static',
  pin: '1234',
  maxParticipants: 10,
  record: false,
};
const good = { version: 1, extensions: [phone], conferences: [room] };

test('a document written by hand gets its defaults, and is itself left as it was', () => {
  const before = JSON.stringify(good);
  const config = validateConfig(good);
  assert.equal(config.network, {
    bind: '0.0.0.0',
    sipPort: 5060,
    httpPort: 8080,
    rtpPorts: [16384, 32766],
    rtpTimeoutSeconds: 60,
  });
  assert.equal(config.administrators, []);
  assert.is(config.extensions[0].sip.maxCalls, 4);
  assert.is(JSON.stringify(good), before);
});

const bad: [title: string, document: unknown, problem: RegExp][] = [
  ['no object', 'hello', /^\/ is "hello"/],
  [
    'a later version',
    { version: 2 },
    /^\/version is 2; right would be: 1: a later one needs a newer firmware$/,
  ],
  [
    'a number that is missing',
    { ...good, extensions: [{ sip: phone.sip }] },
    /number is missing; .*1 to 12 digits$/,
  ],
  ['a text for a section', { ...good, extensions: 'x' }, /^\/extensions is "x"; right would be: a list/],
  [
    'a password in the wrong place is not shown',
    { ...good, extensions: [{ ...phone, sip: 's3cret' }] },
    /sip is \*\*\*;/,
  ],
  [
    'a password hash that is none',
    { ...good, administrators: [{ name: 'a', passwordHash: 'plain' }] },
    /\/passwordHash is \*\*\*; right would be: scrypt/,
  ],
  [
    'too high a port',
    { ...good, network: { sipPort: 65536 } },
    /^\/network\/sipPort is 65536; right would be: 0 to 65535$/,
  ],
  ['no version', {}, /^\/version is missing/],
  ['an unknown section', { ...good, sip: {} }, /^\/sip is unknown; right would be: one of .*network/],
  [
    'letters in a number',
    { ...good, extensions: [{ ...phone, number: '10a' }] },
    /^\/extensions\/0\/number is "10a"; right would be: 1 to 12 digits$/,
  ],
  [
    'a number twice',
    { ...good, conferences: [{ ...room, number: '101' }] },
    /^\/conferences\/0\/number is "101"; right would be: one that extension "Reception" does not have$/,
  ],
  [
    'a user name twice',
    { ...good, extensions: [phone, { ...phone, number: '102' }] },
    /^\/extensions\/1\/sip\/username is "101"; .*extension 101/,
  ],
  [
    'a PIN that is not digits is not shown',
    { ...good, conferences: [{ ...room, pin: 'x-secret' }] },
    /^\/conferences\/0\/pin is \*\*\*; right would be: 1 to 12 digits$/,
  ],
  [
    'a PIN of a dynamic conference',
    { ...good, conferences: [{ ...room, type: 'dynamic' }] },
    /^\/conferences\/0\/pin is \*\*\*; right would be: none/,
  ],
  [
    'a room for one',
    { ...good, conferences: [{ ...room, maxParticipants: 1 }] },
    /maxParticipants is 1; right would be: 2 to 1000/,
  ],
  [
    'a type that is none',
    { ...good, conferences: [{ ...room, type: 'big' }] },
    /type is "big"; right would be: "static" or "dynamic"/,
  ],
  ['an address that is none', { ...good, network: { bind: 'localhost' } }, /^\/network\/bind is "localhost"/],
  [
    'one audio port',
    { ...good, network: { rtpPorts: [4000, 4001] } },
    /^\/network\/rtpPorts is \[4000, 4001\]/,
  ],
];
for (const [title, document, problem] of bad)
  test(`refused: ${title}`, () => {
    assert.throws(
      () => validateConfig(document),
      (error: unknown) =>
        error instanceof ConfigError && error.message.split('\n').some((line) => problem.test(line)),
    );
  });

test('all problems are told at once', () => {
  try {
    validateConfig({
      ...good,
      extensions: [{ ...phone, number: 'x', sip: { username: '', password: 'p' } }],
    });
    assert.unreachable();
  } catch (error) {
    assert.is((error as ConfigError).problems.length, 3);
    assert.not.match((error as ConfigError).message, /"p"/);
  }
});

test.run();
