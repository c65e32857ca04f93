/** One row of the bench: a box of its own, callers who dial in, and what they cost. */
import { Box, phones, type Room, type Status } from '../support/box.js';
import { percentile } from '../support/flood.js';
import { cpuMs, memoryMiB, waitedMs } from '../support/process-usage.js';
import { Refused } from '../support/test-phone.js';
import { collectionsOf, type Collections } from './collections.js';
import { RtpLoad, type LoadReport } from './rtp-load.js';
import type { BenchCodec, Voices } from './voices.js';

export type Row = {
  callers: number;
  /** All in one conference, or in conferences of four or five. */
  rooms: 'one' | 'fours' | 'fives';
  /** All, or three of each conference. */
  talkers: 'all' | 'three';
  codec: BenchCodec;
  /** Every room is recorded. */
  recorded?: boolean;
};

export type RowFigures = {
  /** Of the whole process. */
  cpuMsPerParticipantSecond: number;
  /** Of it, in the media thread. */
  mediaCpuMsPerParticipantSecond: number;
  /** How long it waited for a CPU, for each ms that it had one: what the machine did to it. */
  waitedShare: number;
  lateTicks: number;
  skippedTicks: number;
  maxTickCpuMs: number;
  /** Packets that the box, and that the callers, missed. */
  lostIn: number;
  lostOut: number;
  packetsPerSecondToEach: number;
  residentMiB: number;
  garbage: { main: Collections; media: Collections };
  /** From INVITE to the first sound, of those who come where somebody talks. */
  joinP50Ms: number;
  joinP95Ms: number;
  load: Omit<LoadReport, 'firstSoundMs'>;
};

/** Up to so many dial one after the other; ten times as many, ten at once. */
const DIALS_IN_TURN = 100;
/** Code that is hot is compiled by then, and the chimes have ended. */
const SETTLING_MS = 2000;
/** Those who are recorded have heard so by then. */
const NOTICE_MS = 3000;
const ACKNOWLEDGED = '2026-11-24T12:00:00Z';
/** Until a talker is heard by who comes next. */
const TALKING_MS = 300;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const nowMs = () => performance.timeOrigin + performance.now();
const inside = (list: Room[]) =>
  list.flatMap(({ participants }) => participants.filter(({ place }) => place === 'inside')).length;

/** Why a row has no figures. */
export type LeftOut = 'the box does not offer the codec' | 'the box is full before all are in';

export async function measureRow(
  row: Row,
  program: string,
  voices: Voices,
  seconds: number,
): Promise<RowFigures | LeftOut> {
  const roomCount = roomsOf(row);
  const [extension] = phones(1) as { sip: object }[];
  const numbers = Array.from({ length: roomCount }, (_, at) => String(8000 + at));
  const config = {
    version: 1,
    extensions: [{ ...extension, sip: { ...extension.sip, maxCalls: row.callers } }],
    conferences: numbers.map((number) => ({
      number,
      description: '',
      type: 'static',
      ...(row.recorded ? { record: 'always', recordAcknowledgement: { by: 'admin', at: ACKNOWLEDGED } } : {}),
    })),
  };
  const box = await Box.start(config, '127.0.0.1', ['--trace-gc']);
  const load = await RtpLoad.open(program, row.callers, voices);
  try {
    const invitedMs = await dialIn(box, load, row, numbers);
    await box.until<Room[]>('conferences', (list) => inside(list) === row.callers);
    await pause(row.recorded ? SETTLING_MS + NOTICE_MS : SETTLING_MS);
    return await observe(box, load, row, seconds, invitedMs);
  } catch (error) {
    if (error instanceof Refused && error.status === 488) return 'the box does not offer the codec';
    if (error instanceof Refused && error.status === 503) return 'the box is full before all are in';
    throw error;
  } finally {
    await load.close();
    await box.discard();
  }
}

function roomsOf({ callers, rooms }: Row): number {
  return rooms === 'one' ? 1 : Math.ceil(callers / (rooms === 'fours' ? 4 : 5));
}

/** All dial, first one of each conference, then the second ones; returns when each did. */
async function dialIn(box: Box, load: RtpLoad, row: Row, numbers: string[]): Promise<number[]> {
  const phone = await box.phone('101');
  const invitedMs: number[] = [];
  let next = 0;
  const dialUpTo = async (end: number) => {
    while (next < end) {
      const caller = next++;
      const room = caller % numbers.length;
      const talks = row.talkers === 'all' || Math.floor(caller / numbers.length) < 3;
      invitedMs[caller] = nowMs();
      await phone.dialWith(numbers[room], load.end(caller, room, talks));
    }
  };
  const atOnce = Math.ceil(row.callers / DIALS_IN_TURN);
  const upTo = (end: number) => Promise.all(Array.from({ length: atOnce }, () => dialUpTo(end)));
  try {
    await upTo(numbers.length);
    await pause(TALKING_MS);
    await upTo(row.callers);
    return invitedMs;
  } finally {
    phone.calls.clear(); // the box is put away with them: nobody hangs up
  }
}

async function observe(
  box: Box,
  load: RtpLoad,
  row: Row,
  seconds: number,
  invitedMs: number[],
): Promise<RowFigures> {
  const { callers } = row;
  const pid = box.process.pid!;
  const lostBefore = await lostIn(box);
  const { media: before } = await box.get<Status>('status');
  await load.report();
  const garbageBefore = collectionsOf(box.stdout);
  const startMs = nowMs();
  const startCpuMs = cpuMs(pid);
  const startWaitedMs = waitedMs(pid);
  await pause(seconds * 1000);
  const spentMs = cpuMs(pid) - startCpuMs;
  const waitedShare = (waitedMs(pid) - startWaitedMs) / spentMs;
  const participantSeconds = (callers * (nowMs() - startMs)) / 1000;
  const { firstSoundMs, ...heard } = await load.report();
  const garbage = collectionsOf(box.stdout);
  const { media } = await box.get<Status>('status');
  const roomCount = roomsOf(row);
  const joinMs = firstSoundMs
    .map((ms, caller) => ms - invitedMs[caller])
    .filter((_, caller) => caller >= roomCount && firstSoundMs[caller] > 0)
    .sort((a, b) => a - b);
  return {
    cpuMsPerParticipantSecond: spentMs / participantSeconds,
    mediaCpuMsPerParticipantSecond: ((media.cpuUs - before.cpuUs) >>> 0) / 1000 / participantSeconds,
    waitedShare,
    lateTicks: media.lateTicks - before.lateTicks,
    skippedTicks: media.skippedTicks - before.skippedTicks,
    maxTickCpuMs: media.maxTickCpuUs / 1000,
    lostIn: (await lostIn(box)) - lostBefore,
    lostOut: heard.lost,
    packetsPerSecondToEach: heard.received / participantSeconds,
    residentMiB: memoryMiB(pid),
    garbage: {
      main: { ...garbage.main, count: garbage.main.count - garbageBefore.main.count },
      media: { ...garbage.media, count: garbage.media.count - garbageBefore.media.count },
    },
    joinP50Ms: percentile(joinMs, 0.5),
    joinP95Ms: percentile(joinMs, 0.95),
    load: heard,
  };
}

async function lostIn(box: Box): Promise<number> {
  const calls = await box.get<{ media?: { rxLost: number } }[]>('calls');
  return calls.reduce((sum, { media }) => sum + (media?.rxLost ?? 0), 0);
}
