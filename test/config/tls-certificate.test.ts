/** The box's own certificate and the administrator's. */
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tlsCertificate } from '../../firmware/config/tls-certificate.js';

const test = suite<{ directory: string }>('TLS certificate');
test.before.each((context) => void (context.directory = mkdtempSync(path.join(tmpdir(), 'parley-tls-'))));
test.after.each(({ directory }) => rmSync(directory, { recursive: true }));

test('is made once, kept for its owner alone, and names the box by its addresses', async ({ directory }) => {
  const first = await tlsCertificate(directory, undefined);
  assert.equal(first.alarms, []);
  assert.is(statSync(path.join(directory, 'tls.pem')).mode & 0o777, 0o600);
  assert.is(new X509Certificate(first.certificate!.cert).checkIP('127.0.0.1'), '127.0.0.1');
  assert.equal(await tlsCertificate(directory, undefined), first);
});

test('is made anew where the kept one is spoilt', async ({ directory }) => {
  writeFileSync(path.join(directory, 'tls.pem'), 'not a certificate');
  const { certificate, alarms } = await tlsCertificate(directory, undefined);
  assert.ok(certificate);
  assert.equal(alarms, []);
});

test('the administrator’s is taken; if it cannot be used there is an alarm, and our own', async ({
  directory,
}) => {
  const { certificate: own } = await tlsCertificate(directory, undefined);
  renameSync(path.join(directory, 'tls.pem'), path.join(directory, 'site.pem'));
  const files = { certificateFile: 'site.pem', keyFile: 'site.pem' };
  assert.equal(await tlsCertificate(directory, files), { certificate: own, alarms: [] });

  const missing = await tlsCertificate(directory, { ...files, keyFile: 'nowhere.pem' });
  assert.is(missing.alarms[0].code, 'tls-certificate');
  assert.match(missing.alarms[0].text, /nowhere\.pem/);
  assert.is(missing.certificate!.cert, readFileSync(path.join(directory, 'tls.pem'), 'utf8'));

  const mixed = await tlsCertificate(directory, { certificateFile: 'tls.pem', keyFile: 'site.pem' });
  assert.is(mixed.alarms[0].code, 'tls-certificate', 'a key of another certificate');
});

test.run();
