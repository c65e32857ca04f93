/** The media worker: one synchronous loop. Nothing wakes it but its own schedule; it decides nothing. */
import { receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { askForCpu, askForRealtime } from '../../hal/ffi/realtime.js';
import { beginSrtp } from '../../hal/ffi/srtp-library.js';
import { threadCpuMs } from '../../hal/ffi/thread-cpu.js';
import { SocketRing } from '../../hal/ffi/socket-ring.js';
import { close as closeHandle } from '../../hal/ffi/libc.js';
import { Readiness } from '../../hal/ffi/readiness.js';
import { UdpSocket } from '../../hal/ffi/udp-socket.js';
import { availableCodecs } from './codec.js';
import type { MediaCommand, MediaEvent } from './contract.js';
import { Engine, type EngineOptions } from './engine.js';
import { LoadMeter } from './load.js';
import { promptsOf, readPrompts } from './prompt-files.js';
import { rehearse } from './rehearsal.js';
import { PLANE } from './stats.js';
import { receiveHere } from './steady-streams.js';
import { TickTimes } from './tick-times.js';
import { Ticker } from './ticker.js';

export type MediaWorkerData = {
  channel: MessagePort;
  stats: Int32Array;
  recordings: Int32Array;
  /** As of MediaPlaneOptions. */
  cpu: number | undefined;
  /** What a worker before said when it was ready; the first has to find out. */
  before: Extract<MediaEvent, { type: 'ready' }> | undefined;
  /** One cell: 0 until it has prompts or its first message, the folder of them; 1 while it stands by; 2 at work. */
  stage: Int32Array;
};

/** A hundred callers who come at once are let in over some ticks, so that nobody inside hears it. */
const COMMANDS_MS = 5;

const { channel, stats, recordings, cpu, stage, before } = workerData as MediaWorkerData;
const emit = (event: MediaEvent) => channel.postMessage(event);
const ring = SocketRing.open(receiveHere());
const sockets: EngineOptions['sockets'] = {
  open: (...where) => UdpSocket.open(...where, ring),
  adopt: (handle) => UdpSocket.adopt(handle, ring),
  watch: (handle) => new Readiness(handle),
  ring,
};
const srtp = before?.srtp ?? beginSrtp();
rehearse(sockets);
Atomics.wait(stage, 0, 0);
const promptSet = before?.promptSet ?? readPrompts(receiveMessageOnPort(channel)!.message as string);
const prompts = promptsOf(promptSet);
emit({ type: 'ready', srtp, codecs: availableCodecs(), promptSet });
Atomics.wait(stage, 0, 1);
// Only now: it goes on from the counters of a worker that has died.
const engine = new Engine({ sockets, emit, prompts, stats, recordings });
stats[PLANE.realtime] = askForRealtime() ? 1 : 0;
stats[PLANE.cpu] = cpu !== undefined && askForCpu(cpu) ? cpu + 1 : 0;
if (stats[PLANE.ring] > 0) closeHandle(stats[PLANE.ring]);
stats[PLANE.ring] = ring?.handle ?? 0;
run();
engine.close();
emit({ type: 'closed' });
channel.close();

function run(): void {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  const ticker = new Ticker(
    () => performance.now(),
    (ms) => void Atomics.wait(cell, 0, 0, ms),
  );
  const { counters } = ticker;
  const inherited = { lateTicks: stats[PLANE.lateTicks], skippedTicks: stats[PLANE.skippedTicks] };
  const [load, times] = [new LoadMeter(), new TickTimes()];
  let cpuMs = threadCpuMs();
  // Those of a worker that died are to hear as soon as can be.
  let ticks = 1;
  for (;;) {
    if (!obey()) return;
    for (let i = 0; i < ticks; i++) engine.tick();
    const nowMs = threadCpuMs();
    const tickUs = (nowMs - cpuMs) * 1000;
    cpuMs = nowMs;
    load.spent(tickUs, ticks);
    for (let i = 0; i < ticks; i++) times.took(tickUs / ticks);
    stats[PLANE.loadUs] = load.tickUs;
    stats[PLANE.tickP50Us] = times.p50Us;
    stats[PLANE.tickLongestUs] = times.longestUs;
    stats[PLANE.cpuUs] = cpuMs * 1000;
    if (tickUs / ticks > stats[PLANE.maxTickCpuUs]) stats[PLANE.maxTickCpuUs] = tickUs / ticks;
    stats[PLANE.lateTicks] = inherited.lateTicks + counters.lateTicks;
    stats[PLANE.skippedTicks] = inherited.skippedTicks + counters.skippedTicks;
    if (counters.maxLatenessMs * 1000 > stats[PLANE.maxLatenessUs])
      stats[PLANE.maxLatenessUs] = counters.maxLatenessMs * 1000;
    ticks = ticker.wait();
  }
}

/** Takes the commands that wait, but no more than there is time for before the tick; false at the end. */
function obey(): boolean {
  for (const endMs = performance.now() + COMMANDS_MS; performance.now() < endMs;) {
    const waiting = receiveMessageOnPort(channel);
    if (!waiting) return true;
    const command = waiting.message as MediaCommand;
    if (command.type === 'shutdown') return false;
    engine.handle(command);
  }
  return true;
}
