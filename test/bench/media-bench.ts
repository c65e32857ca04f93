/** What a caller costs: the whole box by the operating system's own accounting, a hundred callers in two ways. */
import { readFileSync } from 'node:fs';
import { Box, phones, type Room, type Status } from '../support/box.js';
import { Crowd } from '../support/crowd.js';

const SECONDS = 20;
const rooms = Array.from({ length: 25 }, (_, at) => String(800 + at));

/** User and system time of a process and its threads, ms (proc(5): clock ticks of 10 ms). */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

async function measure(title: string, callers: number, numberOf: (caller: number) => string): Promise<void> {
  const [extension] = phones(1) as { sip: object }[];
  const box = await Box.start({
    version: 1,
    extensions: [{ ...extension, sip: { ...extension.sip, maxCalls: 1000 } }],
    conferences: rooms.map((number) => ({ number, description: '', type: 'static' })),
  });
  const crowd = await Crowd.open(callers);
  const phone = await box.phone('101');
  for (let caller = 0; caller < callers; caller++) await crowd.dial(phone, numberOf(caller));
  const inside = (list: Room[]) =>
    list.flatMap(({ participants }) => participants.filter(({ place }) => place === 'inside')).length;
  await box.until<Room[]>('conferences', (list) => inside(list) === callers);
  await crowd.report();
  const before = (await box.get<Status>('status')).media;
  const startMs = performance.now();
  const startCpuMs = cpuMs(box.process.pid!);
  await new Promise((resolve) => setTimeout(resolve, SECONDS * 1000));
  const spentMs = cpuMs(box.process.pid!) - startCpuMs;
  const seconds = (performance.now() - startMs) / 1000;
  const { media } = await box.get<Status>('status');
  const { calls, lateTicks } = await crowd.report();
  const gaps = calls.reduce((sum, call) => sum + call.gaps, 0);
  const rate = calls.reduce((sum, call) => sum + call.packets, 0) / callers / seconds;
  const workerMs = ((media.cpuUs - before.cpuUs) >>> 0) / 1000;
  console.log(
    [
      title,
      `${(spentMs / callers / seconds).toFixed(2)} CPU-ms per participant-second`,
      `${(workerMs / callers / seconds).toFixed(2)} of it in the media thread`,
      `${rate.toFixed(1)} packets/s to each`,
      `${gaps} gaps`,
      `${media.lateTicks - before.lateTicks} late ticks (the callers' own: ${lateTicks})`,
      `longest tick ${(media.maxTickCpuUs / 1000).toFixed(1)} CPU-ms`,
    ].join(', '),
  );
  await crowd.close();
  await box.stop();
}

await measure('100 in one conference', 100, () => rooms[0]);
await measure('25 conferences of 4', 100, (caller) => rooms[caller >> 2]);
