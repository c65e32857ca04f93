/** Registrations as they are kept over a restart, read without trust in what the file says. */
import { isIP } from 'node:net';
import { parseUri } from 'sip-parser';
import type { Binding } from './binding.js';
import type { Endpoint } from './transport.js';

export type KeptPhone = { account: string } & Omit<Binding, 'expiresAtMs'>;
export type KeptPhones = { version: 1; savedAt: number; phones: KeptPhone[] };

/** Throws an Error that says which phone is none. */
export function readPhones(document: unknown): KeptPhones {
  const { version, savedAt, phones } = document as Partial<KeptPhones>;
  if (version !== 1 || typeof savedAt !== 'number' || !Array.isArray(phones))
    throw new Error('these are no registrations');
  phones.forEach((phone, at) => {
    if (!isPhone(phone)) throw new Error(`phone ${at + 1} of the registrations is none`);
  });
  return { version, savedAt, phones };
}

function isPhone(phone: Record<string, unknown>): boolean {
  const { account, contact, source, userAgent, seconds, callId, cseq } = phone;
  if (![account, contact, userAgent, callId].every((text) => typeof text === 'string')) return false;
  if (!isCount(seconds) || !isCount(cseq) || !isEndpoint(source as Endpoint)) return false;
  return /^sips?$/.test(parseUri(contact as string).scheme);
}

function isEndpoint({ address, port, transport = 'udp' }: Endpoint): boolean {
  return isIP(address) !== 0 && isCount(port) && port < 65_536 && ['udp', 'tcp', 'tls'].includes(transport);
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}
