/** Programs of other people dial in: they register, key the PIN by RFC 4733, talk and hear. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { PortStats } from '../../firmware/media/stats.js';
import { Baresip } from '../support/baresip.js';
import { Box, phones, type Status } from '../support/box.js';
import { isInstalled } from '../support/program.js';
import { encodeG711 } from '../support/reference-g711.js';
import type { TestCall } from '../support/test-call.js';
import { amplitudeOf, decibels, toneSource } from '../support/tone.js';

const test = suite('real clients');

const config = {
  version: 1,
  extensions: phones(3),
  conferences: [{ number: '800', description: 'Weekly', type: 'static', pin: '1234' }],
};
type Call = { number: string; state: string; media: PortStats };
const AMPLITUDE = 4000;

/** `seconds` of a tone. */
function tone(hz: number, seconds: number, rateHz = 8000): Int16Array {
  const next = toneSource(hz, AMPLITUDE, rateHz);
  return Int16Array.from(Array.from({ length: seconds * 50 }, () => [...next()]).flat());
}

/** A test phone that sings 500 Hz in the conference. */
async function singer(box: Box) {
  const call = await (await box.phone('101')).dial('800');
  call.ear.keys('1234#');
  await box.inside(1);
  call.ear.source = toneSource(500, AMPLITUDE);
  return call;
}

if (isInstalled('baresip'))
  test('baresip', async () => {
    const box = await Box.start(config);
    const call = await singer(box);
    const baresip = await Baresip.start(box.sip, '102', 'secret-102', tone(800, 30));
    try {
      await box.until<Status>('status', ({ phones: registered }) => registered.length === 2);
      baresip.command('dial', `800@${box.sip.address}:${box.sip.port}`);
      await baresip.event('CALL_ESTABLISHED');
      for (const digit of '1234#') baresip.command('sndcode', digit);
      await box.inside(2);
      await call.ear.listen(50);
      const level = decibels(amplitudeOf(await call.ear.listen(100), 800), AMPLITUDE);
      assert.ok(Math.abs(level) < 1, `baresip is heard at ${level.toFixed(1)} dB`);
      // By RTCP each end knows what of it came to the other.
      await box.until<Call[]>('calls', (calls) =>
        calls.some(
          ({ number, media }) =>
            number === '102' && media.quality.txLoss === 0 && media.quality.roundTripMs! < 100,
        ),
      );
      baresip.command('hangup');
      await box.inside(1);
      const heard = (await baresip.quit()).slice(-16_000, -1600);
      const [theirs, own] = [500, 800].map((hz) => decibels(amplitudeOf(heard, hz), AMPLITUDE));
      assert.ok(Math.abs(theirs) < 1, `baresip hears the other at ${theirs.toFixed(1)} dB`);
      assert.ok(own < -40, `baresip hears itself at ${own.toFixed(1)} dB`);
    } catch (error) {
      console.log(baresip.log.slice(-3000));
      throw error;
    } finally {
      baresip.discard();
    }
    await box.stop();
  });

if (isInstalled('baresip'))
  test('baresip holds, resumes and transfers', async () => {
    const box = await Box.start(config);
    const [ann, bob] = await Promise.all(['101', '103'].map((number) => box.phone(number)));
    const baresip = await Baresip.start(box.sip, '102', 'secret-102', tone(800, 30));
    const level = async (call: TestCall) => decibels(amplitudeOf(await call.ear.listen(50), 800), AMPLITUDE);
    try {
      await box.until<Status>('status', ({ phones: registered }) => registered.length === 3);
      const called = ann.next();
      baresip.command('dial', `101@${box.sip.address}:${box.sip.port}`);
      const call = await called;
      await baresip.event('CALL_ESTABLISHED');
      await call.ear.listen(50);
      assert.ok(Math.abs(await level(call)) < 1, 'baresip is heard');
      baresip.command('hold');
      await box.until<Call[]>('calls', (calls) => calls.some(({ state }) => state === 'held'));
      await call.ear.listen(25);
      assert.ok((await level(call)) < -20, 'music instead');
      baresip.command('resume');
      await box.until<Call[]>('calls', (calls) => calls.every(({ state }) => state === 'answered'));
      await call.ear.listen(25);
      assert.ok(Math.abs(await level(call)) < 1, 'baresip is heard again');
      const target = bob.next();
      baresip.command('transfer', `sip:103@${box.sip.address}:${box.sip.port}`);
      const transferred = await target;
      await baresip.event('CALL_CLOSED');
      call.ear.source = toneSource(500, AMPLITUDE);
      await transferred.ear.listen(50);
      const heard = decibels(amplitudeOf(await transferred.ear.listen(50), 500), AMPLITUDE);
      assert.ok(Math.abs(heard) < 1, `the new party hears the old one at ${heard.toFixed(1)} dB`);
    } catch (error) {
      console.log(baresip.log.slice(-3000));
      throw error;
    } finally {
      baresip.discard();
    }
    await box.stop();
  });

for (const [how, transport] of isInstalled('sipp')
  ? ([
      ['UDP', 'u1'],
      ['TCP', 't1'],
    ] as const)
  : [])
  test(`sipp over ${how}`, async () => {
    const box = await Box.start(config);
    const call = await singer(box);
    const directory = mkdtempSync(path.join(tmpdir(), 'parley-sipp-'));
    const sound = path.join(directory, 'tone.al');
    writeFileSync(
      sound,
      Uint8Array.from(tone(800, 10), (sample) => encodeG711('PCMA', sample)),
    );
    const scenario = readFileSync(
      fileURLToPath(new URL('../../../test/fixtures/sipp-caller.xml', import.meta.url)),
      'utf8',
    );
    writeFileSync(path.join(directory, 'caller.xml'), scenario.replace('TONE', sound));
    writeFileSync(
      path.join(directory, 'users.csv'),
      'SEQUENTIAL\n103;[authentication username=103 password=secret-103]\n',
    );
    const args = `${box.sip.address}:${box.sip.port} -sf caller.xml -inf users.csv -s 800 -i 127.0.0.1 -mi 127.0.0.1 -m 1 -t ${transport}`;
    const sipp = spawn('sipp', [...args.split(' '), '-p', '0', '-nostdin', '-trace_err'], { cwd: directory });
    let output = '';
    for (const stream of [sipp.stdout, sipp.stderr])
      stream.on('data', (data: Buffer) => (output += data.toString()));
    const ended = once(sipp, 'exit') as Promise<[number]>;
    try {
      await box.inside(2);
      await call.ear.listen(200);
      const level = decibels(amplitudeOf(await call.ear.listen(100), 800), AMPLITUDE);
      assert.ok(Math.abs(level) < 1, `sipp is heard at ${level.toFixed(1)} dB`);
      box.process.kill('SIGTERM'); // the box ends sipp's call, which ends its scenario
      assert.is((await ended)[0], 0, 'sipp says that its call went well');
      assert.is(await box.exited, 0);
    } catch (error) {
      console.log(output.slice(-3000));
      throw error;
    } finally {
      sipp.kill('SIGKILL');
      rmSync(directory, { recursive: true });
      await box.discard();
    }
  });

test('each client that is missing has said so', () => {});

test.run();
