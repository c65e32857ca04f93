/** Secure RTP: libsrtp2 against node:crypto, byte for byte, and against RFC 3711 itself. */
import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Srtp } from '../../firmware/media/srtp.js';
import { beginSrtp } from '../../hal/ffi/srtp-library.js';
import { rtpPacket } from './fake-socket.js';
import { aesCm, deriveKey, protect } from './reference-srtp.js';

beginSrtp();

const test = suite('srtp');
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const key = randomBytes(30);
const scratch = new Uint8Array(2048);

function pair(rx = key, tx = rx): Srtp {
  const srtp = new Srtp();
  srtp.use({ rx, tx });
  return srtp;
}

function run(what: 'protect' | 'unprotect', srtp: Srtp, packet: Uint8Array): Buffer | null {
  scratch.set(packet);
  const length = srtp[what](scratch, packet.length);
  return length < 0 ? null : Buffer.from(scratch.subarray(0, length));
}

const packetOf = (sequence: number, ssrc = 99) =>
  rtpPacket({ payload: new Uint8Array(160).fill(sequence), sequence: sequence & 0xffff, ssrc });
const secured = (sequence: number, ssrc = 99) => protect(key, packetOf(sequence, ssrc), sequence >>> 16);
/** What comes of protected packets: a letter each, `+` accepted and right, `-` refused. */
const outcome = (srtp: Srtp, ...sequences: number[]) =>
  sequences
    .map((sequence) => {
      const plain = run('unprotect', srtp, secured(sequence));
      if (plain) assert.equal(plain, Buffer.from(packetOf(sequence)));
      return plain ? '+' : '-';
    })
    .join('');

test('AES in counter mode as RFC 3711 appendix B.2 has it', () => {
  const session = hex('2B7E151628AED2A6ABF7158809CF4F3C');
  const stream = aesCm(session, hex('F0F1F2F3F4F5F6F7F8F9FAFBFCFD0000'), 16 * 0xff02);
  const blocks: [at: number, block: string][] = [
    [0, 'E03EAD0935C95E80E166B16DD92B4EB4'],
    [1, 'D23513162B02D0F72A43A2FE4A5F97AB'],
    [2, '41E95B3BB0A2E8DD477901E4FCA894C0'],
    [0xfeff, 'EC8CDF7398607CB0F2D21675EA9EA1E4'],
    [0xff00, '362B7C3C6773516318A077D7FC5073AE'],
    [0xff01, '6A2CC3787889374FBEB4C81B17BA6C44'],
  ];
  for (const [at, block] of blocks) assert.equal(stream.subarray(16 * at, 16 * at + 16), hex(block));
});

const master = hex('E1F97A0D3E018BE0D64FA32C06DE4139');
const salt = hex('0EC675AD498AFEEBB6960B3AABE6');

test('session keys derived as in RFC 3711 appendix B.3', () => {
  assert.equal(deriveKey(master, salt, 0, 16), hex('C61E7A93744F39EE10734AFE3FF7A087'));
  assert.equal(deriveKey(master, salt, 2, 14), hex('30CBBC08863D8C85D49DB34A9AE1'));
  assert.equal(deriveKey(master, salt, 1, 20), hex('CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4'));
});

test('the packet of libsrtp2 of its own test vector, by both', () => {
  const plain = hex('800f1234decafbadcafebabe abababababababababababababababab');
  const expected = hex('800f1234decafbadcafebabe 4e55dc4ce79978d88ca4d215949d2402 b78d6acc99ea179b8dbb');
  const keyAndSalt = Buffer.concat([master, salt]);
  assert.equal(protect(keyAndSalt, plain, 0), expected);
  assert.equal(run('protect', pair(keyAndSalt), plain), expected);
});

