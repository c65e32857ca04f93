/** Packets of strangers at the ports of audio: no octet out, no sample in; junk in encrypted calls: the calls go on. */
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { phones, withBox, type Box } from '../support/box.js';
import { hearEachOther } from '../support/hear-each-other.js';
import { rms } from '../support/tone.js';

const test = suite('stray packets');

const config = {
  version: 1,
  extensions: phones(3),
  conferences: [{ number: '800', description: '', type: 'static' }],
};

/** Every UDP port of the box but that of SIP. */
function audioPorts(box: Box): number[] {
  const { pid } = box.process;
  const inodes = readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
    } catch {
      return []; // closed since
    }
  });
  return readFileSync(`/proc/${pid}/net/udp`, 'utf8')
    .split('\n')
    .slice(1)
    .flatMap((row) => {
      const columns = row.trim().split(/\s+/);
      return inodes.includes(columns[9]) ? parseInt(columns[1].split(':')[1], 16) : [];
    })
    .filter((port) => port !== box.sip.port);
}

/** Packets as loud as can be, and whatever else might be answered: RTP, keys, RTCP, a goodbye, STUN, noise. */
function strayPackets(n: number): Buffer[] {
  const header = (payloadType: number) => {
    const octets = Buffer.from([0x80, payloadType, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9]);
    octets.writeUInt16BE(n & 0xffff, 2);
    octets.writeUInt32BE(n * 160, 4);
    return octets;
  };
  return [
    Buffer.concat([header(0), Buffer.alloc(160).map((_, at) => (at % 2 ? 0x00 : 0x80))]),
    Buffer.concat([header(101), Buffer.from([1, 0x8a, 0x01, 0xe0])]),
    Buffer.from([0x80, 200, 0, 6, ...randomBytes(24)]),
    Buffer.from([0x81, 203, 0, 1, 0, 0, 0, 9]),
    Buffer.from([0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, ...randomBytes(12)]),
    randomBytes(1 + (n % 1400)),
  ];
}

test('a stranger sprays every port of audio, before and during calls', () =>
  withBox(config, async (box) => {
    const stranger = createSocket('udp4').bind(0, '127.0.6.6');
    await once(stranger, 'listening');
    let answers = 0;
    stranger.on('message', () => (answers += 1));
    let sent = 0;
    const spray = async (rounds: number) => {
      const ports = audioPorts(box);
      for (let n = 0; n < rounds; n += 1) {
        for (const port of ports)
          for (const packet of strayPackets(n)) stranger.send(packet, port, '127.0.0.1');
        sent += ports.length;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };
    const one = await (await box.phone('101')).dial('800');
    const other = await (await box.phone('102')).dial('800');
    await box.inside(2);
    await Promise.all([one.ear.listen(75), other.ear.listen(75)]); // the tones of coming in
    const heard = Promise.all([one.ear.listen(60), other.ear.listen(60)]);
    await spray(100);
    for (const samples of await heard) assert.ok(rms(samples) < 20, `a stranger is heard: ${rms(samples)}`);
    const hearing = hearEachOther(one, other);
    await spray(50);
    await hearing;
    assert.ok(sent >= 150 * 2, `${sent} ports were sprayed`);
    assert.is(answers, 0);
    stranger.close();
  }));

test('junk at an encrypted call, from its own phone: it goes on, and the others hear nothing of it', () =>
  withBox(config, async (box) => {
    const secure = { ...(await box.by('tls')), secure: true };
    const [ann, bob] = [await box.phone('101', secure), await box.phone('102', secure)];
    const answered = bob.next();
    const call = await ann.dial('102');
    const theirs = await answered;
    await hearEachOther(call, theirs);
    for (let n = 0; n < 100; n += 1) {
      for (const packet of strayPackets(n)) call.ear.sendOctets(packet);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await hearEachOther(call, theirs);
    assert.is((await box.get<object[]>('calls')).length, 2);
  }));

test.run();
