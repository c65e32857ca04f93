/** SRTP a second time, over node:crypto and straight from RFC 3711: what libsrtp2 is checked against. */
import { createCipheriv, createHmac } from 'node:crypto';

const TAG_BYTES = 10;

/** RFC 3711 §4.1.1: the key stream of AES in counter mode from this first counter block on. */
export function aesCm(key: Buffer, counter: Buffer, length: number): Buffer {
  return createCipheriv('aes-128-ctr', key, counter).update(Buffer.alloc(length));
}

/** RFC 3711 §4.3.1, without a key derivation rate: label 0 encrypts, 1 authenticates, 2 salts. */
export function deriveKey(master: Buffer, salt: Buffer, label: number, length: number): Buffer {
  const counter = Buffer.concat([salt, Buffer.alloc(2)]);
  counter[7] ^= label;
  return aesCm(master, counter, length);
}

/** Encrypts and signs one RTP packet whose header has no CSRC and no extension. */
export function protect(keyAndSalt: Uint8Array, packet: Uint8Array, rollovers: number): Buffer {
  const [master, salt] = [Buffer.from(keyAndSalt.subarray(0, 16)), Buffer.from(keyAndSalt.subarray(16))];
  const cipherKey = deriveKey(master, salt, 0, 16);
  const authenticationKey = deriveKey(master, salt, 1, 20);
  const counter = Buffer.concat([deriveKey(master, salt, 2, 14), Buffer.alloc(2)]);
  const roc = Buffer.alloc(4);
  roc.writeUInt32BE(rollovers);
  // RFC 3711 §4.1.1: IV = (salt * 2^16) XOR (SSRC * 2^64) XOR (index * 2^16).
  for (let i = 0; i < 4; i++) counter[4 + i] ^= packet[8 + i];
  for (let i = 0; i < 4; i++) counter[8 + i] ^= roc[i];
  for (let i = 0; i < 2; i++) counter[12 + i] ^= packet[2 + i];
  const cipher = createCipheriv('aes-128-ctr', cipherKey, counter);
  const encrypted = Buffer.concat([packet.subarray(0, 12), cipher.update(packet.subarray(12))]);
  const tag = createHmac('sha1', authenticationKey).update(encrypted).update(roc).digest();
  return Buffer.concat([encrypted, tag.subarray(0, TAG_BYTES)]);
}
