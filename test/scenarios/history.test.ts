/** Calls and conferences of a box, asked for afterwards and found on its flash. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Box, phones } from '../support/box.js';
import { Refused } from '../support/test-phone.js';

const test = suite('history of a box');

type Page = { total: number; records: Record<string, unknown>[]; next?: number };

let box: Box;
test.before.each(async () => {
  box = await Box.start({
    version: 1,
    extensions: phones(3),
    conferences: [{ number: '800', description: 'Weekly', type: 'static' }],
  });
});
test.after.each(() => box.discard());

test('who, from where, when, how long, why ended; searched, paged, and as CSV; on flash at the end', async () => {
  const [ann, bob] = await Promise.all(['101', '102'].map((number) => box.phone(number)));
  const [one, two] = [await ann.dial('800'), await bob.dial('800')];
  await box.inside(2);
  assert.instance(await bob.dial('999').catch((error: unknown) => error), Refused);
  await one.ear.listen(60);
  await one.hangUp();
  await two.hangUp();
  const { records } = await box.until<Page>(
    'history/calls',
    ({ total, records }) => total === 3 && records.every(({ ended }) => ended !== undefined),
  );
  assert.equal(
    records.map(({ number, with: dialled, cause }) => [number, dialled, cause]),
    [
      ['102', '999', 'unknownNumber'],
      ['102', '800', 'normal'],
      ['101', '800', 'normal'],
    ],
  );
  const [refused, , first] = records;
  assert.is(refused.answered, undefined);
  assert.is(first.address, '127.0.0.1');
  assert.ok((first.seconds as number) >= 1 && (first.seconds as number) < 60);
  assert.ok(Math.abs(Date.parse(first.began as string) - Date.now()) < 60_000);

  assert.equal(refused.quality, undefined);
  assert.is((first.quality as { loss: number }).loss, 0, 'heard when it ended');
  assert.equal(await box.get('history/calls/' + String(first.id)), first);
  assert.is((await box.ask('history/calls/999')).status, 404);

  const found = await box.get<Page>('history/calls?search=UNKNOWN');
  assert.equal(found.records, [refused]);
  const page = await box.get<Page>('history/calls?limit=2');
  assert.equal(page.records, records.slice(0, 2));
  assert.equal((await box.get<Page>(`history/calls?limit=2&before=${page.next}`)).records, [first]);
  const today = new Date().toISOString().slice(0, 10);
  assert.is((await box.get<Page>(`history/calls?to=${today}`)).total, 0);
  assert.is((await box.get<Page>(`history/calls?from=${first.began as string}`)).total, 3);
  for (const wrong of ['from=yesterday', 'limit=0', 'limit=501', 'before=x'])
    assert.is((await box.ask(`history/calls?${wrong}`)).status, 400, wrong);

  const table = await box.ask('history/calls?format=csv');
  assert.match(table.headers.get('content-type')!, /^text\/csv/);
  assert.match(table.headers.get('content-disposition')!, /attachment; filename="calls.csv"/);
  const lines = (await table.text()).split('\r\n');
  assert.is(lines.length, 5);
  assert.match(
    lines[0],
    /^id,began,answered,ended,seconds,direction,number,name,with,address,codec,cause,mos,worstMos,loss,jitterMs,roundTripMs,theirMos,theirLoss$/,
  );

  const [conference] = (await box.get<Page>('history/conferences')).records;
  assert.is(conference.cause, 'empty');
  assert.equal((conference.participants as { number: string }[]).map(({ number }) => number).sort(), [
    '101',
    '102',
  ]);
  assert.is((await box.get<Page>('history/conferences?search=weekly')).total, 1);

  const folder = path.join(box.directory, 'history');
  assert.equal(readdirSync(folder), [], 'flash is spared');
  box.process.kill('SIGTERM');
  assert.is(await box.exited, 0);
  assert.ok(existsSync(folder));
  const kept = readFileSync(path.join(folder, readdirSync(folder)[0]), 'utf8')
    .trim()
    .split('\n');
  const last = kept.map((line) => JSON.parse(line) as { id: number });
  assert.equal(last.filter(({ id }) => id === first.id).at(-1), first);
});

test.run();
