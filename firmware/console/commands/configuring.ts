/** Commands that show and change the configuration, by the routes that the pages use. */
import { type Asked, type BoxApi, type Command, CommandError, type Terminal } from '../command.js';
import { table } from '../text.js';

const SECTIONS = ['network', 'media', 'security', 'console', 'recordings', 'time-and-language'];
/** Each list, with the name of its key. */
const LISTS: Record<string, string> = {
  extensions: 'number',
  conferences: 'number',
  trunks: 'name',
  routes: 'prefix',
  services: 'number',
  permissionGroups: 'name',
  lines: 'name',
  audioPorts: 'number',
};

type Fields = Record<string, unknown>;
type Version = { version: number; saved: string; by?: string; changes?: string[] };

async function places(api: BoxApi, typed: string[]): Promise<string[]> {
  if (typed.length === 0) return [...SECTIONS, ...Object.keys(LISTS)];
  const key = LISTS[typed[0]];
  return typed.length === 1 && key ? (await entries(api, typed[0])).map((one) => String(one[key])) : [];
}

async function entries(api: BoxApi, list: string): Promise<Fields[]> {
  return (await api.ask<Record<string, Fields[]>>(`GET config/${list}`))[list];
}

/** What the routes call the part of the configuration that is named: `network`, or `extensions 101`. */
function part([name, key]: string[]): { path: string; asked: Asked } {
  if (SECTIONS.includes(name)) return { path: `config/${name}`, asked: {} };
  const keyName = LISTS[name];
  if (!keyName)
    throw new CommandError(
      `there is no "${name}"; there is: ${[...SECTIONS, ...Object.keys(LISTS)].join(', ')}`,
    );
  return { path: `config/${name}/:${keyName}`, asked: { params: { [keyName]: key } } };
}

export const configuring: Command[] = [
  {
    words: 'config show',
    args: 'PART [ENTRY]',
    help: 'A part of the configuration, without its secrets: network, or extensions, or extensions 101.',
    complete: places,
    run: async ({ api, print }, typed) => {
      if (typed.length === 1 && LISTS[typed[0]]) {
        const list = await entries(api, typed[0]);
        return print(
          list.length === 0 ? 'There is none.' : list.map((one) => JSON.stringify(one)).join('\n'),
        );
      }
      const { path, asked } = part(typed);
      print(JSON.stringify(await api.ask(`GET ${path}`, asked), null, 2));
    },
  },
  {
    words: 'config set',
    args: 'PART [ENTRY] FIELD VALUE',
    help: 'Changes a field: config set network sipPort 5060, config set conferences 800 pin 1234. Asks first.',
    complete: places,
    run: setField,
  },
  {
    words: 'config remove',
    args: 'LIST ENTRY',
    help: 'Takes an entry out of a list: config remove extensions 101. Asks first.',
    complete: places,
    run: async (terminal, typed) => {
      const { path, asked } = part(typed);
      await change(terminal, `DELETE ${path}`, asked);
    },
  },
  {
    words: 'config undo',
    help: 'Brings back the configuration before the last change. Asks first.',
    run: async (terminal) => {
      const [, before] = await terminal.api.ask<Version[]>('GET config/versions');
      if (!before) throw new CommandError('there is no configuration before this one');
      await change(terminal, 'POST config/versions/:version/restore', {
        params: { version: String(before.version) },
      });
    },
  },
  {
    words: 'config history',
    help: 'The last configurations, newest first, and what each changed.',
    run: async ({ api, print }) => {
      const versions = await api.ask<Version[]>('GET config/versions');
      print(
        table(
          ['VERSION', 'SAVED', 'BY', 'CHANGES'],
          versions.map(({ version, saved, by, changes }) => [version, saved, by, changes?.join('; ')]),
        ),
      );
    },
  },
];

async function setField(terminal: Terminal, typed: string[]): Promise<void> {
  const [value, field, ...rest] = [...typed].reverse();
  const { path, asked } = part(rest.reverse());
  const body = { ...(await terminal.api.ask<Fields>(`GET ${path}`, asked)) };
  setAt(body, field.split('.'), readValue(value));
  await change(terminal, `PUT ${path}`, { ...asked, body });
}

/** Shows what would change, and does it if that is wanted. */
export async function change({ api, print, confirm }: Terminal, what: string, asked: Asked): Promise<void> {
  const changes = await api.changes(what, asked, true);
  if (changes.length === 0) return print('That changes nothing.');
  for (const one of changes) print(`  ${one}`);
  await confirm('Apply?');
  await api.changes(what, asked, false);
  print('It is saved and in use.');
}

function setAt(fields: Fields, [field, ...rest]: string[], value: unknown): void {
  if (rest.length === 0) fields[field] = value;
  else {
    fields[field] = { ...(fields[field] as Fields | undefined) };
    setAt(fields[field] as Fields, rest, value);
  }
}

/** JSON where it is some, else a text; a number that a text is wanted for stands in quotes: '"1234"'. */
function readValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
