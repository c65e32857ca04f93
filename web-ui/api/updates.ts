/** Updates of the firmware: sent or found on a disk, looked at, installed. */
import type { Readable } from 'node:stream';
import type { TypeOf } from '../../firmware/config/schema.js';
import { MAX_BUNDLE_BYTES, UpdateError } from '../../firmware/system/updates.js';
import { waitField } from './restart.js';
import { updateResult } from './results.js';
import { ApiError, write, type Route } from './route.js';
import type { ApiSources } from './sources.js';

const fromDisk = {
  type: 'object',
  additionalProperties: false,
  required: ['file'],
  description: 'an object { }',
  properties: { file: { type: 'string', maxLength: 512, description: 'a bundle that `disks` lists' } },
} as const;

const install = {
  type: 'object',
  additionalProperties: false,
  required: ['waitMinutes'],
  description: 'an object { }',
  properties: { waitMinutes: { ...waitField, default: 24 * 60 } },
} as const;

export function updateRoutes(sources: ApiSources, disks: Route): Route[] {
  const { updates, restart, version } = sources;
  const common = { role: 'administrator', forPeople: true } as const;
  const now = async () => ({
    version,
    ...updates.now,
    ...(await updates.slots()),
    restart: restart.planned,
  });
  return [
    {
      method: 'GET',
      path: 'update',
      ...common,
      summary: 'The version that runs, the slots, and how far an update is.',
      result: updateResult,
      answer: now,
    },
    {
      method: 'POST',
      path: 'update',
      ...common,
      summary: 'Takes a signed bundle (rauc), and says what it is. It is installed by `update/install`.',
      takesFile: 'application/octet-stream',
      maxBytes: MAX_BUNDLE_BYTES,
      result: updateResult,
      async answer({ body, headers }) {
        const bytes = headers['content-length'];
        await refused(() =>
          updates.receive(body as Readable, bytes === undefined ? undefined : Number(bytes)),
        );
        return now();
      },
    },
    write<TypeOf<typeof fromDisk>>(
      {
        method: 'POST',
        path: 'update/from-disk',
        ...common,
        summary: 'As `update`, with a bundle on a disk that is plugged in.',
        body: fromDisk,
        result: updateResult,
      },
      async (request) => {
        const { file } = request.body;
        const found = (await disks.answer(request)) as { bundles: string[] }[];
        if (!found.some(({ bundles }) => bundles.includes(file)))
          throw new ApiError(409, `there is no bundle ${file} on a disk that is plugged in`);
        await refused(() => updates.take(file));
        return now();
      },
    ),
    write<TypeOf<typeof install>>(
      {
        method: 'POST',
        path: 'update/install',
        ...common,
        summary: 'Installs the bundle; calls go on. Then the machine restarts as by `restart`.',
        body: install,
        result: updateResult,
      },
      async ({ body }) => {
        await refused(() => updates.install(body.waitMinutes));
        return now();
      },
    ),
    {
      method: 'DELETE',
      path: 'update',
      ...common,
      summary: 'Forgets a bundle that is not installed.',
      answer: () => refused(() => updates.forget()),
    },
  ];
}

async function refused<Result>(act: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof UpdateError) throw new ApiError(409, error.message);
    throw error;
  }
}
