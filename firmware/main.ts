#!/usr/bin/env node
/** The program: it starts the box, or joins the console of one that runs. */
import { fileURLToPath } from 'node:url';
import { ConfigStore } from './config/config-store.js';
import { tlsCertificate } from './config/tls-certificate.js';
import { createLog } from './log.js';
import { MediaPlane } from './media/media-plane.js';
import { readOptions, usage, UsageError, type Options } from './options.js';

/** Found from dist/parley/main.js: what is no program stays in the source tree. */
const root = fileURLToPath(new URL('../../', import.meta.url));

/** What takes long begins before the rest of the program is loaded. */
async function start(options: Options): Promise<void> {
  const store = await ConfigStore.open(options.data);
  const { language, network } = store.config;
  const media = MediaPlane.begin({
    promptsDir: `${root}firmware/prompts/${language}`,
    rtpPorts: options.rtpPorts ?? [network.rtpPorts[0], network.rtpPorts[1]],
    cpu: options.mediaCpu,
  });
  const certificate = tlsCertificate(options.data, network.tls);
  const { openBox } = await import('./box/box.js');
  await openBox({ options, root, store, media, certificate });
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
