/**
 * The counters that pages show: one shared block, written by the media worker, read without messages. It outlives the
 * worker: what the next one needs in order to go on where this one ended is here too.
 */
import type { PortId } from './contract.js';

export const MAX_PORTS = 1024;

/** Words of the header; then come the rows. All are 32-bit integers that wrap. */
export const PLANE = {
  ticks: 0,
  /** Ticks that began more than 10 ms after their time. */
  lateTicks: 1,
  maxLatenessUs: 2,
  /** Ticks given up after a stall longer than what is caught up. */
  skippedTicks: 3,
  packetsIn: 4,
  packetsOut: 5,
  /** Strangers' packets and what was no RTP packet of the agreed format. */
  packetsDropped: 6,
  ports: 7,
  /** CPU time that the worker spent, us; wraps after 71 minutes of work. */
  cpuUs: 8,
  /** The most that a tick took of it; of several that were caught up with, their mean. */
  maxTickCpuUs: 9,
  /** Of those dropped: forged, repeated or not decipherable (RFC 3711 §3.3). */
  srtpFailures: 10,
  /** CPU time of a tick, us, averaged over a second. */
  loadUs: 11,
  /** 1 if the system runs the worker as soon as it wants to (real-time class). */
  realtime: 12,
  /** When the last tick was, ms, as a clock that wraps. */
  lastTickMs: 13,
  /** What watches the sockets of RTCP, by the system's number for it. */
  readiness: 14,
  /** CPU time of a tick over ten seconds, us: the median and the longest. */
  tickP50Us: 15,
  tickLongestUs: 16,
  /** What serves the sockets together, by the system's number for it; 0 if they are served one by one. */
  ring: 17,
  /** The CPU on which alone the worker runs, + 1; 0 if it may run on any. */
  cpu: 18,
} as const;
export const PLANE_WORDS = 19;

export const ROW = {
  /** Port id + 1; 0 for a free row. */
  port: 0,
  rxPackets: 1,
  txPackets: 2,
  rxLost: 3,
  rxDropped: 4,
  levelDbm0: 5,
  speaking: 6,
  /** The socket, by the system's number for it. */
  socket: 7,
  /** Of the next packet that is sent. */
  txSsrc: 8,
  txSequence: 9,
  txTimestamp: 10,
  /** Contexts of libsrtp2, two words each, the lower one first; 0 for none. */
  srtpRx: 11,
  srtpTx: 13,
  /** As of RtcpSession: parts of 10,000, us, hundredths; -1 for what is not known. */
  rxLoss: 15,
  rxJitterUs: 16,
  rxMos: 17,
  txLoss: 18,
  txJitterUs: 19,
  txMos: 20,
  roundTripUs: 21,
  delayUs: 22,
  /** The socket of RTCP, if it has one, as `socket`. */
  controlSocket: 23,
  /** 1 for a line: then these count; the echo's in tenths of a dB, -1 where none is taken out. */
  isLine: 24,
  txLevelDbm0: 25,
  echoLossDb: 26,
  echoEnhancementDb: 27,
  slips: 28,
  overruns: 29,
  underruns: 30,
  /** The tick in which the row was written: that of a steady stream not in every one. */
  tick: 31,
} as const;
export const ROW_WORDS = 32;

export type PlaneStats = { -readonly [name in keyof typeof PLANE]: number };
export type PortStats = {
  rxPackets: number;
  txPackets: number;
  rxLost: number;
  rxDropped: number;
  levelDbm0: number;
  speaking: boolean;
  /** Of the last seconds, as RTCP tells it (RFC 3550 §6.4); undefined is not known. */
  quality: {
    /** Lost on their way to us, 0 to 1; jitter; MOS by the E-model, for G.711 alone. */
    rxLoss?: number;
    rxJitterMs?: number;
    rxMos?: number;
    /** The same on its way to them, as they say. */
    txLoss?: number;
    txJitterMs?: number;
    txMos?: number;
    roundTripMs?: number;
    /** From packet in to packet out. */
    delayMs?: number;
  };
  /** Of a port on a line or a sound device. */
  line?: {
    txLevelDbm0: number;
    /** How much softer an echo comes back, and how much softer it is made; undefined where none is taken out. */
    echoLossDb?: number;
    echoEnhancementDb?: number;
    /** Samples left out or said twice, as the card has another clock; frames lost, and frames missing. */
    slips: number;
    overruns: number;
    underruns: number;
  };
};

export function createStatsBlock(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * (PLANE_WORDS + MAX_PORTS * ROW_WORDS)));
}

/** Index of the first word of a port's row, or of a free row for 0; -1 if there is none. */
export function findRow(block: Int32Array, portWord: number): number {
  for (let at = PLANE_WORDS; at < block.length; at += ROW_WORDS) if (block[at] === portWord) return at;
  return -1;
}

export function readPlaneStats(block: Int32Array): PlaneStats {
  const read = Object.entries(PLANE).map(([name, word]) => [name, block[word] >>> 0]);
  return Object.fromEntries(read) as PlaneStats;
}

/** Undefined for a port that is not open. */
export function readPortStats(block: Int32Array, port: PortId): PortStats | undefined {
  const row = findRow(block, port + 1);
  if (row < 0) return undefined;
  return {
    rxPackets: block[row + ROW.rxPackets] >>> 0,
    txPackets: block[row + ROW.txPackets] >>> 0,
    rxLost: block[row + ROW.rxLost],
    rxDropped: block[row + ROW.rxDropped] >>> 0,
    levelDbm0: block[row + ROW.levelDbm0],
    speaking: block[row + ROW.speaking] === 1,
    quality: {
      rxLoss: known(block[row + ROW.rxLoss], 10_000),
      rxJitterMs: known(block[row + ROW.rxJitterUs], 1000),
      rxMos: known(block[row + ROW.rxMos], 100) || undefined,
      txLoss: known(block[row + ROW.txLoss], 10_000),
      txJitterMs: known(block[row + ROW.txJitterUs], 1000),
      txMos: known(block[row + ROW.txMos], 100) || undefined,
      roundTripMs: known(block[row + ROW.roundTripUs], 1000),
      delayMs: known(block[row + ROW.delayUs], 1000),
    },
    line: block[row + ROW.isLine] === 1 ? readLine(block, row) : undefined,
  };
}

function readLine(block: Int32Array, row: number): PortStats['line'] {
  return {
    txLevelDbm0: block[row + ROW.txLevelDbm0],
    echoLossDb: known(block[row + ROW.echoLossDb], 10),
    echoEnhancementDb: known(block[row + ROW.echoEnhancementDb], 10),
    slips: block[row + ROW.slips] >>> 0,
    overruns: block[row + ROW.overruns] >>> 0,
    underruns: block[row + ROW.underruns] >>> 0,
  };
}

function known(word: number, parts: number): number | undefined {
  return word < 0 ? undefined : word / parts;
}

/** A number of up to 53 bits in two words. */
export function writeLong(block: Int32Array, at: number, value: number): void {
  block[at] = value;
  block[at + 1] = value / 2 ** 32;
}

export function readLong(block: Int32Array, at: number): number {
  return (block[at + 1] >>> 0) * 2 ** 32 + (block[at] >>> 0);
}
