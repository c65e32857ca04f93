/** Commands that show what the box does now. */
import { type BoxApi, type Command, CommandError, type Terminal } from '../command.js';
import { duration, pairs, size, table } from '../text.js';
import { until } from '../until.js';

type Alarm = { text: string; raised: string; cleared?: string };
type Status = {
  version: string;
  uptimeSeconds: number;
  alarms: Alarm[];
  calls: number;
  conferences: number;
  phones: { username: string; phones: number }[];
  trunks: { name: string; state: string; at?: string; lastError?: string }[];
};
type System = {
  cpu?: { main: number; media: number };
  ticks: { p50Ms?: number; longestMs?: number; late: number; realtime: boolean };
  memory: { program: number; free: number; total: number };
  disk?: { free: number; total: number };
  temperatureC?: number;
};
export type Conference = {
  id: string;
  description: string;
  locked: boolean;
  seconds: number;
  participants: {
    id: number;
    number: string;
    name: string;
    place: string;
    muted: boolean;
    held: boolean;
    codec?: string;
    seconds: number;
    media?: { levelDbm0: number; speaking: boolean };
  }[];
};
type Call = {
  id: number;
  direction: string;
  number: string;
  name: string;
  with: string;
  state: string;
  codec?: string;
  seconds: number;
  media?: { quality: { rxMos?: number; rxLoss?: number } };
};
type LogLine = { id: number; time: string; level: string; part: string; text: string; more: string };

const LOG_LINES = 20;
const FOLLOW_MS = 1000;

const percent = (part: number) => `${(100 * part).toFixed(part < 0.1 ? 1 : 0)} %`;

export const conferenceIds = async (api: BoxApi): Promise<string[]> =>
  (await api.ask<Conference[]>('GET conferences')).map(({ id }) => id);

export const callIds = async (api: BoxApi): Promise<string[]> =>
  (await api.ask<Call[]>('GET calls')).map(({ id }) => String(id));

export const watching: Command[] = [
  { words: 'status', help: 'What goes on, how the machine is, and what is wrong.', run: showStatus },
  {
    words: 'alarms',
    help: 'What is wrong now, and what was.',
    run: async ({ api, print }) => {
      const { standing, past } = await api.ask<{ standing: Alarm[]; past: Alarm[] }>('GET alarms');
      if (standing.length + past.length === 0) return print('Nothing is wrong, and nothing was.');
      print(
        table(
          ['SINCE', 'UNTIL', 'WHAT'],
          [...standing, ...past].map(({ raised, cleared, text }) => [raised, cleared ?? 'now', text]),
        ),
      );
    },
  },
  {
    words: 'conferences',
    args: '[CONFERENCE]',
    help: 'The conferences somebody is in, or who is in one.',
    complete: conferenceIds,
    run: showConferences,
  },
  {
    words: 'calls',
    help: 'Every phone and line in a call.',
    run: async ({ api, print }) => {
      const calls = await api.ask<Call[]>('GET calls');
      if (calls.length === 0) return print('There is no call.');
      print(
        table(
          ['ID', 'NUMBER', 'NAME', 'DIRECTION', 'WITH', 'STATE', 'FOR', 'CODEC', 'MOS', 'LOSS'],
          calls.map(({ id, number, name, direction, with: other, state, seconds, codec, media }) => [
            ...[id, number, name, direction, other, state, duration(seconds), codec],
            media?.quality.rxMos?.toFixed(1),
            media?.quality.rxLoss === undefined ? undefined : percent(media.quality.rxLoss),
          ]),
        ),
      );
    },
  },
  {
    words: 'phones',
    help: 'The phones that are registered.',
    run: async ({ api, print }) => {
      type Phone = { address: string; userAgent: string; expiresInSeconds: number };
      const accounts = await api.ask<{ username: string; phones: Phone[] }[]>('GET phones');
      if (accounts.length === 0) return print('No phone is registered.');
      print(
        table(
          ['USER NAME', 'ADDRESS', 'LEFT', 'PHONE'],
          accounts.flatMap(({ username, phones }) =>
            phones.map((one) => [username, one.address, duration(one.expiresInSeconds), one.userAgent]),
          ),
        ),
      );
    },
  },
  {
    words: 'trunks',
    help: 'The providers, and whether they take us.',
    run: async ({ api, print }) => {
      const { trunks } = await api.ask<Status>('GET status');
      if (trunks.length === 0) return print('There is no trunk.');
      print(
        table(
          ['NAME', 'STATE', 'AT', 'LAST ERROR'],
          trunks.map(({ name, state, at, lastError }) => [name, state, at, lastError]),
        ),
      );
    },
  },
  {
    words: 'dial-plan',
    args: 'FROM NUMBER',
    help: 'What happens when an extension dials a number, step by step.',
    run: async ({ api, print }, [from, number]) => {
      const { steps, result } = await api.ask<{ steps: string[]; result: string }>('GET dial-plan/explain', {
        query: { from, number },
      });
      print([...steps, result].join('\n'));
    },
  },
  {
    words: 'log',
    args: '[PART]',
    help: 'What the box has said of itself, or one part of it: sip, call, web, main...',
    complete: logParts,
    run: async (terminal, [part]) => {
      const lines = await logLines(terminal.api, part);
      if (lines.length === 0) terminal.print('Nothing was logged.');
      showLog(terminal, lines);
    },
  },
  {
    words: 'log follow',
    args: '[PART]',
    help: 'The same as it happens, until Ctrl-C.',
    complete: logParts,
    run: followLog,
  },
];

