/** Several packets or pieces in one input: each with its length before it, in two octets. */
import fc from 'fast-check';

export function pieces(all: readonly Uint8Array[]): Buffer {
  return Buffer.concat(all.flatMap((one) => [Buffer.from([one.length >> 8, one.length & 0xff]), one]));
}

const MOST = 32;

/** Any input is some pieces; what is behind the last is none. */
export function piecesOf(input: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at + 2 <= input.length && found.length < MOST;) {
    const length = input.readUInt16BE(at) % 2048;
    found.push(input.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return found;
}

export function octetList(maxLength: number): fc.Arbitrary<Buffer> {
  return fc.uint8Array({ maxLength }).map((octets) => Buffer.from(octets));
}
