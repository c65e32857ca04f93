/** A backup: it comes back whole with its passphrase, and says what is wrong when it does not. */
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makeBackup, MAX_BACKUP_BYTES, openBackup } from '../../firmware/config/backup.js';
import { validateConfig } from '../../firmware/config/validate.js';

const test = suite('backup');

const PASSPHRASE = 'correct horse battery';
const SECRETS = ['s3cret-of-101', '246824', 'provider-pass', 'scrypt$16384$8$1$AAAA$BBBB'];
const config = validateConfig({
  version: 1,
  administrators: [{ name: 'admin', passwordHash: SECRETS[3], role: 'administrator' }],
  extensions: [{ number: '101', name: 'Ann', sip: { username: '101', password: SECRETS[0] } }],
  conferences: [{ number: '800', description: 'Board', type: 'static', pin: SECRETS[1] }],
  trunks: [
    {
      name: 'provider',
      type: 'register',
      server: 'sip.example',
      username: 'us',
      password: SECRETS[2],
    },
  ],
});
const head = { made: '2026-11-24T12:00:00.000Z', firmware: '0.1.0' };
const text = await makeBackup(config, PASSPHRASE, head);

const refusal = (file: string, passphrase = PASSPHRASE) =>
  openBackup(file, passphrase).then(
    () => 'opened',
    (error: Error) => `${error.name}: ${error.message}`,
  );

test('it comes back as it was', async () => {
  assert.equal(await openBackup(text, PASSPHRASE), config);
});

test('all can be read but the secrets', () => {
  for (const secret of SECRETS) assert.not.match(text, secret);
  const { config: bare, ...rest } = JSON.parse(text) as Record<string, Record<string, unknown>>;
  const conference: Record<string, unknown> = { ...config.conferences[0] };
  delete conference.pin;
  assert.equal(bare.conferences, [conference]);
  assert.equal(Object.keys(rest), ['format', 'version', 'made', 'firmware', 'secrets', 'sha256']);
});

test('the same configuration never makes the same file', async () => {
  const other = JSON.parse(await makeBackup(config, PASSPHRASE, head)) as { secrets: object };
  const { secrets } = JSON.parse(text) as { secrets: Record<string, string> };
  for (const name of ['salt', 'iv', 'data'])
    assert.is.not((other.secrets as Record<string, string>)[name], secrets[name]);
});

test('a wrong passphrase and a damaged file are told apart', async () => {
  assert.match(await refusal(text, 'correct horse batterz'), /BackupError: the passphrase is not the one/);
  assert.match(await refusal(text.replace('Board', 'Bored')), /BackupError: the backup is damaged/);
  assert.match(await refusal(text.slice(0, -100)), /BackupError: .*not a JSON document/);
});

test('white space does not matter; what is no backup, or of the future, is said', async () => {
  assert.equal(await openBackup(JSON.stringify(JSON.parse(text)), PASSPHRASE), config);
  for (const [file, why] of [
    ['', /not a JSON document/],
    ['[]', /not a backup of this kind of box/],
    ['{"format":"parley-backup","version":2}', /newer firmware/],
    ['{"format":"parley-backup","version":1}', /damaged/],
    [' '.repeat(MAX_BACKUP_BYTES + 1), /larger than any backup/],
  ] as const)
    assert.match(await refusal(file), why);
});

test('whoever changes a file and its sum cannot have it restored', async () => {
  const { createHash } = await import('node:crypto');
  const { sha256, ...whole } = JSON.parse(text.replace('Board', 'Bored')) as Record<string, unknown>;
  const forged = { ...whole, sha256: createHash('sha256').update(JSON.stringify(whole)).digest('hex') };
  assert.is.not(sha256, forged.sha256);
  assert.match(await refusal(JSON.stringify(forged)), /the passphrase is not the one/);
});

test('whatever is damaged, it is refused in words', async () => {
  const damage = fc.record({ at: fc.nat(text.length - 2), by: fc.integer({ min: 33, max: 126 }) });
  await fc.assert(
    fc.asyncProperty(damage, async ({ at, by }) => {
      const damaged = text.slice(0, at) + String.fromCharCode(by) + text.slice(at + 1);
      if (damaged === text || /\s/.test(text[at])) return;
      assert.match(await refusal(damaged), /^BackupError: the (backup|file) /);
    }),
    { numRuns: 200 },
  );
});

test.run();