test('random packets: libsrtp2 and node:crypto agree on every byte, both ways', () => {
  const bytes = (min: number, max: number) => fc.uint8Array({ minLength: min, maxLength: max });
  const word = fc.nat(0xffffffff);
  fc.assert(
    fc.property(
      bytes(30, 30),
      fc.nat(0x7fff),
      fc.array(fc.tuple(bytes(0, 480), word, fc.nat(127), fc.integer({ min: 1, max: 20000 })), {
        minLength: 1,
        maxLength: 30,
      }),
      word,
      (keyAndSalt, first, packets, ssrc) => {
        const srtp = pair(Buffer.from(keyAndSalt));
        let index = first;
        for (const [payload, timestamp, payloadType, step] of packets) {
          const packet = rtpPacket({ payload, sequence: index & 0xffff, timestamp, payloadType, ssrc });
          const expected = protect(keyAndSalt, packet, Math.floor(index / 65536));
          assert.equal(run('protect', srtp, packet), expected);
          assert.equal(run('unprotect', srtp, expected), Buffer.from(packet));
          index += step;
        }
        srtp.close();
      },
    ),
    { numRuns: 200 },
  );
});

test('the rollover counter grows where the sequence number wraps, also when packets cross there', () => {
  assert.is(outcome(pair(), 65534, 65537, 65535, 65536, 65538), '+++++');
  assert.is(outcome(pair(), 40000, 70000, 100000, 132000), '++++');
});

test('a repeated packet is refused, a late one accepted while the window reaches', () => {
  assert.is(outcome(pair(), 100, 100, 102, 101, 101, 102), '+-++--');
  assert.is(outcome(pair(), 1000, 1200, 1137, 1200 - 127, 1200 - 128), '++++-');
});

test('every changed byte is noticed; so is a wrong key, and what is no SRTP', () => {
  const srtp = pair();
  const good = secured(5);
  for (let at = 0; at < good.length; at++) {
    const forged = Uint8Array.from(good);
    forged[at] ^= 1;
    assert.is(run('unprotect', srtp, forged), null, `byte ${at}`);
  }
  for (const length of [0, 1, 11, 12, 21, good.length - 1])
    assert.is(run('unprotect', srtp, good.subarray(0, length)), null);
  assert.is(run('unprotect', srtp, packetOf(5)), null);
  assert.is(run('unprotect', pair(randomBytes(30)), good), null);
  assert.equal(run('unprotect', srtp, good), Buffer.from(packetOf(5)));
});

test('any bytes are refused, never an exception', () => {
  const srtp = pair();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => run('unprotect', srtp, bytes) === null),
    { numRuns: 2000 },
  );
});

test('sources have their own counters; the thirty-third makes the oldest forgotten', () => {
  const srtp = pair();
  const accepts = (ssrc: number) => run('unprotect', srtp, secured(7, ssrc)) !== null;
  for (let ssrc = 1; ssrc <= 32; ssrc++) assert.ok(accepts(ssrc));
  for (let ssrc = 1; ssrc <= 32; ssrc++) assert.not(accepts(ssrc));
  assert.ok(accepts(33));
  assert.not(accepts(2));
  assert.ok(accepts(1));
});

test('a key that stays goes on where it was; a new one begins anew', () => {
  const srtp = pair();
  const [newKey, packet] = [randomBytes(30), packetOf(9)];
  assert.is(outcome(srtp, 65535, 65536), '++');
  assert.ok(run('protect', srtp, packet));
  srtp.use({ rx: Buffer.from(key), tx: Buffer.from(key) });
  assert.is(outcome(srtp, 65536, 65537), '-+');
  assert.is(run('protect', srtp, packet), null, 'one place of the key stream is used once');
  srtp.use({ rx: newKey, tx: key });
  assert.is(outcome(srtp, 65538), '-');
  assert.equal(run('unprotect', srtp, protect(newKey, packet, 0)), Buffer.from(packet));
  assert.is(run('protect', srtp, packet), null);
});

test('without a usable key nothing is sent and nothing heard', () => {
  const srtp = pair(randomBytes(29));
  assert.is(run('protect', srtp, packetOf(1)), null);
  assert.is(run('unprotect', srtp, secured(1)), null);
  srtp.close();
  const closed = pair();
  closed.close();
  assert.is(run('protect', closed, packetOf(1)), null);
});

test.run();
