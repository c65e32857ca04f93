/** How long callers hear nothing when the media worker is killed under them. */
import { MediaPlane } from '../../firmware/media/media-plane.js';
import { Caller } from '../media/caller.js';
import { WorkerDebugger } from '../media/worker-debugger.js';

const HOST = '127.0.0.1';
const CALLERS = 20;
/** More deaths in a minute and the plane gives up. */
const KILLS_OF_A_PLANE = 5;
const PLANES = 4;

const gapsMs: number[] = [];
for (let n = 0; n < PLANES; n++) {
  const plane = MediaPlane.begin({ settings: { promptsDir: 'firmware/prompts/en', rtpPorts: [0, 0] } });
  await plane.ready;
  plane.standBy();
  const callers: Caller[] = [];
  for (let i = 0; i < CALLERS; i++) {
    const caller = await Caller.open(400 + 50 * i, HOST);
    const { port } = await plane.openPort(HOST);
    plane.connectPort(port, {
      peer: { address: HOST, port: caller.port, allowed: [HOST] },
      format: { codec: 'PCMU', payloadType: 0 },
      sending: true,
      receiving: true,
    });
    plane.join(port, 1);
    callers.push(caller);
  }
  for (let kill = 0; kill < KILLS_OF_A_PLANE; kill++) {
    await Promise.all(callers.map((caller) => caller.more(50)));
    const killing = await WorkerDebugger.open();
    const replaced = new Promise((resolve) => (plane.onReplaced = resolve));
    const lastMs = callers.map(() => 0);
    const gaps = callers.map(() => 0);
    const watches = callers.map(({ socket }, at) => {
      const watch = () => {
        const nowMs = performance.now();
        if (lastMs[at] > 0) gaps[at] = Math.max(gaps[at], nowMs - lastMs[at]);
        lastMs[at] = nowMs;
      };
      socket.on('message', watch);
      return () => socket.off('message', watch);
    });
    await Promise.all(callers.map((caller) => caller.more(5)));
    await killing.run('process.exit()');
    await replaced;
    await Promise.all(callers.map((caller) => caller.more(10)));
    for (const unwatch of watches) unwatch();
    killing.close();
    gapsMs.push(...gaps);
  }
  for (const caller of callers) await caller.close();
  await plane.close();
}
gapsMs.sort((a, b) => a - b);
const at = (share: number) => gapsMs[Math.floor(share * (gapsMs.length - 1))].toFixed(0);
console.log(
  `media worker killed ${PLANES * KILLS_OF_A_PLANE} times with ${CALLERS} callers in: nothing to hear for p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, at most ${at(1)} ms (20 ms is none)`,
);
