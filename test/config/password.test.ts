import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  hashPassword,
  randomDigits,
  randomPassword,
  verifyPassword,
} from '../../firmware/config/password.js';

const test = suite('passwords');

test('a hash knows its password and no other', async () => {
  const hash = await hashPassword('pässword');
  assert.match(hash, /^scrypt\$16384\$8\$1\$[A-Za-z0-9+/]{22}==\$[A-Za-z0-9+/]{43}=$/);
  assert.ok(await verifyPassword('pässword', hash));
  assert.not(await verifyPassword('passwort', hash));
  assert.not(await verifyPassword('', hash));
  assert.is.not(await hashPassword('pässword'), hash);
});

test('the test vector of RFC 7914 §12', async () => {
  const hash =
    '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2' +
    'd5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887';
  const salt = Buffer.from('SodiumChloride').toString('base64');
  const stored = `scrypt$16384$8$1$${salt}$${Buffer.from(hash, 'hex').toString('base64')}`;
  assert.ok(await verifyPassword('pleaseletmein', stored));
  assert.not(await verifyPassword('pleaseletmeout', stored));
});

const hash = Buffer.alloc(32).toString('base64');
for (const stored of [
  '',
  'scrypt',
  'plain$secret',
  `scrypt$16384$8$1$c2FsdA==$`,
  `scrypt$16383$8$1$c2FsdA==$${hash}`,
  `scrypt$-1$8$1$c2FsdA==$${hash}`,
  `scrypt$x$8$1$c2FsdA==$${hash}`,
  `scrypt$1048576$8$1$c2FsdA==$${hash}`,
  `scrypt$16384$8$100000$c2FsdA==$${hash}`,
])
  test(`no password belongs to the malformed or costly hash ${JSON.stringify(stored)}`, async () => {
    assert.not(await verifyPassword('secret', stored));
  });

test('random passwords are long, differ, and read unambiguously', () => {
  const many = Array.from({ length: 200 }, () => randomPassword(14));
  assert.is(new Set(many).size, many.length);
  for (const one of many) assert.match(one, /^[a-km-zA-HJ-NP-Z2-9]{14}$/);
  assert.match(randomDigits(6), /^[0-9]{6}$/);
});

test.run();
