/**
 * 24 analog phones and 50 SIP callers in one conference: what an analog leg costs the media thread, and that no frame of it is
 * lost. The card is a simulated one: its own work is in another thread and does not count.
 */
import * as assert from 'uvu/assert';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Box, phones, type Status } from '../support/box.js';
import { waitedMs } from '../support/process-usage.js';
import { sim } from '../support/sim-phone.js';
import { compile } from './compile.js';
import { RtpLoad } from './rtp-load.js';
import { DOUBTFUL_WAIT } from './table.js';
import { writeVoices, type Voices } from './voices.js';

const SECONDS = Number(process.env.BENCH_SECONDS ?? 5);
const LINES = 24;
const CALLERS = 50;
const TALKERS = 3;
/** Code that is hot is compiled by then, and the chimes have ended. */
const SETTLING_MS = 3000;

const places = Array.from({ length: LINES }, (_, at) => at + 1);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const program = compile('rtp-load');
const folder = mkdtempSync(path.join(tmpdir(), 'parley-bench-'));
try {
  const voices = writeVoices('PCMU', folder);
  if (program && voices) await run(program, voices);
} finally {
  rmSync(folder, { recursive: true });
}

async function run(program: string, voices: Voices): Promise<void> {
  const box = await Box.start({
    version: 1,
    extensions: [...phones(1, CALLERS), { number: '201' }],
    conferences: [{ number: '800', description: '', type: 'static' }],
  });
  const load = await RtpLoad.open(program, CALLERS, voices);
  const phone = await box.phone('101');
  try {
    for (let caller = 0; caller < CALLERS; caller++)
      await phone.dialWith('800', load.end(caller, 0, caller < TALKERS));
    await box.inside(CALLERS);
    const without = await observe(box);
    for (const place of places) await attach(box, place);
    const onHook = await observe(box);
    for (const place of places) await sim(box, `${place} off-hook`);
    await pause(SETTLING_MS);
    for (const place of places) await sim(box, `${place} dial 800`);
    await box.inside(CALLERS + LINES);
    for (const place of places) await sim(box, `${place} say ${200 + 40 * place}`);
    const inside = await observe(box);
    const perLeg = ({ mediaMs }: Observed) => ((mediaMs - without.mediaMs) / LINES).toFixed(2);
    console.log(
      `lines: ${LINES} analog phones beside ${CALLERS} callers${inside.waited > DOUBTFUL_WAIT ? ' !' : ''}: the media ` +
        `thread takes ${without.mediaMs.toFixed(0)} ms/s without them, ${perLeg(onHook)} more for each on hook, ` +
        `${perLeg(inside)} more for each in the conference, echo taken out; tick ${inside.tickP50Ms.toFixed(1)} ms, ` +
        `${inside.lateTicks} late; ${inside.overruns} overruns, ${inside.underruns} underruns`,
    );
    assert.is(inside.overruns, 0, 'overruns');
  } finally {
    phone.calls.clear(); // the box is put away with them: nobody hangs up
    await load.close();
    await box.discard();
  }
}

async function attach(box: Box, place: number): Promise<void> {
  const line = { card: `simulated:${LINES}`, place, kind: 'fxs', extension: '201' };
  assert.is((await box.ask(`config/lines/line${place}`, 'PUT', line)).status, 200);
}

type Observed = {
  /** CPU-ms of the media thread in a second. */
  mediaMs: number;
  tickP50Ms: number;
  lateTicks: number;
  overruns: number;
  underruns: number;
  /** How long the box waited for a CPU, for each ms that it had one. */
  waited: number;
};

async function observe(box: Box): Promise<Observed> {
  const pid = box.process.pid!;
  await pause(SETTLING_MS);
  const [before, lostBefore] = [(await box.get<Status>('status')).media, await lost(box)];
  const [startMs, startWaitedMs] = [performance.now(), waitedMs(pid)];
  await pause(SECONDS * 1000);
  const { media } = await box.get<Status>('status');
  const seconds = (performance.now() - startMs) / 1000;
  const spentMs = ((media.cpuUs - before.cpuUs) >>> 0) / 1000;
  const lostNow = await lost(box);
  return {
    mediaMs: spentMs / seconds,
    tickP50Ms: media.tickP50Us / 1000,
    lateTicks: media.lateTicks - before.lateTicks,
    overruns: lostNow.overruns - lostBefore.overruns,
    underruns: lostNow.underruns - lostBefore.underruns,
    waited: (waitedMs(pid) - startWaitedMs) / spentMs,
  };
}

/** Frames lost on all lines. */
async function lost(box: Box): Promise<{ overruns: number; underruns: number }> {
  const lines = await box.get<{ sound?: { overruns: number; underruns: number } }[]>('lines');
  const sum = (what: 'overruns' | 'underruns') =>
    lines.reduce((total, { sound }) => total + (sound?.[what] ?? 0), 0);
  return { overruns: sum('overruns'), underruns: sum('underruns') };
}
