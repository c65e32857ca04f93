/** A box that nobody has set up yet: who may, and what is asked. */
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { validateConfig } from '../../firmware/config/validate.js';
import type { ApiSources } from '../../web-ui/api/sources.js';
import type { Visit } from '../../web-ui/page.js';
import { PageApi } from '../../web-ui/pages/ask-api.js';
import { firstRunPages } from '../../web-ui/pages/first-run.js';
import type { Sessions } from '../../web-ui/sessions.js';
import { Views } from '../../web-ui/views.js';
import { Box } from '../support/box.js';
import { Visitor } from '../support/visitor.js';

const test = suite('first run');

const asked = {
  name: 'ann',
  password: 'a-good-password',
  repeated: 'a-good-password',
  country: 'de',
  timeZone: 'Europe/Berlin',
  language: 'en',
};
const statusOf = async (answer: Promise<Response>) => (await answer).status;

test('only from the own networks, and by an address or an own name; never once there is an administrator', async () => {
  const see = async (source: string, host: string, document: object = {}) => {
    const config = validateConfig({ version: 1, ...document });
    const [page] = firstRunPages({ config: () => config } as ApiSources, new PageApi([]), {} as Sessions);
    const reply = await page.get!({ source, host } as Visit);
    return 'view' in reply ? `${reply.view} ${reply.status}` : 'goTo' in reply && reply.goTo;
  };
  for (const [source, host] of [
    ['127.0.0.1', 'localhost'],
    ['192.168.1.7', '192.168.1.2'],
    ['fd00::7', '[fd00::2]'],
    ['fe80::7%eth0', hostname()],
  ])
    assert.is(await see(source, host), 'first-run 200', `${source} at ${host}`);
  for (const [source, host] of [
    ['203.0.113.7', '192.168.1.2'],
    ['2001:db8::7', '[2001:db8::2]'],
    ['192.168.1.7', 'box.evil.example'],
    ['192.168.1.7', ''],
  ])
    assert.is(await see(source, host), 'message 403', `${source} at ${host}`);
  assert.is(await see('192.168.1.7', '192.168.1.2', { network: { localNetworks: [] } }), 'message 403');
  const administrators = [{ name: 'ann', passwordHash: 'scrypt$16384$8$1$AAAA$AAAA' }];
  assert.is(await see('127.0.0.1', 'localhost', { administrators }), '/');
});

test('a new box asks, says what is wrong beside each field, then takes an administrator, once', async () => {
  const box = await Box.start(undefined, '127.0.0.1', [], '');
  try {
    assert.match(box.stdout.join('\n'), /http/);
    const visitor = await Visitor.come(box, '/first-run');
    assert.is((await visitor.get('/')).headers.get('location'), '/sign-in');
    assert.is((await visitor.get('/sign-in')).headers.get('location'), '/first-run');
    assert.is(await statusOf(box.ask('config/administrators')), 401, 'the API takes nobody');
    const { token } = visitor;
    assert.is(await statusOf(visitor.post('/first-run', { ...asked, token: 'foreign' })), 403);
    const wrong = await visitor.post('/first-run', {
      ...asked,
      token,
      name: 'Ann Becker',
      password: 'short',
      timeZone: 'Berlin',
      country: 'xyz',
    });
    assert.is(wrong.status, 422);
    const html = await wrong.text();
    for (const [field, words] of [
      ['name', 'Has to be 1 to 32 of'],
      ['password', 'Has to be 8 to 128 characters'],
      ['repeated', 'the same as above'],
      ['timeZone', 'Has to be a time zone such as Europe/Berlin'],
      ['country', 'Has to be two letters'],
    ])
      assert.match(html, new RegExp(`id="${field}-error">[^<]*${words}`), field);
    assert.match(html, /value="Ann Becker"/, 'nothing typed is lost');
    assert.not.match(html, /value="short"/, 'but a password is not sent back');

    const rival = await Visitor.come(box, '/first-run');
    const answers = await Promise.all([
      visitor.post('/first-run', { ...asked, token }),
      rival.post('/first-run', { ...asked, name: 'eve', token: rival.token }),
    ]);
    const places = answers.map(({ headers }) => headers.get('location'));
    assert.is(places.filter((place) => place === '/first-run/phones').length, 1, 'one of them');
    const [won, lost] = places[0] === '/first-run/phones' ? [visitor, rival] : [rival, visitor];
    const phonesPage = await won.get('/first-run/phones');
    assert.is(phonesPage.status, 200);
    const text = await phonesPage.text();
    assert.is(text.match(/<svg class="qr"/g)?.length, 4);
    const passwords = [...text.matchAll(/Password<\/dt>\s*<dd><code>(\w{14})</g)].map(
      ([, password]) => password,
    );
    assert.is(passwords.length, 4);
    await box.phone('101', { password: passwords[0] });
    assert.match(text, /PIN <code>\d{6}</);
    assert.is((await lost.get('/first-run')).headers.get('location'), '/');
    assert.is(
      (await lost.post('/first-run', { ...asked, name: 'mallory', token: lost.token })).headers.get(
        'location',
      ),
      '/',
    );

    const again = await Visitor.come(box);
    const name = won === visitor ? 'ann' : 'eve';
    assert.is((await again.signIn(name, asked.password)).status, 303);
    assert.is((await again.get('/configuration/security')).status, 200);
    assert.is(
      (await again.get('/first-run/phones')).headers.get('location'),
      '/configuration/extensions',
      'passwords are for the browser of the first run alone',
    );
    for (const secret of [asked.password, ...passwords]) assert.not.match(box.log, secret);
  } finally {
    await box.discard();
  }
});

test('a box whose extensions are none makes four; without administrators its own ones stay', async () => {
  const box = await Box.start(
    { version: 1, conferences: [{ number: '101', type: 'static' }] },
    undefined,
    [],
    '',
  );
  try {
    const visitor = await Visitor.come(box, '/first-run');
    const { token } = visitor;
    assert.is(await statusOf(visitor.post('/first-run', { ...asked, token })), 303);
    const page = await (await visitor.get('/first-run/phones')).text();
    assert.match(page, /There is no extension yet/);
    const newToken = /name="token" value="([^"]+)"/.exec(page)![1];
    assert.is(await statusOf(visitor.post('/first-run/phones', { token: newToken })), 303);
    const made = await (await visitor.get('/first-run/phones')).text();
    assert.equal(
      [...made.matchAll(/QR code of the account (\d+)/g)].map(([, number]) => number),
      ['102', '103', '104', '105'],
    );
  } finally {
    await box.discard();
  }
});

test('what an extension is called runs no script on the page of the phones', () => {
  const views = new Views(fileURLToPath(new URL('../../../web-ui/views', import.meta.url)));
  const phone = {
    number: '101',
    name: '<b>x',
    address: '<u>',
    port: 5060,
    tlsPort: undefined,
    username: '101',
    password: '<i>',
    qr: { size: 29, path: 'M0 0' },
  };
  const html = views.render('first-phones', {
    phones: [phone],
    conferences: [],
    administrator: undefined,
    formToken: 't',
    path: '/',
    menu: [],
  });
  assert.not.match(html, /<b>|<i>|<u>/);
});

test.run();
