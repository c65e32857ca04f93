/** Commands for whoever is at the wires: what each line does, tests of it, and the hands at a simulated card. */
import type { PortStats } from '../../media/stats.js';
import { type BoxApi, type Command, CommandError, type Terminal } from '../command.js';
import { table } from '../text.js';
import { until } from '../until.js';

type Line = {
  name?: string;
  card: string;
  place: number;
  kind: 'fxs' | 'fxo';
  extension?: string;
  to?: string;
  state: string;
  offHook: boolean;
  ringing: boolean;
  battery: boolean;
  reversed: boolean;
  alarm: string;
  test?: { heard: string };
  sound?: { rxLevelDbm0: number } & NonNullable<PortStats['line']>;
};
type Test = {
  test: 'ring' | 'offHook' | 'tone' | 'loopBack';
  hz?: number;
  levelDbm0?: number;
  dial?: string;
};

const LOOK_MS = 1000;
/** Of a balance sweep: whatever a voice has. */
const SWEEP_HZ = [200, 300, 500, 800, 1004, 1500, 2000, 2500, 3000, 3400];
/** Until a tone has come back and stands in the meters. */
const SETTLE_MS = 300;
/** Until a number is dialled: for dial tone, for each key, and for the exchange; as a test of a line dials. */
const DIALLED_MS = (number: string) => 4500 + 200 * number.length;
/** An echo this soft is none. */
const SILENT_DBM0 = -70;

const lineNames = async (api: BoxApi, typed: string[]): Promise<string[]> =>
  typed.length > 0 ? [] : (await api.ask<Line[]>('GET lines')).flatMap(({ name }) => name ?? []);

export const lines: Command[] = [
  {
    words: 'lines',
    help: 'Every line of a card: hook, bell, battery, levels in and out, echo, what was lost.',
    run: async ({ api, print }) => print(tableOf(await api.ask<Line[]>('GET lines'))),
  },
  {
    words: 'lines learn',
    args: 'LINE NUMBER',
    help: 'Learns the tones of an exchange line: calls NUMBER, its own, or one where somebody answers and hangs up.',
    complete: lineNames,
    run: learn,
  },
  {
    words: 'lines follow',
    help: 'The same every second, until Ctrl-C.',
    run: async ({ api, print, interrupted }) => {
      for (; !interrupted.aborted; await until(interrupted, LOOK_MS))
        print(`${tableOf(await api.ask<Line[]>('GET lines'))}\n`);
    },
  },
  {
    words: 'lines ring',
    args: 'LINE',
    help: 'Rings a phone until it is lifted, or Ctrl-C.',
    complete: lineNames,
    run: (terminal, [name]) => watched(terminal, name, { test: 'ring' }),
  },
  {
    words: 'lines off-hook',
    args: 'LINE',
    help: 'Takes an exchange line, and says which tone is heard there, until Ctrl-C.',
    complete: lineNames,
    run: (terminal, [name]) => watched(terminal, name, { test: 'offHook' }),
  },
  {
    words: 'lines tone',
    args: 'LINE [HZ] [DBM0]',
    help: 'Sends a tone into a line (1004 Hz, -10 dBm0) beside the level meter, until Ctrl-C.',
    complete: lineNames,
    run: (terminal, [name, hz, dbm0]) =>
      watched(terminal, name, { test: 'tone', hz: figure(hz), levelDbm0: figure(dbm0) }),
  },
  {
    words: 'lines loop-back',
    args: 'LINE',
    help: 'Sends back into a line what comes from it, until Ctrl-C.',
    complete: lineNames,
    run: (terminal, [name]) => watched(terminal, name, { test: 'loopBack' }),
  },
  {
    words: 'lines sweep',
    args: 'LINE [NUMBER]',
    help: 'How much softer an echo comes back, by frequency; an exchange line dials a NUMBER first that answers and is silent.',
    complete: lineNames,
    run: sweep,
  },
  {
    words: 'sim',
    args: 'WORD...',
    help: 'What happens at a simulated card: sim 1 off-hook, sim 1 dial 800, sim exchange 1 call 5551234.',
    run: async ({ api, print }, words) => {
      const command = words.join(' ');
      const { said } = await api.ask<{ said: string }>('POST simulated-card', { body: { command } });
      print(said === '' ? 'Done.' : said);
    },
  },
];

function tableOf(all: Line[]): string {
  if (all.length === 0) return 'There is no line card, and no line is configured.';
  return table(
    ['LINE', 'CARD', 'PLACE', 'FOR', 'STATE', 'IN', 'OUT', 'ECHO', 'SLIPS', 'LOST', ''],
    all.map((line) => {
      const { name, card, place, kind, extension, to, state, sound, alarm } = line;
      return [
        ...[name ?? '-', card, place, `${kind} ${extension ?? to ?? ''}`, state],
        ...[sound?.rxLevelDbm0, sound?.txLevelDbm0, echoOf(sound), sound?.slips],
        sound && sound.overruns + sound.underruns,
        [...wires(line), alarm].join(' ').trim(),
      ];
    }),
  );
}

