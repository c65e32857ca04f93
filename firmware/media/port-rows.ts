/** What a port shows of itself in its row of the shared block, and what the next worker finds there. */
import { FRAME_MS } from './frame.js';
import type { LinePort } from './line-port.js';
import type { Port } from './port.js';
import type { PacketSocket, Resumed, RtpPort } from './rtp-port.js';
import { PLANE, ROW, readLong } from './stats.js';

export function writeRtpRow(stats: Int32Array, row: number, port: RtpPort): void {
  writeMouth(stats, row, port);
  stats[row + ROW.tick] = stats[PLANE.ticks];
  stats[row + ROW.rxPackets] = port.rxPackets;
  stats[row + ROW.txPackets] = port.txPackets;
  stats[row + ROW.rxLost] = port.rxLost;
  stats[row + ROW.rxDropped] = port.rxDropped;
  stats[row + ROW.txSsrc] = port.writer.ssrc;
  stats[row + ROW.txSequence] = port.writer.sequence;
  stats[row + ROW.txTimestamp] = port.writer.timestamp;
  const { rtcp } = port;
  stats[row + ROW.rxLoss] = rtcp.rxLoss * 10_000;
  stats[row + ROW.rxJitterUs] = rtcp.rxJitterMs * 1000;
  stats[row + ROW.rxMos] = rtcp.rxMos * 100;
  stats[row + ROW.txLoss] = rtcp.txLoss * 10_000;
  stats[row + ROW.txJitterUs] = rtcp.txJitterMs * 1000;
  stats[row + ROW.txMos] = rtcp.txMos * 100;
  stats[row + ROW.roundTripUs] = rtcp.roundTripMs * 1000;
  stats[row + ROW.delayUs] = rtcp.delayMs * 1000;
}

export function writeLineRow(stats: Int32Array, row: number, port: LinePort): void {
  writeMouth(stats, row, port);
  const { rx, tx, reader, echo } = port;
  stats[row + ROW.isLine] = 1;
  stats[row + ROW.txLevelDbm0] = port.txLevel.levelDbm0;
  stats[row + ROW.echoLossDb] = echo ? 10 * echo.returnLossDb : -1;
  stats[row + ROW.echoEnhancementDb] = echo ? 10 * echo.enhancementDb : -1;
  stats[row + ROW.slips] = reader.left + reader.doubled;
  stats[row + ROW.overruns] = rx.overruns + tx.overruns;
  stats[row + ROW.underruns] = rx.underruns + tx.underruns;
}

function writeMouth(stats: Int32Array, row: number, { mouth }: Port): void {
  stats[row + ROW.levelDbm0] = mouth.level.levelDbm0;
  stats[row + ROW.speaking] = mouth.level.speaking ? 1 : 0;
}

/** A clock that all threads share, as 32 bits. */
export function wallMs(): number {
  return (performance.timeOrigin + performance.now()) | 0;
}

/** Where the RTP port of a worker that has died stood. */
export function whereItStood(
  stats: Int32Array,
  row: number,
  adopt: (handle: number) => PacketSocket,
): Resumed {
  const ticksSince = (stats[PLANE.ticks] - stats[row + ROW.tick] - 1) | 0;
  return {
    rxPackets: stats[row + ROW.rxPackets],
    txPackets: stats[row + ROW.txPackets],
    rxDropped: stats[row + ROW.rxDropped],
    rxLost: stats[row + ROW.rxLost],
    ssrc: stats[row + ROW.txSsrc] >>> 0,
    sequence: stats[row + ROW.txSequence],
    timestamp: stats[row + ROW.txTimestamp] >>> 0,
    agoMs: ((wallMs() - stats[PLANE.lastTickMs]) | 0) + ticksSince * FRAME_MS,
    control: stats[row + ROW.controlSocket] > 0 ? adopt(stats[row + ROW.controlSocket]) : null,
    srtp: { rx: readLong(stats, row + ROW.srtpRx), tx: readLong(stats, row + ROW.srtpTx) },
  };
}
