/** `make screenshots`: a box with callers, and pictures of its pages, light, dark and narrow. */
import { mkdirSync } from 'node:fs';
import type { BrowserContextOptions } from 'playwright-core';
import { ADMIN_PASSWORD, Box, phones, type Room } from './box.js';
import { openBrowser, signedIn } from './browser.js';
import { newSecret } from '../../firmware/webhook/post.js';
import { Receiver } from './receiver.js';
import { makeRecording } from './recording-folder.js';
import { sim, SimPhone } from './sim-phone.js';
import { SoundServer, soundServerMissing } from './sound-server.js';
import { toneSource } from './tone.js';

const folder = process.argv[2];
mkdirSync(folder, { recursive: true });

const looks: Record<string, BrowserContextOptions> = {
  light: { colorScheme: 'light', viewport: { width: 1200, height: 760 } },
  dark: { colorScheme: 'dark', viewport: { width: 1200, height: 760 } },
  narrow: { colorScheme: 'light', viewport: { width: 360, height: 740 } },
};
/** Which pages, and in which looks; every look of every page if there is a second argument. */
const pictures: Record<string, string[]> = {
  '/status/conferences': ['light', 'dark', 'narrow'],
  '/status/calls': ['light'],
  '/status/phones': ['light'],
  '/status/trunks': ['light'],
  '/status/lines': ['light', 'narrow'],
  '/status/system': ['dark'],
  '/status/log': ['light', 'narrow'],
  '/history/calls': ['light', 'narrow'],
  '/history/conferences': ['light'],
  '/status/dial-plan?from=101&number=800': ['light'],
  '/recordings': ['light', 'narrow'],
  '/recordings/20261124-143000-1f2e3d4c': ['light', 'dark', 'narrow'],
  '/configuration/conferences': ['light'],
  '/configuration/conferences/add': ['light', 'narrow'],
  '/configuration/conferences/802/delete': ['light'],
  '/configuration/backup': ['light', 'narrow'],
  '/configuration/backup/factory-reset': ['light'],
  '/configuration/extensions': ['light'],
  '/configuration/extensions/101/edit': ['dark'],
  '/configuration/extensions/101/phone': ['light'],
  '/configuration/trunks': ['light'],
  '/configuration/trunks/provider/edit': ['light', 'narrow'],
  '/configuration/routes': ['light'],
  '/configuration/routes/9/edit': ['light'],
  '/configuration/routes/9/move?place=1': ['light'],
  '/configuration/services': ['light'],
  '/configuration/permissionGroups': ['light'],
  '/configuration/permissionGroups/office/edit': ['dark', 'narrow'],
  '/configuration/lines': ['light'],
  '/configuration/lines/hall/edit': ['light', 'narrow'],
  '/configuration/audioPorts': ['light'],
  '/configuration/audioPorts/701/edit': ['light', 'narrow'],
  '/configuration/network': ['light'],
  '/configuration/media': ['light'],
  '/configuration/versions?from=1&to=2': ['light', 'narrow'],
  '/configuration/security': ['light'],
  '/configuration/recordings': ['light', 'narrow'],
  '/configuration/time-and-language': ['light', 'narrow'],
  '/configuration/administrators': ['light'],
  '/configuration/administrators/add': ['dark'],
  '/configuration/tokens': ['light'],
  '/configuration/tokens/add': ['narrow'],
  '/configuration/webhooks': ['light', 'dark'],
  '/configuration/webhooks/add': ['light', 'narrow'],
};
const names = ['Ann Becker', 'Bo Lindqvist', 'Chiara Conti', 'Deniz Aydin'];
const receiver = await Receiver.open();
receiver.secret = newSecret();
const sound = soundServerMissing() === '' ? await SoundServer.start() : undefined;
const box = await Box.start({
  version: 1,
  extensions: [
    ...phones(4).map((one, at) => ({ ...one, name: names[at] })),
    { number: '201', name: 'Hall' },
    { number: '202', name: 'Kitchen' },
  ],
  lines: [
    { name: 'hall', card: 'simulated', place: 1, kind: 'fxs', extension: '201' },
    { name: 'kitchen', card: 'simulated', place: 2, kind: 'fxs', extension: '202' },
    { name: 'attic', card: 'dahdi:2', place: 4, kind: 'fxs', extension: '202' },
    { name: 'city', card: 'simulated', place: 9, kind: 'fxo', to: 'askForConference', outgoing: true },
  ],
  audioPorts: [
    {
      number: '701',
      name: 'Board room',
      role: 'room',
      capture: 'port_in',
      playback: 'port_out',
      calls: '800',
    },
    { number: '702', name: 'Workshop', role: 'paging', playback: 'plughw:CARD=Amplifier' },
  ],
  conferences: [
    { number: '800', description: 'Weekly meeting', type: 'static', maxParticipants: 10, levelling: true },
    { number: '801', description: 'On demand', type: 'dynamic' },
    { number: '802', description: 'Board', type: 'static', pin: '2468' },
  ],
  services: [{ number: '*4', service: 'askForConference' }],
  trunks: ['provider', 'spare'].map((name) => ({
    name,
    type: 'peer',
    server: '127.0.0.1',
    port: 9,
    transport: 'udp',
    qualifySeconds: 0,
    callerId: '+49201555',
    inbound: { numbers: [{ number: '49201555', to: '101' }] },
  })),
  routes: [
    { prefix: '112', strip: 0, trunks: ['provider', 'spare'] },
    { prefix: '9', trunks: ['provider', 'spare'] },
  ],
  permissionGroups: [{ name: 'office', rules: [{ deny: '900' }, { allow: '9' }], maxCallsPerHour: 30 }],
  apiTokens: [
    { name: 'wallboard', scope: 'viewer', tokenHash: '0'.repeat(64), made: '2026-03-02T09:30:00Z' },
    {
      name: 'address-book',
      scope: 'administrator',
      tokenHash: '1'.repeat(64),
      made: '2026-03-09T14:00:00Z',
      expires: '2099-12-31',
    },
  ],
  webhooks: [{ name: 'calendar', url: receiver.url, secret: receiver.secret }],
});
await box.ask('config/conferences/801', 'PUT', { description: 'Ad hoc', type: 'dynamic' });
// What the history shows: a call that found nobody, and a conference that is over.
const guest = await box.phone('104');
const met = await Promise.all([guest.dial('800'), (await box.phone('103')).dial('800')]);
await met[0].ear.listen(300);
for (const call of met) await call.hangUp();
await guest.dial('899').catch(() => {});
await box.until<Room[]>('conferences', ({ length }) => length === 0);
const { records } = await box.get<{ records: { id: number }[] }>('history/conferences');
pictures[`/history/conferences/${records[0].id}`] = ['light'];
const recordings = `${box.directory}/recordings`;
/** As one speaks: words, soft and loud ones, with breaths between. */
const speech = (atS: number) =>
  Math.abs(Math.sin(2.1 * atS) * Math.sin(0.63 * atS + 1) * Math.sin(7.3 * atS));
