/** `make screenshots`: a box with callers, and pictures of its pages, light, dark and narrow. */
import { mkdirSync } from 'node:fs';
import type { BrowserContextOptions } from 'playwright-core';
import { Box, phones, type Room } from './box.js';
import { openBrowser, signedIn } from './browser.js';
import { makeRecording } from './recording-folder.js';
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
  '/recordings': ['light', 'narrow'],
  '/recordings/20261124-143000-1f2e3d4c': ['light', 'dark', 'narrow'],
  '/configuration/conferences': ['light'],
  '/configuration/conferences/add': ['light', 'narrow'],
  '/configuration/conferences/802/delete': ['light'],
  '/configuration/extensions': ['light'],
  '/configuration/extensions/101': ['dark'],
};
const names = ['Ann Becker', 'Bo Lindqvist', 'Chiara Conti', 'Deniz Aydin'];
const box = await Box.start({
  version: 1,
  extensions: phones(4).map((one, at) => ({ ...one, name: names[at] })),
  conferences: [
    { number: '800', description: 'Weekly meeting', type: 'static', maxParticipants: 10, levelling: true },
    { number: '801', description: 'On demand', type: 'dynamic' },
    { number: '802', description: 'Board', type: 'static', pin: '2468' },
  ],
});
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
await box.until<Room[]>('conferences', ([room]) =>
  room?.participants.every(({ place }) => place === 'inside'),
);
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
      .replace(/s\/\d{8}-.*/, '')
      .replaceAll('/', '-');
    await page.screenshot({ path: `${folder}/${name}-${look}.png` });
  }
  await window.clearCookies();
  await page.goto('/sign-in');
  await page.screenshot({ path: `${folder}/sign-in-${look}.png` });
  await window.close();
}
await browser.close();
await box.stop();
