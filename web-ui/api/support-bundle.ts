/** What somebody far away needs to see of a box that has a problem, as one file; no password and no PIN is in it. */
import { readFileSync } from 'node:fs';
import { arch, networkInterfaces, release, version as kernel } from 'node:os';
import { Readable } from 'node:stream';
import { withoutSecrets } from '../../firmware/config/backup.js';
import type { TypeOf } from '../../firmware/config/schema.js';
import { diskField, leaveOnDisk } from './disks.js';
import { logLines } from './log.js';
import { leftResult } from './results.js';
import { Reply, write, type Route } from './route.js';
import type { ApiSources } from './sources.js';
import { zipStream } from './zip-stream.js';

/** What these routes answer is in it, by its name there. */
const ANSWERS = {
  status: 'GET status',
  system: 'GET system',
  alarms: 'GET alarms',
  calls: 'GET calls',
  conferences: 'GET conferences',
  versions: 'GET config/versions',
  update: 'GET update',
};

const toDisk = {
  type: 'object',
  additionalProperties: false,
  description: 'an object { }',
  properties: { disk: diskField },
} as const;

/** `routes`: all others. */
export function supportBundleRoutes(sources: ApiSources, routes: readonly Route[]): Route[] {
  const common = { role: 'administrator', forPeople: true } as const;
  return [
    {
      method: 'GET',
      path: 'support-bundle',
      ...common,
      summary: 'Log, alarms, versions, load and the configuration without its secrets, as a zip.',
      produces: 'application/zip',
      answer: ({ by }) => bundle(sources, routes, by),
    },
    write<TypeOf<typeof toDisk>>(
      {
        method: 'POST',
        path: 'support-bundle/to-disk',
        ...common,
        summary: 'The same, left on a disk that is plugged in.',
        body: toDisk,
        result: leftResult,
      },
      async ({ body, by }) => leaveOnDisk(sources, body.disk, await bundle(sources, routes, by)),
    ),
  ];
}

async function bundle(sources: ApiSources, routes: readonly Route[], by: string): Promise<Reply> {
  const files: Record<string, string> = {
    'about.json': json(about(sources)),
    'config.json': json(withoutSecrets(sources.config())),
    'log.txt': logText(sources),
  };
  for (const [name, what] of Object.entries(ANSWERS)) {
    const route = routes.find(({ method, path }) => what === `${method} ${path}`)!;
    const asked = { params: {}, query: new URLSearchParams(), headers: {}, by, body: undefined };
    files[`${name}.json`] = json(await route.answer(asked));
  }
  const changedMs = Date.now();
  const packed = Object.entries(files).map(([name, text]) => {
    const octets = Buffer.from(text);
    return { name, bytes: octets.length, changedMs, open: () => Promise.resolve(Readable.from([octets])) };
  });
  const made = new Date(changedMs).toISOString().replaceAll(':', '-').slice(0, 19);
  return new Reply('application/zip', zipStream(packed), `parley-support-${made}.zip`);
}

function about({ version }: ApiSources): object {
  return {
    version,
    node: process.versions,
    kernel: `${release()} ${kernel()} ${arch()}`,
    system: readText('/etc/os-release'),
    cards: readText('/proc/asound/cards'),
    addresses: networkInterfaces(),
  };
}

/** Oldest first. */
function logText(sources: ApiSources): string {
  const { lines } = logLines(sources, new URLSearchParams({ limit: '1000' }));
  return lines
    .reverse()
    .map(({ time, level, part, text, more }) => `${time} ${level.padEnd(5)} ${part} ${text} ${more}\n`)
    .join('');
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined; // not on every machine
  }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
