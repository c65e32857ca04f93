#!/usr/bin/env node
/** The program: it starts the box, or joins the console of one that runs. */
import { fileURLToPath } from 'node:url';
import type { ConfigStore } from './config/config-store.js';
import { ownCertificate, tlsCertificate } from './config/tls-certificate.js';
import { createLog } from './log.js';
import { MediaPlane } from './media/media-plane.js';
import { readOptions, usage, UsageError, type Options } from './options.js';
import { placeOf } from './recording/disks.js';
import { Recorder } from './recording/recorder.js';

/** Found from dist/parley/main.js: what is no program stays in the source tree. */
const root = fileURLToPath(new URL('../../', import.meta.url));

/** What takes long begins before the rest of the program is loaded. */
async function start(options: Options): Promise<void> {
  const opening = openConfig(options.data);
  const own = ownCertificate(options.data);
  const settings = opening.then(({ config }) => ({
    promptsDir: `${root}firmware/prompts/${config.language}`,
    rtpPorts: options.rtpPorts ?? ([config.network.rtpPorts[0], config.network.rtpPorts[1]] as const),
  }));
  const media = MediaPlane.begin({ settings, cpu: options.mediaCpu });
  try {
    const store = await opening;
    const place = placeOf(store.config.recordings.folder, options.data);
    const recorder = Recorder.start(place, media.recordings);
    const certificate = tlsCertificate(options.data, store.config.network.tls, own);
    const { openBox } = await import('./box/box.js');
    await openBox({ options, root, store, media, recorder, certificate });
  } catch (error) {
    await media.close();
    throw error;
  }
}

/** What validates it is loaded here, while the media worker begins. */
async function openConfig(data: string): Promise<ConfigStore> {
  const { ConfigStore } = await import('./config/config-store.js');
  return ConfigStore.open(data);
}

async function printSchema(): Promise<void> {
  const { configSchema } = await import('./config/schema.js');
  process.stdout.write(`${JSON.stringify(configSchema, null, 2)}\n`);
}

async function join(data: string): Promise<void> {
  const { joinConsole } = await import('./console/local-socket.js');
  await joinConsole(data);
}

try {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options.help) process.stdout.write(usage);
  else if (options.printSchema) await printSchema();
  else if (options.joinConsole) await join(options.data);
  else await start(options);
} catch (error) {
  if (error instanceof UsageError) process.stderr.write(`parley: ${error.message}\n${usage}`);
  else if ((error as NodeJS.ErrnoException).code)
    process.stderr.write(`parley: ${(error as Error).message}\n`);
  else createLog('main').error({ err: error }, 'the box could not start');
  process.exit(1);
}
