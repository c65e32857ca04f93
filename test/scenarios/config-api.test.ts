/** The configuration over the API, beside calls. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Box, phones, type Room, type Status } from '../support/box.js';

const test = suite('configuration over the API');

let box: Box;
test.before(async () => {
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
test.after(() => box.stop());
// Each test finds the configuration as it was at first.
type Version = { version: number; by?: string };
const versions = () => box.get<Version[]>('config/versions');
let first: number;
test.before.each(async () => {
  first = (await versions())[0].version;
});
test.after.each(async () => {
  await box.nothingIsLeft();
  await send('POST', `versions/${first}/restore`, undefined, 200);
});

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

test('a trunk: its password is taken, kept and never told; used by a route it cannot be removed', async () => {
  const provider = { type: 'register', server: '127.0.0.1', port: 9, transport: 'udp', username: 'u' };
  await put('trunks/spare', { ...provider, password: 'secret-trunk' });
  const told = await box.get<Record<string, unknown>>('config/trunks/spare');
  assert.equal([told.hasPassword, told.password, told.server], [true, undefined, '127.0.0.1']);
  assert.not.match(JSON.stringify(await box.get('config/trunks')), /secret/);
  assert.equal((await put('trunks/spare', { ...told, username: 'v' })).changes, [
    'trunk spare: username is "v", was "u"',
  ]);
  assert.equal(paths(await put('trunks/spare', { ...told, password: null }, 422)), ['/password']);
  assert.equal(paths(await put('trunks/spare?new=1', provider, 422)), ['/name', '/password']);
  assert.equal(paths(await send('DELETE', 'trunks/main', undefined, 422)), ['/routes/0/trunks/0']);
  await send('DELETE', 'trunks/spare', undefined, 200);
});

test('routes have places; what another route hides is refused', async () => {
  const trunks = ['main'];
  assert.equal(paths(await put('routes/90', { trunks }, 422)), ['/prefix']);
  assert.equal((await put('routes/90?place=1&dryRun=1', { trunks })).changes, ['route 90 is new']);
  await put('routes/90?place=1', { trunks });
  await put('routes/%2B', { trunks });
  const order = async () =>
    (await box.get<{ routes: { prefix: string }[] }>('config/routes')).routes.map(({ prefix }) => prefix);
  assert.equal(await order(), ['90', '9', '+']);
  assert.equal((await put('routes/%2B?place=1', { trunks })).changes, [
    'the order of every route is +, 90, 9',
  ]);
  assert.equal(paths(await put('routes/9?place=4', { trunks }, 422)), ['/place']);
  assert.equal(paths(await put('routes/9?place=1', { trunks }, 422)), ['/routes/2/prefix']);
  assert.equal(await order(), ['+', '90', '9']);
});

test('addresses and ports are replaced whole, and how callers sound', async () => {
  const network = await box.get<Record<string, unknown>>('config/network');
  assert.equal((await put('network', { ...network, rtpTimeoutSeconds: 30 })).changes, [
    'network.rtpTimeoutSeconds is 30, was 60',
  ]);
  assert.equal(paths(await put('network', { ...network, rtpPorts: [5, 6], bind: 'here' }, 422)), ['/bind']);
  assert.equal(paths(await put('network', { ...network, httpPort: 5060 }, 422)), ['/httpPort']);
  assert.equal(paths(await put('media', { codecs: ['PCMU', 'MP3'] }, 422)), ['/codecs/1']);
  await put('media', { codecs: ['PCMU'] });
  assert.equal(await box.get('config/media'), { codecs: ['PCMU'] });
});

test('how a phone registers is told with the password, and for the place where the phone is', async () => {
  const phone = async (body: object, status = 200) =>
    (await send('POST', 'extensions/101/phone', body, status)) as object;
  const { address, port } = box.sip;
  const { tlsPort } = (await box.get<Status>('status')).sip;
  const setup = { address, port, tlsPort, username: '101', password: 'secret-101' };
  assert.equal(await phone({}), setup);
  assert.equal(await phone({ at: '192.0.2.7' }), setup);
  assert.match(JSON.stringify(await phone({ at: 'home' }, 422)), /an IP address|of the phone/);
});

test('versions are listed, compared and brought back', async () => {
  await put('conferences/800', { description: 'Daily', type: 'static' });
  await put('conferences/801', { type: 'dynamic' });
  assert.equal(
    (await versions()).slice(0, 2).map(({ version, by }) => [version, by]),
    [
      [first + 2, 'admin'],
      [first + 1, 'admin'],
    ],
  );
  const all = ['conference 801 is new', 'conference 800: description is "Daily", was "Weekly"'];
  assert.equal(await box.get(`config/versions/${first}/changes`), { changes: all });
  assert.equal(await box.get(`config/versions/${first}/changes?to=${first + 1}`), { changes: all.slice(1) });
  assert.is((await box.ask(`config/versions/${first + 7}/changes`)).status, 404);
  await send('POST', `versions/${first}/restore`, undefined, 200);
  assert.is((await versions())[0].version, first + 3);
  const call = await (await box.phone('101')).dial('800');
  call.ear.keys('1234#');
  await box.until<Room[]>('conferences', ([room]) => room?.participants.length === 1);
});

test.run();
