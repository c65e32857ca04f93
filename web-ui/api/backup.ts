/** The configuration as a file, brought back from one, and the box made as new. */
import { BackupError, makeBackup, MAX_BACKUP_BYTES, openBackup } from '../../firmware/config/backup.js';
import type { Administrator, Config, TypeOf } from '../../firmware/config/schema.js';
import { change, changesResult, DRY_RUN } from './config-change.js';
import { diskField, leaveOnDisk } from './disks.js';
import { leftResult } from './results.js';
import { ApiError, Reply, write, type Route } from './route.js';
import type { ApiSources } from './sources.js';

const passphrase = {
  type: 'string',
  minLength: 8,
  maxLength: 128,
  description: '8 to 128 characters',
} as const;

const make = {
  type: 'object',
  additionalProperties: false,
  required: ['passphrase'],
  description: 'an object { }',
  properties: { passphrase },
} as const;

const toDisk = { ...make, properties: { passphrase, disk: diskField } } as const;

const restore = {
  type: 'object',
  additionalProperties: false,
  required: ['backup', 'passphrase'],
  description: 'an object { }',
  properties: {
    backup: { type: 'object', description: 'a backup as it was downloaded' },
    passphrase,
  },
} as const;

const reset = {
  type: 'object',
  additionalProperties: false,
  required: ['confirm'],
  description: 'an object { }',
  properties: { confirm: { const: 'reset', description: 'the word "reset"' } },
} as const;

export function backupRoutes(sources: ApiSources): Route[] {
  const common = { role: 'administrator', forPeople: true } as const;
  return [
    write<TypeOf<typeof make>>(
      {
        method: 'POST',
        path: 'backup',
        ...common,
        summary: 'The configuration as a file, its secrets encrypted by a passphrase.',
        body: make,
        result: { type: 'object', description: 'what `backup/restore` takes, as a file' },
      },
      ({ body }) => backup(sources, body.passphrase),
    ),
    write<TypeOf<typeof toDisk>>(
      {
        method: 'POST',
        path: 'backup/to-disk',
        ...common,
        summary: 'The same, left on a disk that is plugged in.',
        body: toDisk,
        result: leftResult,
      },
      async ({ body }) => leaveOnDisk(sources, body.disk, await backup(sources, body.passphrase)),
    ),
    write<TypeOf<typeof restore>>(
      {
        method: 'POST',
        path: 'backup/restore',
        ...common,
        summary: 'Brings the configuration of a backup back; who does it stays who it is, and calls go on.',
        query: DRY_RUN,
        body: restore,
        maxBytes: MAX_BACKUP_BYTES,
        result: changesResult,
      },
      async (request) => {
        const kept = await opened(JSON.stringify(request.body.backup), request.body.passphrase);
        const before = sources.config();
        const administrators = administratorsOf(kept, before, request.by);
        return change(sources, request, { ...kept, apiTokens: before.apiTokens, administrators });
      },
    ),
    write<TypeOf<typeof reset>>(
      {
        method: 'POST',
        path: 'factory-reset',
        ...common,
        summary:
          'Makes the box as new: configuration, its versions, history and recordings on flash are gone; calls go on.',
        body: reset,
      },
      ({ by }) => sources.reset(by),
    ),
  ];
}

async function backup(sources: ApiSources, withPassphrase: string): Promise<Reply> {
  const made = new Date().toISOString();
  const text = await makeBackup(sources.config(), withPassphrase, { made, firmware: sources.version });
  return new Reply('application/json; charset=utf-8', text, `parley-${made.slice(0, 10)}.json`);
}

async function opened(text: string, withPassphrase: string): Promise<Config> {
  try {
    return await openBackup(text, withPassphrase);
  } catch (error) {
    if (error instanceof BackupError) throw new ApiError(422, error.message);
    throw error;
  }
}

/** Those of the backup; but who restores it is not to be shut out. */
function administratorsOf(kept: Config, before: Config, by: string): Administrator[] {
  const own = before.administrators.find(({ name }) => name === by);
  if (!own) return kept.administrators;
  const isKept = kept.administrators.some(({ name }) => name === by);
  return isKept
    ? kept.administrators.map((one) => (one.name === by ? own : one))
    : [...kept.administrators, own];
}