async function showStatus({ api, print }: Terminal): Promise<void> {
  const status = await api.ask<Status>('GET status');
  const { cpu, ticks, memory, disk, temperatureC } = await api.ask<System>('GET system');
  const phones = status.phones.reduce((sum, one) => sum + one.phones, 0);
  print(
    pairs([
      ['Version', status.version],
      ['Running for', duration(status.uptimeSeconds)],
      ['Calls', status.calls],
      ['Conferences', status.conferences],
      ['Phones', phones],
      ['Trunks', status.trunks.map(({ name, state }) => `${name} ${state}`).join(', ')],
      ['Processor', cpu && `${percent(cpu.main)} of a core, sound ${percent(cpu.media)}`],
      ['Tick', `${ticks.p50Ms?.toFixed(2) ?? '?'} ms of 20, ${ticks.late} late`],
      ['Memory', `${size(memory.program)} used, ${size(memory.free)} of ${size(memory.total)} free`],
      ['Disk', disk && `${size(disk.free)} of ${size(disk.total)} free`],
      ['Temperature', temperatureC === undefined ? undefined : `${temperatureC} C`],
      ['Alarms', status.alarms.length || 'none'],
    ]),
  );
  for (const { text } of status.alarms) print(`  ! ${text}`);
}

async function showConferences({ api, print }: Terminal, [which]: string[]): Promise<void> {
  const conferences = await api.ask<Conference[]>('GET conferences');
  if (which === undefined) {
    if (conferences.length === 0) return print('Nobody is in a conference.');
    return print(
      table(
        ['CONFERENCE', 'DESCRIPTION', 'IN IT', 'FOR', ''],
        conferences.map(({ id, description, participants, seconds, locked }) => [
          ...[id, description, participants.length, duration(seconds), locked ? 'locked' : ''],
        ]),
      ),
    );
  }
  const conference = conferences.find(({ id }) => id === which);
  if (!conference) throw new CommandError(`nobody is in a conference ${which}`);
  print(
    table(
      ['ID', 'NUMBER', 'NAME', 'FOR', 'CODEC', 'LEVEL', ''],
      conference.participants.map(({ id, number, name, seconds, codec, media, place, muted, held }) => [
        ...[id, number, name, duration(seconds), codec],
        media?.speaking ? `${media.levelDbm0.toFixed(0)} dBm0` : '',
        [place === 'inside' ? '' : place, muted ? 'muted' : '', held ? 'on hold' : ''].join(' ').trim(),
      ]),
    ),
  );
}

async function logParts(api: BoxApi): Promise<string[]> {
  return (await api.ask<{ parts: string[] }>('GET log')).parts;
}

/** The last lines, oldest first. */
async function logLines(api: BoxApi, part: string | undefined, limit = LOG_LINES): Promise<LogLine[]> {
  const query = { limit: String(limit), ...(part === undefined ? {} : { part }) };
  return (await api.ask<{ lines: LogLine[] }>('GET log', { query })).lines.reverse();
}

function showLog({ print }: Terminal, lines: LogLine[]): void {
  for (const { time, level, part, text, more } of lines)
    print(table([time.slice(11, 23), level.padEnd(5), part.padEnd(5), text, more], []));
}

async function followLog(terminal: Terminal, [part]: string[]): Promise<void> {
  const { interrupted } = terminal;
  let lines = await logLines(terminal.api, part);
  let last = 0;
  while (!interrupted.aborted) {
    showLog(
      terminal,
      lines.filter(({ id }) => id > last),
    );
    last = lines.at(-1)?.id ?? last;
    await until(interrupted, FOLLOW_MS);
    lines = await logLines(terminal.api, part, 1000);
  }
}