for (const [day, seconds] of [
  ['24T14:30', 754],
  ['17T14:28', 1931],
  ['10T14:31', 1204],
] as const)
  makeRecording(recordings, {
    startedAt: `2026-11-${day}:00.000Z`,
    description: 'Weekly meeting',
    seconds,
    talkers: names.slice(0, 3).map((name, at) => ({
      name,
      number: String(101 + at),
      hz: 200 + 60 * at,
      loudness: speech,
      talked: Array.from({ length: 12 }, (_, turn): [number, number] => {
        const from = 4 + 62 * turn + 19 * at;
        return [from, from + 5 + ((7 * turn + 3 * at) % 13)];
      }),
    })),
  });
const calls = await Promise.all(
  ['101', '102', '103'].map(async (number) => (await box.phone(number)).dial('800')),
);
// On lines of the box itself: a phone in the hall, which is a simulated one, and the board room.
const hall = new SimPhone(box, 1);
await hall.calls('800');
await hall.does('say 620');
if (sound) {
  await box.until<{ state: string }[]>('audio-ports', ([one]) => one.state === 'there', 20_000);
  await box.ask('audio-ports/701/press', 'POST');
}
await box.inside(sound ? 5 : 4);
calls[0].ear.source = toneSource(440, 6000);
calls[1].ear.source = toneSource(300, 900);
await calls[2].reinvite('sendonly');

const peaks = 'recordings/20261124-143000-1f2e3d4c/peaks';
await box.until<{ files: object | null }>(peaks, ({ files }) => files !== null);

const browser = await openBrowser();
for (const [look, options] of Object.entries(looks)) {
  const { window, page } = await signedIn(browser, box, options);
  for (const [path, wanted] of Object.entries(pictures)) {
    if (!wanted.includes(look) && process.argv[3] === undefined) continue;
    await page.goto(path);
    await page.waitForTimeout(1500); // the live part follows, and meters have moved
    const name = path
      .slice(1)
      .replace(/\?.*/, '')
      .replace(/s\/\d+(-.*)?$/, '')
      .replaceAll('/', '-');
    await page.screenshot({ path: `${folder}/${name}-${look}.png` });
  }
  await window.clearCookies();
  await page.goto('/sign-in');
  await page.screenshot({ path: `${folder}/sign-in-${look}.png` });
  await window.close();
}
await sim(box, '1 on-hook');
for (const port of ['701', '702']) await box.ask(`config/audioPorts/${port}`, 'DELETE');
await box.stop();
await sound?.stop();

// A box that nobody has set up yet, each time a new one.
for (const [look, options] of Object.entries(looks)) {
  const fresh = await Box.start(undefined, '127.0.0.1', [], '');
  const page = await browser.newPage({ baseURL: fresh.http, timezoneId: 'Europe/Berlin', ...options });
  await page.goto('/');
  await page.screenshot({ path: `${folder}/first-run-${look}.png`, fullPage: true });
  for (const name of ['password', 'repeated']) await page.fill(`[name=${name}]`, ADMIN_PASSWORD);
  await page.click('button:text("Set up")');
  await page.waitForURL('**/first-run/phones');
  await page.screenshot({ path: `${folder}/first-run-phones-${look}.png`, fullPage: true });
  await page.close();
  await fresh.discard();
}
await browser.close();
receiver.close();
