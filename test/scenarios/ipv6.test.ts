/** Phones over IPv6, beside others over IPv4; and phones beyond a router, who are told its address. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ServerTransaction } from '../../firmware/sip/server-transactions.js';
import { phones, withBox } from '../support/box.js';
import { hearEachOther } from '../support/hear-each-other.js';

const test = suite('IPv6 and routers');

const config = {
  version: 1,
  extensions: phones(4),
  conferences: [{ number: '800', description: '', type: 'static' }],
};

test('a box at ::1: phones over UDP and TCP hear each other in a conference, and call each other', () =>
  withBox(
    config,
    async (box) => {
      assert.match(box.stdout[0], /sip=udp:\[::1\]:\d+ http=http:\/\/\[::1\]:\d+( |$)/);
      const [ann, bob] = [await box.phone('101'), await box.phone('102', await box.by('tcp'))];
      assert.match(ann.contact, '@[::1]:');
      const [one, other] = [await ann.dial('800'), await bob.dial('800')];
      assert.match(one.target, /^sip:800@\[::1\]:\d+$/);
      assert.is(one.ear.remote.address, '::1', 'audio');
      await box.inside(2);
      await hearEachOther(one, other);
      await Promise.all([one.hangUp(), other.hangUp()]);

      const invited = new Promise<ServerTransaction>((resolve) => (bob.onIncoming = resolve));
      const dialled = ann.dial('102');
      const transaction = await invited;
      assert.match(transaction.request.headers.get('Via')!, /^SIP\/2\.0\/TCP \[::1\]:\d+;/);
      const answered = await bob.accept(transaction);
      await hearEachOther(await dialled, answered);
    },
    '::1',
  ));

test('a box at all addresses: a phone over TLS and IPv6, one over IPv4, one conference', () =>
  withBox(
    config,
    async (box) => {
      const four = await box.phone('101', { box: { ...box.sip, address: '127.0.0.1' } });
      const six = await box.phone('102', await box.by('tls', '::1'));
      const [one, other] = [await four.dial('800'), await six.dial('800')];
      await box.inside(2);
      assert.equal(
        [one, other].map(({ ear }) => ear.remote.address),
        ['127.0.0.1', '::1'],
      );
      await hearEachOther(one, other);
    },
    '::',
  ));

test('a phone outside the local networks is told the external address, one inside never', () =>
  withBox(
    { ...config, network: { externalAddress: '203.0.113.5', localNetworks: ['127.0.0.0/30'] } },
    async (box) => {
      const near = await box.phone('101', { address: '127.0.0.2' });
      const far = await box.phone('102', { address: '127.0.9.9' });
      const [here, there] = [await near.dial('800'), await far.dial('800')];
      assert.match(here.target, /@127\.0\.0\.1:\d+$/);
      assert.is(here.ear.remote.address, '127.0.0.1');
      assert.match(there.target, /@203\.0\.113\.5:\d+$/);
      assert.is(there.ear.remote.address, '203.0.113.5');
      await Promise.all([here.hangUp(), there.hangUp()]);

      for (const [caller, called, shown] of [
        [near, far, '203.0.113.5'],
        [far, near, '127.0.0.1'],
      ] as const) {
        const invited = new Promise<ServerTransaction>((resolve) => (called.onIncoming = resolve));
        const dialled = caller.dial(caller === near ? '102' : '101');
        const transaction = await invited;
        const { headers, body } = transaction.request;
        for (const name of ['Via', 'Contact', 'From']) assert.match(headers.get(name)!, `${shown}:`, name);
        assert.match(body.toString(), `c=IN IP4 ${shown}\r\n`);
        await called.accept(transaction);
        await (await dialled).hangUp();
      }
    },
  ));

test.run();
