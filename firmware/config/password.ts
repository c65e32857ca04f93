/** Passwords: made, hashed by scrypt (RFC 7914), and verified. */
import { randomBytes, randomInt, scrypt, timingSafeEqual } from 'node:crypto';

const N = 16384;
const R = 8;
const P = 1;

/** `scrypt$N$r$p$salt$hash`, salt and hash in base64. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, 32, N, R, P);
  return ['scrypt', N, R, P, salt.toString('base64'), hash.toString('base64')].join('$');
}

/** Whether a password belongs to a hash of `hashPassword`, compared in constant time; false for a malformed hash. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const [scheme, n, r, p, salt, hash] = stored.split('$');
  const expected = Buffer.from(hash ?? '', 'base64');
  if (scheme !== 'scrypt' || expected.length < 16 || expected.length > 64) return false;
  // No stored hash may cost more than 128 MiB.
  if (!(Number(n) <= 1 << 17 && Number(r) <= 8 && Number(p) <= 8)) return false;
  try {
    const actual = await derive(
      password,
      Buffer.from(salt, 'base64'),
      expected.length,
      Number(n),
      Number(r),
      Number(p),
    );
    return timingSafeEqual(actual, expected);
  } catch {
    return false;
  }
}

/** A password that can be read aloud and typed: no 0 O 1 l I. */
export function randomPassword(length: number): string {
  const letters = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
  return Array.from({ length }, () => letters[randomInt(letters.length)]).join('');
}

/** Random digits, as for a PIN. */
export function randomDigits(length: number): string {
  return Array.from({ length }, () => randomInt(10)).join('');
}

/** A key of `length` bytes by scrypt (RFC 7914). */
export function derive(
  password: string,
  salt: Buffer,
  length: number,
  n: number,
  r: number,
  p: number,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, length, { N: n, r, p, maxmem: 256 * n * r }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}
