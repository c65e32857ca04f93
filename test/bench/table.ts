/** The figures of the bench as a table for a terminal. */
import type { RowFigures } from './media-row.js';

type Shown = { name: string; floor: number } & RowFigures;

const heap = ({ heapMiB }: { heapMiB: number | null }) => heapMiB?.toFixed(0) ?? '-';

/** Beyond these it is the machine that was measured: the load itself late (p99), the box waiting for a CPU. */
const DOUBTFUL_LATENESS_MS = 5;
export const DOUBTFUL_WAIT = 0.25;

export function isDoubtful({ load, waitedShare }: RowFigures): boolean {
  return load.latenessP99Ms > DOUBTFUL_LATENESS_MS || waitedShare > DOUBTFUL_WAIT;
}

const columns: { title: string; width: number; show: (row: Shown) => string }[] = [
  {
    title: 'callers-rooms-talk-codec',
    width: -24,
    show: (row) => (isDoubtful(row) ? `${row.name} !` : row.name),
  },
  { title: 'CPU-ms/s', width: 9, show: (row) => row.cpuMsPerParticipantSecond.toFixed(3) },
  { title: 'floor', width: 6, show: ({ floor }) => floor.toFixed(3) },
  { title: 'ratio', width: 6, show: (row) => (row.cpuMsPerParticipantSecond / row.floor).toFixed(2) },
  { title: 'waited', width: 8, show: ({ waitedShare }) => `${Math.round(100 * waitedShare)} %` },
  { title: 'pkt/s', width: 7, show: (row) => row.packetsPerSecondToEach.toFixed(1) },
  { title: 'late', width: 6, show: ({ lateTicks }) => String(lateTicks) },
  { title: 'max tick', width: 10, show: ({ maxTickCpuMs }) => maxTickCpuMs.toFixed(1) },
  { title: 'lost in/out', width: 13, show: ({ lostIn, lostOut }) => `${lostIn}/${lostOut}` },
  { title: 'MiB', width: 5, show: ({ residentMiB }) => residentMiB.toFixed(0) },
  {
    title: 'heap main/media',
    width: 16,
    show: ({ garbage }) => `${heap(garbage.main)}/${heap(garbage.media)}`,
  },
  { title: 'GCs', width: 7, show: ({ garbage }) => `${garbage.main.count}/${garbage.media.count}` },
  { title: 'delay ms', width: 11, show: ({ load }) => pair(load.delayP50Ms, load.delayP95Ms) },
  { title: 'join ms', width: 13, show: ({ joinP50Ms, joinP95Ms }) => pair(joinP50Ms, joinP95Ms) },
  {
    title: 'load late ms',
    width: 13,
    show: ({ load }) => `${load.latenessP99Ms.toFixed(1)}/${load.latenessMaxMs.toFixed(1)}`,
  },
];

/** p50/p95 where there are two; the load's own lateness is p99/max. */
export const header = columns.map(({ title, width }) => pad(title, width)).join('');

export function line(row: Shown): string {
  return columns.map(({ width, show }) => pad(show(row), width)).join('');
}

function pair(p50: number, p95: number): string {
  return `${p50.toFixed(0)}/${p95.toFixed(0)}`;
}

/** A negative width is to the left. */
function pad(text: string, width: number): string {
  return width < 0 ? text.padEnd(-width) : text.padStart(width);
}
