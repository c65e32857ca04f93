/** What texts in our schemas may be: the values of `format`. */
import { isIP, isIPv6 } from 'node:net';
import { instantMs } from './instant.js';

export const formats = {
  ip: (text: string) => isIP(text) !== 0,
  network: isNetwork,
  host: isHost,
  addressOrNetwork: (text: string) => isIP(text) !== 0 || isNetwork(text),
  hostPort: isHostPort,
  timeZone: isTimeZone,
  webUrl: isWebUrl,
  instant: (text: string) => instantMs(text) !== undefined,
};

function isHost(text: string): boolean {
  return isIP(text) !== 0 || /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/.test(text);
}

/** A name of the IANA time zone database that this Node knows; no offset. */
function isTimeZone(text: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(text)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

/** `host`, `host:port`, `[2001:db8::1]:port`. */
function isHostPort(text: string): boolean {
  const [, bracketed, plain, port] = /^(?:\[(.*)\]|([^:]*))(?::([1-9][0-9]{0,4}))?$/.exec(text) ?? [];
  const host = bracketed === undefined ? plain !== undefined && isHost(plain) : isIPv6(bracketed);
  return host && (port === undefined || Number(port) <= 65535);
}

/** What is called over HTTP; credentials in it would be shown wherever it is. */
function isWebUrl(text: string): boolean {
  if (!/^https?:\/\/[!-~]+$/i.test(text) || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === '' && password === '';
}

/** An address and a prefix length: `192.168.0.0/16`. */
function isNetwork(text: string): boolean {
  const [base, bits, ...more] = text.split('/');
  const version = isIP(base);
  return (
    version !== 0 &&
    more.length === 0 &&
    /^[0-9]{1,3}$/.test(bits) &&
    Number(bits) <= (version === 4 ? 32 : 128)
  );
}
