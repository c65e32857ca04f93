/** `make screenshots`: a box with callers, and pictures of its pages, light, dark and narrow. */
import { mkdirSync } from 'node:fs';
import type { BrowserContextOptions } from 'playwright-core';
import { Box, phones, type Room } from './box.js';
import { openBrowser, signedIn } from './browser.js';
import { newSecret } from '../../firmware/webhook/post.js';
import { Receiver } from './receiver.js';
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
  '/status/system': ['dark'],
  '/status/dial-plan?from=101&number=800': ['light'],
  '/configuration/conferences': ['light'],
  '/configuration/conferences/add': ['light', 'narrow'],
  '/configuration/conferences/802/delete': ['light'],
  '/configuration/extensions': ['light'],
  '/configuration/extensions/101': ['dark'],
  '/configuration/tokens': ['light'],
  '/configuration/tokens/add': ['narrow'],
  '/configuration/webhooks': ['light', 'dark'],
  '/configuration/webhooks/add': ['light', 'narrow'],
};
const names = ['Ann Becker', 'Bo Lindqvist', 'Chiara Conti', 'Deniz Aydin'];
const receiver = await Receiver.open();
receiver.secret = newSecret();
const box = await Box.start({
  version: 1,
  extensions: phones(4).map((one, at) => ({ ...one, name: names[at] })),
  conferences: [
    { number: '800', description: 'Weekly meeting', type: 'static', maxParticipants: 10, levelling: true },
    { number: '801', description: 'On demand', type: 'dynamic' },
    { number: '802', description: 'Board', type: 'static', pin: '2468' },
  ],
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
const calls = await Promise.all(
  ['101', '102', '103'].map(async (number) => (await box.phone(number)).dial('800')),
);
await box.until<Room[]>('conferences', ([room]) =>
  room?.participants.every(({ place }) => place === 'inside'),
);
calls[0].ear.source = toneSource(440, 6000);
calls[1].ear.source = toneSource(300, 900);
await calls[2].reinvite('sendonly');

const browser = await openBrowser();
for (const [look, options] of Object.entries(looks)) {
  const { window, page } = await signedIn(browser, box, options);
  for (const [path, wanted] of Object.entries(pictures)) {
    if (!wanted.includes(look) && process.argv[3] === undefined) continue;
    await page.goto(path);
    await page.waitForTimeout(1500); // the live part follows, and meters have moved
    const name = path.slice(1).replace(/\?.*/, '').replaceAll('/', '-');
    await page.screenshot({ path: `${folder}/${name}-${look}.png` });
  }
  await window.clearCookies();
  await page.goto('/sign-in');
  await page.screenshot({ path: `${folder}/sign-in-${look}.png` });
  await window.close();
}
await browser.close();
await box.stop();
receiver.close();
