/** The certificate of the box: the administrator's, or one that it made for itself and keeps beside its configuration. */
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import path from 'node:path';
import { createSecureContext } from 'node:tls';
import { promisify } from 'node:util';
import { makeFolder } from '../flash-folder.js';
import type { Alarm } from './config-store.js';
import { flashSafeWrite } from './flash-safe-write.js';

const run = promisify(execFile);

/** PEM, the certificate with its chain. */
export type Certificate = { cert: string; key: string };

const LIFE_DAYS = 3650;
/** A certificate of ours that ends this soon is made anew at start. */
const RENEW_MS = 30 * 24 * 3600_000;

type WithAlarms = { certificate?: Certificate; alarms: Alarm[] };

/**
 * The box's own, kept beside its configuration or made now, which takes a while. If none can be made, that is an alarm: the
 * box goes on without TLS.
 */
export async function ownCertificate(directory: string): Promise<WithAlarms> {
  try {
    return { certificate: await keptOrMade(directory), alarms: [] };
  } catch (error) {
    const text = `no certificate could be made: ${(error as Error).message}; there is no TLS`;
    return { alarms: [{ code: 'tls-off', text }] };
  }
}

/** The certificate for TLS: the administrator's, if these files hold one, or our own. If they hold none, that is an alarm. */
export async function tlsCertificate(
  directory: string,
  files: { certificateFile: string; keyFile: string } | undefined,
  own = ownCertificate(directory),
): Promise<WithAlarms> {
  if (!files) return own;
  try {
    const read = (file: string) => readFileSync(path.resolve(directory, file), 'utf8');
    return { certificate: usable(read(files.certificateFile), read(files.keyFile)), alarms: [] };
  } catch (error) {
    const text = `the certificate of /network/tls cannot be used: ${(error as Error).message}; the box shows its own`;
    const { certificate, alarms } = await own;
    return { certificate, alarms: [{ code: 'tls-certificate', text }, ...alarms] };
  }
}

/** One file for both, so that they always fit. */
async function keptOrMade(directory: string): Promise<Certificate> {
  const file = path.join(directory, 'tls.pem');
  const kept = existsSync(file) ? keptCertificate(readFileSync(file, 'utf8')) : undefined;
  if (kept) return kept;
  const pem = await makeCertificate();
  makeFolder(directory);
  flashSafeWrite(file, Buffer.from(pem));
  return usable(pem, pem);
}

function keptCertificate(pem: string): Certificate | undefined {
  try {
    const ends = Date.parse(new X509Certificate(pem).validTo);
    return ends - Date.now() > RENEW_MS ? usable(pem, pem) : undefined;
  } catch {
    return undefined;
  }
}

/** Throws OpenSSL's error if a key does not fit its certificate, or one of them is none. */
function usable(cert: string, key: string): Certificate {
  createSecureContext({ cert, key });
  return { cert, key };
}

/** Key (RSA: old phones know nothing else) and certificate in one text, for the names and addresses of this machine. */
async function makeCertificate(): Promise<string> {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const names = [
    ...(/^[A-Za-z0-9.-]{1,63}$/.test(hostname()) ? [`DNS:${hostname()}`] : []),
    'DNS:localhost',
    ...addresses.map(({ address }) => `IP:${address}`),
  ];
  const { stdout } = await run('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-sha256', '-days', String(LIFE_DAYS)],
    ...['-subj', '/CN=Parley', '-addext', `subjectAltName=${names.join(',')}`],
    ...['-keyout', '-', '-out', '-'],
  ]);
  return stdout;
}
