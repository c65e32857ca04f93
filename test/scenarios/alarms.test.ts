/** What is wrong is said on every page and by the API; what is secret is not in the log. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withBox, phones } from '../support/box.js';
import { Visitor } from '../support/visitor.js';

const test = suite('alarms and log of a box');

type Alarm = { id: number; code: string; text: string; raised: string };

const provider = { name: 'provider', type: 'peer', server: '127.0.0.1', port: 9, transport: 'tcp' };

test('a trunk that does not work is an alarm on every page, until it is gone', async () => {
  await withBox({ version: 1, extensions: phones(1), trunks: [provider] }, async (box) => {
    const { standing } = await box.until<{ standing: Alarm[] }>('alarms', (all) => all.standing.length > 0);
    assert.is(standing[0].code, 'trunk-unreachable');
    assert.match(standing[0].text, /trunk provider does not answer/);
    assert.ok(Math.abs(Date.parse(standing[0].raised) - Date.now()) < 60_000);
    const visitor = await Visitor.signIn(box, 'admin');
    for (const page of ['/status/calls', '/configuration/extensions'])
      assert.match(await (await visitor.get(page)).text(), /href="\/status\/system">1 alarm</, page);
    const system = await box.get<{ flash: { writes: number; bytes: number }; memory: { program: number } }>(
      'system',
    );
    assert.ok(system.flash.writes > 0 && system.flash.bytes > 100 && system.memory.program > 1e7);
  });
});

test('a PIN that is keyed is not in the log, which says the rest', async () => {
  const conference = { number: '800', type: 'static', pin: '47119' };
  await withBox({ version: 1, extensions: phones(1), conferences: [conference] }, async (box) => {
    const call = await (await box.phone('101')).dial('800');
    call.ear.keys('47119#');
    await box.inside(1);
    await call.hangUp();
    const { lines } = await box.until<{ lines: { text: string }[] }>('log', (all) =>
      all.lines.some(({ text }) => text === 'leg closed'),
    );
    assert.not.match(JSON.stringify(lines), /47119|secret-101/);
    assert.is((await box.ask('log?level=loud')).status, 400);
  });
});

test.run();
