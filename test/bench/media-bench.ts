/**
 * What a caller costs, beside the least it could: rows of callers, rooms, talkers and codec.
 *
 * BENCH=100-one measures only rows with both words in their names (BENCH=100-one,500 also those with 500), BENCH_SECONDS
 * says for how long.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { ChildLines } from './child-lines.js';
import { compile } from './compile.js';
import { measureRow, type Row, type RowFigures } from './media-row.js';
import { RtpLoad } from './rtp-load.js';
import { header, isDoubtful, line } from './table.js';
import { writeVoices, type Voices } from './voices.js';

const SECONDS = Number(process.env.BENCH_SECONDS ?? 5);
const FLOOR_SECONDS = Math.max(2, SECONDS / 2);
const RESULTS = 'bench-results';

type Floor = { cpuMs: number; seconds: number; packetsIn: number; lateTicks: number };
type Result = { name: string; floor: number } & RowFigures;

const nameOf = ({ callers, rooms, talkers, codec, recorded }: Row) =>
  `${callers}-${rooms}-${talkers}-${codec}${recorded ? '-recorded' : ''}`;
/** Twenty rooms, as they are and recorded: what recording costs. */
const recorded = (['PCMU', 'G722'] as const).flatMap((codec) =>
  [false, true].map((on): Row => ({ callers: 100, rooms: 'fives', talkers: 'three', codec, recorded: on })),
);
const plain = ([10, 100, 500, 1000] as const).flatMap((callers) =>
  (['PCMU', 'G722'] as const).flatMap((codec) =>
    (['one', 'fours'] as const).flatMap((rooms) =>
      (['all', 'three'] as const).map((talkers): Row => ({ callers, rooms, talkers, codec })),
    ),
  ),
);

const rows = [...plain, ...recorded];

const floorProgram = compile('tick-floor');
const loadProgram = compile('rtp-load');
if (floorProgram && loadProgram) await run(floorProgram, loadProgram);

async function run(floorProgram: string, loadProgram: string): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'parley-bench-'));
  const voices = { PCMU: writeVoices('PCMU', folder), G722: writeVoices('G722', folder) };
  /** CPU-ms per call-second of each run of the floor, by callers. */
  const floors = new Map<number, number[]>();
  const measured: (Omit<Result, 'floor'> & { callers: number })[] = [];
  try {
    for (const row of rows.filter((one) => isWanted(nameOf(one)))) {
      const name = nameOf(row);
      const voice = voices[row.codec];
      const figures = voice ? await measureRow(row, loadProgram, voice, SECONDS) : 'no voices in the codec';
      const floor = voice && (await measureFloor(floorProgram, loadProgram, row.callers, voice));
      if (floor) floors.set(row.callers, [...(floors.get(row.callers) ?? []), floor]);
      if (typeof figures === 'string') console.error(`left out ${name}: ${figures}`);
      else {
        measured.push({ name, callers: row.callers, ...figures });
        console.error(`measured ${name}`);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const results = measured.map(({ callers, ...figures }) => ({
    floor: median(floors.get(callers)!),
    ...figures,
  }));
  console.log([header, ...results.map(line)].join('\n'));
  if (results.some(isDoubtful))
    console.log('! The machine had too much else to do for these to tell something.');
  console.log(`Written to ${write(results)}.`);
}

/** CPU-ms that a call-second of the tick floor takes, under the same load. */
async function measureFloor(floor: string, load: string, calls: number, voices: Voices): Promise<number> {
  const callers = await RtpLoad.open(load, calls, voices);
  const child = new ChildLines(floor, [calls, FLOOR_SECONDS]);
  const ports = (await child.next()).trim().split(' ').map(Number);
  ports.forEach((port, call) => callers.start(call, port, 0, true));
  child.say(callers.ports.join(' '));
  const { cpuMs, seconds } = JSON.parse(await child.next()) as Floor;
  await child.close();
  await callers.close();
  return cpuMs / calls / seconds;
}

function isWanted(name: string): boolean {
  const words = name.split('-');
  const choices = (process.env.BENCH ?? '').split(',');
  return choices.some((choice) => choice === '' || choice.split('-').every((word) => words.includes(word)));
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1];
}

/** Returns the path. */
function write(results: Result[]): string {
  const file = path.join(RESULTS, `media-${new Date().toISOString().replace(/[:.]/g, '-')}.json`);
  const about = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length, seconds: SECONDS };
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(file, JSON.stringify({ ...about, results }, null, 2));
  return file;
}
