/** The configuration over the API, beside calls. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Box, phones, type Room } from '../support/box.js';

const test = suite('configuration over the API');

let box: Box;
test.before.each(async () => {
  box = await Box.start({
    version: 1,
    extensions: phones(3),
    conferences: [{ number: '800', description: 'Weekly', type: 'static', pin: '1234' }],
    trunks: [
      { name: 'main', type: 'peer', server: '127.0.0.1', port: 9, transport: 'udp', qualifySeconds: 0 },
    ],
    routes: [{ prefix: '9', trunks: ['main'] }],
  });
});
test.after.each(() => box.stop());

type Problem = { path: string; value: string; expected: string };
type Answer = { changes?: string[]; problems?: Problem[]; error?: string };

async function send(method: string, what: string, body: object | undefined, status: number): Promise<Answer> {
  const answer = await box.ask(`config/${what}`, method, body);
  const text = await answer.text();
  assert.is(answer.status, status, `${what}: ${text}`);
  return JSON.parse(text) as Answer;
}
const put = (what: string, body: object, status = 200) => send('PUT', what, body, status);
const paths = ({ problems }: Answer) => problems!.map(({ path }) => path);

test('a conference is made, called, changed and removed; its PIN is taken and never told', async () => {
  const { freeNumber } = await box.get<{ freeNumber: string }>('config/conferences');
  assert.is(freeNumber, '801');
  const body = { description: 'New', type: 'static', pin: '77' };
  assert.equal((await put('conferences/801?dryRun=1', body)).changes, ['conference 801 is new']);
  assert.is((await box.ask('config/conferences/801')).status, 404);
  await put('conferences/801', body);
  const call = await (await box.phone('101')).dial('801');
  call.ear.keys('77#');
  await box.until<Room[]>('conferences', ([room]) => room?.number === '801');

  const told = await box.get<Record<string, unknown>>('config/conferences/801');
  assert.equal(told, {
    number: '801',
    description: 'New',
    type: 'static',
    record: 'off',
    levelling: false,
    noiseGate: false,
    hasPin: true,
  });
  // Sent back as it was told, it keeps its PIN.
  const { changes } = await put('conferences/801', { ...told, description: 'Newer' });
  assert.equal(changes, ['conference 801: description is "Newer", was "New"']);
  assert.equal((await put('conferences/801', { ...told, pin: null })).changes, [
    'conference 801: description is "New", was "Newer"',
    'conference 801: pin is removed',
  ]);
  await send('DELETE', 'conferences/801', undefined, 200);
  assert.is((await box.get<Room[]>('conferences')).length, 1, 'calls go on');
  await call.hangUp();
});

test('recording is switched on by who takes the liability, and by nobody else; the box says who and when', async () => {
  const body = { description: 'Recorded', type: 'static', record: 'always' };
  const path = 'conferences/805';
  assert.equal(paths(await put(path, body, 422)), ['/recordAcknowledgement']);
  const forged = { by: 'somebody', at: '2020-01-01T00:00:00Z' };
  assert.equal(paths(await put(path, { ...body, recordAcknowledgement: forged }, 422)), [
    '/recordAcknowledgement',
  ]);
  const sinceMs = Date.now();
  await put(path, { ...body, recordAcknowledgement: true });
  type Told = { recordAcknowledgement?: { by: string; at: string } };
  const told = await box.get<Told>(`config/${path}`);
  assert.is(told.recordAcknowledgement?.by, 'admin');
  assert.ok(Date.parse(told.recordAcknowledgement!.at) >= sinceMs);
  // It stays as it is, however it is sent back, as long as there is recording.
  await put(path, { ...told, record: 'moderator' });
  await put(path, { ...body, description: 'Other', recordAcknowledgement: true });
  assert.equal((await box.get<Told>(`config/${path}`)).recordAcknowledgement, told.recordAcknowledgement);
  await put(path, { ...told, record: 'off' });
  assert.is((await box.get<Told>(`config/${path}`)).recordAcknowledgement, undefined);
  assert.equal(paths(await put(path, body, 422)), ['/recordAcknowledgement']);
  await send('DELETE', path, undefined, 200);
});

test('what is wrong is said beside its field, and nothing is half-applied', async () => {
  const before = await box.get('config/conferences');
  assert.equal(paths(await put('conferences/801', { type: 'round', pin: 'x', color: 1 }, 422)).sort(), [
    '/color',
    '/pin',
    '/type',
  ]);
  for (const [number, holder] of [
    ['101', 'extension "Phone 101"'],
    ['912', 'route 1, which takes all numbers that begin with 9,'],
  ]) {
    const { problems } = await put('conferences/800', { number, type: 'static' }, 422);
    assert.equal(problems, [
      { path: '/number', value: `"${number}"`, expected: `one that nobody has; ${holder} has this one` },
    ]);
  }
  assert.equal(paths(await put('extensions/104', { sip: { username: '101', password: 'secret-1' } }, 422)), [
    '/sip/username',
  ]);
  assert.equal(paths(await put('extensions/104', { sip: { username: '104' } }, 422)), ['/sip/password']);
  assert.is((await box.ask('config/conferences/801', 'PUT', [])).status, 422);
  assert.equal(await box.get('config/conferences'), before);
});

test('an extension: its password is taken and never told; removed, its phone is forgotten', async () => {
  await put('extensions/104', { name: 'Lab', sip: { username: '104', password: 'secret-104' } });
  await box.phone('104');
  const told = await box.get<object>('config/extensions/104');
  assert.not.match(JSON.stringify([told, await box.get('config/extensions')]), /secret/);
  assert.equal((await put('extensions/104', { ...told, name: 'Hall' })).changes, [
    'extension 104: name is "Hall", was "Lab"',
  ]);
  await box.phone('104');
  await send('DELETE', 'extensions/104', undefined, 200);
  assert.equal(await box.get('phones'), []);
});

test('versions are listed, compared and brought back', async () => {
  await put('conferences/800', { description: 'Daily', type: 'static' });
  await put('conferences/801', { type: 'dynamic' });
  const versions = await box.get<{ version: number; by?: string }[]>('config/versions');
  assert.equal(
    versions.map(({ version, by }) => [version, by]),
    [
      [3, 'admin'],
      [2, 'admin'],
      [1, undefined],
    ],
  );
  const all = ['conference 801 is new', 'conference 800: description is "Daily", was "Weekly"'];
  assert.equal(await box.get('config/versions/1/changes'), { changes: all });
  assert.equal(await box.get('config/versions/1/changes?to=2'), { changes: all.slice(1) });
  assert.is((await box.ask('config/versions/9/changes')).status, 404);
  await send('POST', 'versions/1/restore', undefined, 200);
  assert.is((await box.get<object[]>('config/versions')).length, 4);
  const call = await (await box.phone('101')).dial('800');
  call.ear.keys('1234#');
  await box.until<Room[]>('conferences', ([room]) => room?.participants.length === 1);
});

test.run();
