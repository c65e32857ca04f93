/** Commands about the box as a whole: backups, what support needs, restarts, updates. */
import { type BoxApi, type Command, CommandError, type Terminal } from '../command.js';
import { pairs, size, table } from '../text.js';

type Disk = { mountedAt: string; freeBytes: number; bundles: string[] };
type Planned = { why: string; atLatest: string };
type Update = {
  version: string;
  state: string;
  bundle?: { version: string; description: string };
  percent?: number;
  trouble?: string;
  booted?: string;
  slots?: { name: string; isBooted: boolean; isGood: boolean; version?: string }[];
  restart?: Planned;
};

const disks = (api: BoxApi) => api.ask<Disk[]>('GET disks');
const diskNames = async (api: BoxApi, typed: string[]): Promise<string[]> =>
  typed.length === 0 ? (await disks(api)).map(({ mountedAt }) => mountedAt) : [];

export const caring: Command[] = [
  {
    words: 'disks',
    help: 'The disks that are plugged in, and the updates on them.',
    run: async ({ api, print }) => {
      const list = await disks(api);
      if (list.length === 0) return print('No disk that can be written is plugged in.');
      print(
        table(
          ['DISK', 'FREE', 'UPDATES'],
          list.map(({ mountedAt, freeBytes, bundles }) => [mountedAt, size(freeBytes), bundles.join(' ')]),
        ),
      );
    },
  },
  {
    words: 'backup',
    args: '[DISK]',
    help: 'Leaves the configuration on a disk, its secrets encrypted by a passphrase that is asked for.',
    complete: diskNames,
    run: async (terminal, [disk]) => {
      const passphrase = await terminal.secret('Passphrase, 8 to 128 characters: ');
      if ((await terminal.secret('The same again: ')) !== passphrase)
        throw new CommandError('That was not the same. Nothing was done.');
      await leave(terminal, 'POST backup/to-disk', { disk, passphrase });
    },
  },
  {
    words: 'support-bundle',
    args: '[DISK]',
    help: 'Leaves log, alarms, versions and the configuration without its secrets on a disk.',
    complete: diskNames,
    run: (terminal, [disk]) => leave(terminal, 'POST support-bundle/to-disk', { disk }),
  },
  {
    words: 'reboot',
    args: '[MINUTES]',
    help: 'Restarts the machine now, or once nobody is in a call, at the latest in so many minutes. Asks first.',
    run: async ({ api, print, confirm }, [minutes]) => {
      const waitMinutes = minutesOf(minutes, 0);
      const calls = (await api.ask<object[]>('GET calls')).length;
      if (waitMinutes === 0 && calls > 0) print(`${calls} in a call will be cut off.`);
      await confirm('Restart the machine?');
      const { planned } = await api.ask<{ planned: Planned }>('POST restart', { body: { waitMinutes } });
      print(planWords(planned));
    },
  },
  {
    words: 'reboot cancel',
    help: 'The restart that is planned does not take place.',
    run: async ({ api, print }) => {
      await api.ask('DELETE restart');
      print('No restart is planned.');
    },
  },
  {
    words: 'factory-reset',
    help: 'Makes the box as new, except for its firmware. Asks twice.',
    run: async ({ api, print, confirm }) => {
      await confirm('Configuration, its versions, history and recordings on flash will be gone. Go on?');
      await confirm('Nothing brings them back but a backup. Make the box as new?');
      print('The box is as new; ports and addresses are after the next restart.');
      await api.ask('POST factory-reset', { body: { confirm: 'reset' } });
    },
  },
  { words: 'update', help: 'The version that runs, and how far an update is.', run: showUpdate },
  {
    words: 'update load',
    args: 'FILE',
    help: 'Verifies an update on a disk that is plugged in, and shows what it is.',
    complete: async (api, typed) =>
      typed.length === 0 ? (await disks(api)).flatMap(({ bundles }) => bundles) : [],
    run: async (terminal, [file]) => {
      await terminal.api.ask('POST update/from-disk', { body: { file } });
      await showUpdate(terminal);
    },
  },
  {
    words: 'update install',
    args: '[MINUTES]',
    help: 'Installs it; the machine restarts once nobody is in a call, at the latest after so long (a day). Asks first.',
    run: async (terminal, [minutes]) => {
      const { api, confirm, print } = terminal;
      const waitMinutes = minutesOf(minutes, 24 * 60);
      const { bundle } = await api.ask<Update>('GET update');
      await confirm(`Install version ${bundle?.version ?? '?'}?`);
      await api.ask('POST update/install', { body: { waitMinutes } });
      print('It is being installed; "update" shows how far it is.');
    },
  },
  {
    words: 'update forget',
    help: 'Does not install it.',
    run: async ({ api, print }) => {
      await api.ask('DELETE update');
      print('Done.');
    },
  },
];

async function leave({ api, print }: Terminal, what: string, body: object): Promise<void> {
  const { file } = await api.ask<{ file: string }>(what, { body: defined(body) });
  print(`It is in ${file}; the disk may be pulled out.`);
}

async function showUpdate({ api, print }: Terminal): Promise<void> {
  const update = await api.ask<Update>('GET update');
  const { version, state, bundle, percent, trouble, slots = [], restart } = update;
  print(
    pairs([
      ['Version', version],
      ...slots.map((one): [string, string] => [
        `Slot ${one.name}`,
        [one.version ?? 'as it was made', one.isBooted ? 'runs' : '', one.isGood ? '' : 'does not start']
          .filter(Boolean)
          .join(', '),
      ]),
      ['Update', bundle ? `${bundle.version} ${bundle.description}`.trim() : 'none'],
      ['State', percent === undefined || state !== 'installing' ? state : `${state}, ${percent} %`],
      ['Trouble', trouble],
      ['Restart', restart && planWords(restart)],
    ]),
  );
}

const planWords = ({ why, atLatest }: Planned) =>
  `restarts once nobody is in a call, at the latest at ${atLatest} (${why})`;

function minutesOf(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (!/^\d{1,5}$/.test(text)) throw new CommandError(`"${text}": a number of minutes was expected`);
  return Number(text);
}

/** Without what was not said. */
function defined(body: object): object {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
}
