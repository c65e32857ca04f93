/** Encrypted calls: phones over TLS with SRTP, beside plain ones. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Baresip } from '../support/baresip.js';
import { phones, withBox } from '../support/box.js';
import { hearEachOther } from '../support/hear-each-other.js';
import { isInstalled } from '../support/program.js';
import { amplitudeOf, decibels, toneSource } from '../support/tone.js';

const test = suite('SRTP');

const config = {
  version: 1,
  extensions: phones(3),
  conferences: [{ number: '800', description: '', type: 'static' }],
};
type Call = { number: string; srtp: boolean };

test('two phones over TLS hear each other; one of them meets a plain phone in a conference', () =>
  withBox(config, async (box) => {
    const secure = { ...(await box.by('tls')), secure: true };
    const [ann, bob] = [await box.phone('101', secure), await box.phone('102', secure)];
    const plain = await box.phone('103');
    const answered = bob.next();
    const call = await ann.dial('102');
    await hearEachOther(call, await answered);
    const calls = await box.get<Call[]>('calls');
    assert.equal(
      calls.map(({ srtp }) => srtp),
      [true, true],
    );
    await call.hangUp();

    const [one, other] = [await ann.dial('800'), await plain.dial('800')];
    await box.inside(2);
    await hearEachOther(one, other);
    const meeting = await box.get<Call[]>('calls');
    assert.equal(meeting.map(({ number, srtp }) => [number, srtp]).sort(), [
      ['101', true],
      ['103', false],
    ]);
  }));

if (isInstalled('baresip'))
  test('a baresip that insists on it meets a plain phone in a conference', () =>
    withBox(config, async (box) => {
      const { box: at, trusted } = await box.by('tls');
      const next = toneSource(800, 4000);
      const microphone = Int16Array.from(Array.from({ length: 1500 }, () => [...next()]).flat());
      const call = await (await box.phone('101')).dial('800');
      const baresip = await Baresip.start(at, '102', 'secret-102', microphone, trusted);
      try {
        await box.until<{ username: string }[]>('phones', (list) =>
          list.some(({ username }) => username === '102'),
        );
        baresip.command('dial', `sip:800@${at.address}:${at.port};transport=tls`);
        await baresip.event('CALL_ESTABLISHED');
        await box.inside(2);
        assert.ok((await box.get<Call[]>('calls')).find(({ number }) => number === '102')!.srtp);
        call.ear.source = toneSource(500, 4000);
        await call.ear.listen(50);
        const level = decibels(amplitudeOf(await call.ear.listen(100), 800), 4000);
        assert.ok(Math.abs(level) < 1, `baresip is heard at ${level.toFixed(1)} dB`);
        const heard = (await baresip.quit()).slice(-16_000, -1600);
        const theirs = decibels(amplitudeOf(heard, 500), 4000);
        assert.ok(Math.abs(theirs) < 1, `baresip hears the other at ${theirs.toFixed(1)} dB`);
      } catch (error) {
        console.log(baresip.log.slice(-3000));
        throw error;
      } finally {
        baresip.discard();
      }
    }));

test('each client that is missing has said so', () => {});

test.run();
