/** `a=crypto:` lines, which carry the keys of SRTP (RFC 4568); knows the one suite that we speak. */

/** Master key and salt of the suite (RFC 4568 §6.2.1). */
export const MASTER_KEY_BYTES = 30;

const SUITE = 'AES_CM_128_HMAC_SHA1_80';
/** Packets that one key may protect (RFC 3711 §9.2). */
const MAX_LIFETIME = 2 ** 48;

export type Crypto = { tag: number; key: Buffer };

/**
 * Reads the value of a crypto attribute. Undefined if it is malformed or asks for what we do not do, and is passed
 * over then (RFC 4568 §5.1.2): another suite, several keys, an MKI, a mandatory session parameter. A lifetime is the
 * business of whoever sends with the key.
 */
export function readCrypto(value: string): Crypto | undefined {
  const [tag = '', suite, keys = '', ...parameters] = value.trim().split(/ +/);
  if (!/^\d{1,9}$/.test(tag) || suite !== SUITE) return undefined;
  const match = /^inline:([A-Za-z0-9+/]{40})(?:\|((?:2\^)?\d{1,15}))?$/i.exec(keys);
  if (!match || !parameters.every(mayBeIgnored)) return undefined;
  if (match[2] !== undefined && !isLifetime(match[2])) return undefined;
  return { tag: Number(tag), key: Buffer.from(match[1], 'base64') };
}

export function writeCrypto({ tag, key }: Crypto): string {
  return `${tag} ${SUITE} inline:${key.toString('base64')}`;
}

/** RFC 4568 §6.3.6 and §6.3.7: the window size is a hint; `-` marks what may be passed over. */
function mayBeIgnored(parameter: string): boolean {
  return parameter.startsWith('-') || /^WSH=\d+$/.test(parameter);
}

function isLifetime(text: string): boolean {
  const packets = text.startsWith('2^') ? 2 ** Number(text.slice(2)) : Number(text);
  return packets >= 1 && packets <= MAX_LIFETIME;
}
