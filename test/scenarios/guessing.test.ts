/** Who guesses passwords, tokens or PINs at a whole box gets a handful judged; everybody else goes on as before. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseMessage } from 'sip-parser';
import { Box, phones, type Room, type Status } from '../support/box.js';
import { digestAnswer } from '../support/digest-answer.js';
import { Refused, TestPhone } from '../support/test-phone.js';

const test = suite('guessing');

const GUESSES = 1000;
const config = {
  version: 1,
  extensions: phones(4),
  conferences: [
    { number: '800', description: 'Weekly', type: 'static', pin: '7' },
    { number: '801', description: 'Ad hoc', type: 'dynamic' },
  ],
};

let box: Box;
test.before(async () => {
  box = await Box.start(config);
});
test.after(() => box.stop());

const alarms = async () =>
  (await box.get<{ standing: { code: string; text: string }[] }>('alarms')).standing.map(({ text }) => text);
const judged = (what: string) => box.log.split(`"${what}"`).length - 1;

test('1,000 SIP passwords from one address: five are judged, then silence, for the right one too; others register', async () => {
  const socket = createSocket('udp4').bind(0, '127.0.5.1');
  await once(socket, 'listening');
  let answers = 0;
  let challenge = '';
  socket.on('message', (data) => {
    const message = parseMessage(data);
    answers += 1;
    challenge = message.headers.all('WWW-Authenticate')[0] ?? '';
  });
  const uri = `sip:${box.sip.address}`;
  const register = (n: number, password?: string) => {
    const lines = [
      `REGISTER ${uri} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.5.1:${socket.address().port};branch=z9hG4bK-${n};rport`,
      'From: <sip:101@127.0.0.1>;tag=1',
      'To: <sip:101@127.0.0.1>',
      'Call-ID: guess',
      `CSeq: ${n} REGISTER`,
      `Contact: <sip:101@127.0.5.1:${socket.address().port}>`,
      'Max-Forwards: 70',
      'Content-Length: 0',
    ];
    const answer = { method: 'REGISTER', uri, username: '101', password: password ?? '', nc: n };
    if (password !== undefined) lines.push(`Authorization: ${digestAnswer(challenge, answer)}`);
    socket.send(`${lines.join('\r\n')}\r\n\r\n`, box.sip.port, box.sip.address);
  };
  register(1);
  await once(socket, 'message');
  const first = challenge;
  for (let n = 2; n < GUESSES; n += 1) {
    challenge = first;
    register(n, n === GUESSES / 2 ? 'secret-101' : `guess-${n}`);
    if (n % 50 === 0) await box.get<Status>('status'); // no more than it reads
  }
  await box.get<Status>('status');
  assert.is(answers - 1, 5);
  assert.is(judged('wrong SIP password'), 5);
  socket.close();
  assert.is((await box.get<Status>('status')).sip.refusedSources, 1);

  const phone = await box.phone('101', { address: '127.0.5.2' });
  await phone.register();
  const other = await TestPhone.open({
    box: box.sip,
    address: '127.0.5.3',
    username: '101',
    password: 'old one',
  });
  await other.register().catch((error: unknown) => assert.instance(error, Refused));
  await other.close();
  assert.equal(await alarms(), [
    'somebody guesses the password of SIP account 101, or uses an old one: see the log',
  ]);
});

/** Status of a question from an address of its own. */
async function ask(agent: Agent, authorization: string): Promise<number> {
  const options = { agent, headers: { authorization }, localAddress: '127.0.5.4' };
  const question = request(`${box.http}/api/v1/status`, options).end();
  const [answer] = (await once(question, 'response')) as [{ statusCode: number; resume(): void }];
  answer.resume();
  return answer.statusCode;
}

test('1,000 passwords and tokens over HTTP: five are judged; the administrator elsewhere goes on', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
  const counts = new Map<number, number>();
  for (let n = 0; n < GUESSES; n += 1) {
    const right = n === GUESSES / 2;
    const guess = right ? 'admin:test-password' : `${n % 2 ? 'admin' : 'root'}:guess-${n}`;
    const status = await ask(agent, n % 3 === 2 && !right ? `Bearer guess-${n}` : basic(guess));
    counts.set(status, (counts.get(status) ?? 0) + 1);
  }
  assert.equal(
    [...counts],
    [
      [401, 5],
      [429, GUESSES - 5],
    ],
  );
  agent.destroy();
  assert.is((await box.ask('status')).status, 200);
});

test('identical questions of a program at once are judged once, and all answered', async () => {
  await box.ask('config/administrators/second', 'PUT', { role: 'viewer', password: 'test-password' });
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => box.ask('status', 'GET', undefined, 'second')),
  );
  assert.equal(
    answers.map(({ status }) => status),
    answers.map(() => 200),
  );
});

/** Calls a conference and keys; resolves when the box has hung up, or has let the caller in. */
async function tryPins(phone: TestPhone, number: string, keys: string): Promise<'in' | 'out'> {
  const call = await phone.dial(number);
  call.ear.keys(keys);
  let ended = false;
  void call.ended.then(() => (ended = true));
  await box.until<Room[]>(
    'conferences',
    (rooms) => ended || rooms.some(({ participants }) => participants.length > 0),
  );
  const outcome = ended ? 'out' : 'in';
  await call.hangUp();
  return outcome;
}

test('PINs over many calls: nine are judged, of an extension and of its address, and a restart forgives nothing', async () => {
  const guesser = await box.phone('102', { address: '127.0.5.5' });
  for (let wrong = 3; wrong <= 9; wrong += 3) {
    const call = await guesser.dial('800');
    call.ear.keys('1#2#3#');
    await box.until('status', () => judged('wrong PIN') === wrong);
    await call.hangUp();
  }
  assert.is(await tryPins(guesser, '800', '7#'), 'out', 'not even the right one is looked at');
  const sameAddress = await box.phone('103', { address: '127.0.5.5' });
  assert.is(await tryPins(sameAddress, '800', '7#'), 'out');
  assert.is(judged('wrong PIN'), 9);

  box = await box.restart();
  const again = await box.phone('102', { address: '127.0.5.6' });
  assert.is(await tryPins(again, '800', '7#'), 'out', 'the same extension elsewhere');
  assert.is(judged('wrong PIN'), 0);
  assert.is(await tryPins(await box.phone('104', { address: '127.0.5.7' }), '800', '7#'), 'in');
});

test.run();
