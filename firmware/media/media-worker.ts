/** The media worker: one synchronous loop. Nothing wakes it but its own schedule; it decides nothing. */
import { receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { srtpAvailable } from '../../hal/ffi/srtp-library.js';
import { threadCpuMs } from '../../hal/ffi/thread-cpu.js';
import { UdpSocket } from '../../hal/ffi/udp-socket.js';
import { availableCodecs } from './codec.js';
import type { MediaCommand, MediaEvent } from './contract.js';
import { Engine } from './engine.js';
import { loadPrompts } from './prompt-files.js';
import { PLANE } from './stats.js';
import { Ticker } from './ticker.js';

export type MediaWorkerData = { channel: MessagePort; stats: Int32Array; promptsDir: string };

const { channel, stats, promptsDir } = workerData as MediaWorkerData;
const emit = (event: MediaEvent) => channel.postMessage(event);
const engine = new Engine({
  openSocket: (address, rtpPorts, startPort) => UdpSocket.open(address, rtpPorts, startPort),
  emit,
  prompts: loadPrompts(promptsDir),
  stats,
});
emit({ type: 'ready', srtp: srtpAvailable, codecs: availableCodecs() });
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
  let maxTickCpuMs = 0;
  for (;;) {
    const ticks = ticker.wait();
    const cpuMs = threadCpuMs();
    if (!obey()) return;
    for (let i = 0; i < ticks; i++) engine.tick();
    const tickCpuMs = threadCpuMs() - cpuMs;
    if (tickCpuMs > maxTickCpuMs) maxTickCpuMs = tickCpuMs;
    stats[PLANE.cpuUs] = cpuMs * 1000;
    stats[PLANE.maxTickCpuUs] = maxTickCpuMs * 1000;
    stats[PLANE.lateTicks] = counters.lateTicks;
    stats[PLANE.skippedTicks] = counters.skippedTicks;
    stats[PLANE.maxLatenessUs] = counters.maxLatenessMs * 1000;
  }
}

/** Takes all commands that wait; false at the end. */
function obey(): boolean {
  for (;;) {
    const waiting = receiveMessageOnPort(channel);
    if (!waiting) return true;
    const command = waiting.message as MediaCommand;
    if (command.type === 'shutdown') return false;
    engine.handle(command);
  }
}