/** `-18, then -30`: how much softer an echo comes back, and how much softer it is made, dB. */
function echoOf(sound: Line['sound']): string | undefined {
  const { echoLossDb, echoEnhancementDb } = sound ?? {};
  if (echoLossDb === undefined || echoEnhancementDb === undefined) return undefined;
  return `-${echoLossDb.toFixed(0)}, then -${echoEnhancementDb.toFixed(0)}`;
}

function wires({ offHook, ringing, battery, reversed, state }: Line): string[] {
  if (state === 'missing') return [];
  return [
    offHook ? 'off hook' : 'on hook',
    ringing ? 'ringing' : '',
    battery ? '' : 'no battery',
    reversed ? 'reversed' : '',
  ].filter((word) => word !== '');
}

async function lineOf(api: BoxApi, name: string): Promise<Line> {
  const line = (await api.ask<Line[]>('GET lines')).find((one) => one.name === name);
  if (!line) throw new CommandError(`there is no line ${name}; "lines" shows what there is`);
  return line;
}

/** A test, and what the meters of its line say each second, until it is over or interrupted. */
async function watched(terminal: Terminal, name: string, body: Test): Promise<void> {
  const { api, print, interrupted } = terminal;
  await tested(api, name, body, async () => {
    print('It goes on for a minute; Ctrl-C ends it.');
    for (; !interrupted.aborted; await until(interrupted, LOOK_MS)) {
      const line = await lineOf(api, name);
      if (!line.test) return print('It is over: the phone was lifted, or the minute.');
      const { rxLevelDbm0 = NaN, txLevelDbm0 = NaN } = line.sound ?? {};
      const heard = line.test.heard === '' ? '' : `  ${line.test.heard} tone`;
      print(`in ${rxLevelDbm0} dBm0  out ${txLevelDbm0} dBm0  ${wires(line).join(', ')}${heard}`);
    }
  });
}

/** Has a line in a test while something is done; then its owner has it again. */
async function tested(api: BoxApi, name: string, body: Test, work: () => Promise<void>): Promise<void> {
  await api.ask('POST lines/:name/test', { params: { name }, body });
  try {
    await work();
  } finally {
    // One that has ended by itself is what was wanted.
    await api.ask('DELETE lines/:name/test', { params: { name } }).catch(() => {});
  }
}

type HeardTone = { frequenciesHz: number[]; onOffMs: number[]; levelDbm0: number };
type Learned = { tones: Record<string, HeardTone>; polarity: boolean; changes: string[] };

async function learn({ api, print }: Terminal, [name, number]: string[]): Promise<void> {
  print('It calls, and listens until the call is over: that takes up to a minute and a half.');
  const { tones, polarity, changes } = await api.ask<Learned>('POST lines/:name/learn', {
    params: { name },
    body: { number },
  });
  const rows = Object.entries(tones).map(([tone, { frequenciesHz, onOffMs, levelDbm0 }]) => [
    tone,
    frequenciesHz.join(' + '),
    onOffMs.length > 0 ? onOffMs.join(', ') : 'without a pause',
    levelDbm0,
  ]);
  print(table(['TONE', 'HZ', 'ON, OFF, ms', 'dBm0'], rows));
  if (polarity) print('The battery was turned round when the call was answered.');
  print(changes.length > 0 ? changes.join('\n') : 'All that was known already.');
}

async function sweep({ api, print, interrupted }: Terminal, [name, number]: string[]): Promise<void> {
  const { kind, offHook } = await lineOf(api, name);
  if (kind === 'fxs' && !offHook)
    throw new CommandError('an echo comes back from a phone that is lifted: lift it, and try again');
  const rows: (string | number)[][] = [];
  const first: Test = { test: 'tone', hz: SWEEP_HZ[0], dial: number };
  await tested(api, name, first, async () => {
    if (number !== undefined) await until(interrupted, DIALLED_MS(number));
    for (const hz of SWEEP_HZ) {
      if (hz !== SWEEP_HZ[0])
        await api.ask('POST lines/:name/test', { params: { name }, body: { test: 'tone', hz } });
      await until(interrupted, SETTLE_MS);
      const { sound } = await lineOf(api, name);
      if (interrupted.aborted || !sound) return;
      const { rxLevelDbm0, txLevelDbm0 } = sound;
      rows.push([
        hz,
        txLevelDbm0,
        rxLevelDbm0,
        rxLevelDbm0 < SILENT_DBM0 ? 'none' : txLevelDbm0 - rxLevelDbm0,
      ]);
    }
  });
  print(table(['HZ', 'OUT', 'IN', 'RETURN LOSS, dB'], rows));
  if (kind === 'fxo' && number === undefined)
    print('What the exchange itself says, as dial tone, is in it: give a number that answers and is silent.');
  print('It only measures: no card that the box knows lets its balance be set from here.');
}

/** A figure that was typed; undefined for none. What is none is refused by the API. */
function figure(typed: string | undefined): number | undefined {
  if (typed === undefined) return undefined;
  if (!isFinite(Number(typed))) throw new CommandError(`"${typed}": a figure was expected`);
  return Number(typed);
}
