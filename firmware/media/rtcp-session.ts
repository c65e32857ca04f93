/**
 * One party's RTCP: when reports are due, what they say, and what the other side says. What it learns is for pages;
 * nothing that comes in changes a call. Times are those of the ticks, so a way is told up to 20 ms too long.
 */
import type { Codec } from './codec.js';
import { FRAME_MS } from './frame.js';
import { Reception, roundTripMs } from './reception.js';
import { RtcpReport, RtcpWriter } from './rtcp.js';
import { mosOf } from './voice-quality.js';

/**
 * RFC 3550 §6.2: with two members 5 % of the bandwidth would allow more, so the minimum counts: 5 s, half of that at
 * first, times 0.5 to 1.5, less what the spread would make it longer (§6.3.1).
 */
const INTERVAL_MS = 5000;
const SPREAD = Math.E - 1.5;

/** What a telephone keeps packets for, taken for granted: no report tells it. */
const THEIR_BUFFER_MS = 40;

const TICKS_A_SECOND = 1000 / FRAME_MS;

/** A report is read here, of whichever party. */
const report = new RtcpReport();

export class RtcpSession {
  readonly reception = new Reception();
  /** Named by a number of no meaning to anybody (RFC 7022 §4.2). */
  readonly writer = new RtcpWriter(crypto.randomUUID());
  /** To them and back, ms; -1 until it is known. */
  roundTripMs = -1;
  /** What we hear of their stream, and they of ours: lost of the last interval, 0 to 1, jitter, and MOS; -1 until then. */
  rxLoss = -1;
  rxJitterMs = -1;
  rxMos = -1;
  txLoss = -1;
  txJitterMs = -1;
  txMos = -1;
  /** From packet in to packet out, ms. */
  delayMs = -1;
  #ticks = 0;
  #due = ticksUntilDue(INTERVAL_MS / 2);
  /** Of the last report: whoever sent since then is a sender (§6.4). */
  #packetsTold = 0;
  #said = false;

  /** A packet of theirs came; `clockRate` is that of its timestamps. */
  hearRtp(ssrc: number, sequence: number, timestamp: number, clockRate: number): void {
    this.reception.hear(ssrc, sequence, timestamp, (this.#ticks * clockRate) / TICKS_A_SECOND);
  }

  /** Takes a compound of theirs; false if it is none. `clockRate` is that of our timestamps. */
  hearRtcp(bytes: Uint8Array, length: number, ourSsrc: number, clockRate: number): boolean {
    if (!report.read(bytes, length, ourSsrc)) return false;
    if (report.isSender && report.ssrc === this.reception.ssrc)
      this.reception.hearReport(report.ntp, this.#now());
    if (!report.heardUs) return true;
    this.txLoss = report.fractionLost / 256;
    this.txJitterMs = (report.jitter * 1000) / clockRate;
    if (report.lastReport !== 0)
      this.roundTripMs = roundTripMs(this.#now(), report.lastReport, report.sinceLastReport);
    return true;
  }

  /** Time goes on; whether a report is due, and an interval over. */
  tick(): boolean {
    if (++this.#ticks < this.#due) return false;
    this.#due = this.#ticks + ticksUntilDue(INTERVAL_MS);
    this.reception.endInterval();
    return true;
  }

  /** Says how good it is, both ways, when an interval is over; `bufferMs` is how long their packets are kept. */
  judge({ name, rtpClockRate }: Codec, bufferMs: number): void {
    const { reception } = this;
    const wayMs = Math.max(0, this.roundTripMs) / 2 + FRAME_MS;
    this.delayMs = bufferMs + FRAME_MS / 2;
    if (reception.hears) {
      this.rxLoss = reception.loss;
      this.rxJitterMs = (reception.jitter * 1000) / rtpClockRate;
      this.rxMos = mosOf(name, wayMs + this.delayMs, reception.loss, reception.burstLength);
    }
    if (this.txLoss >= 0) this.txMos = mosOf(name, wayMs + THEIR_BUFFER_MS, this.txLoss, 1);
  }

  /** Writes our report, and that we leave if so; `packets` and `octets` of payload we have sent so far. */
  write(ssrc: number, timestamp: number, packets: number, octets: number, leaves: boolean): void {
    const { writer, reception } = this;
    const [seconds, rest] = [Math.floor(this.#ticks / TICKS_A_SECOND), this.#ticks % TICKS_A_SECOND];
    const sends = packets !== this.#packetsTold;
    this.#packetsTold = packets;
    if (sends)
      writer.beginSender(ssrc, seconds, (rest / TICKS_A_SECOND) * 2 ** 32, timestamp, packets, octets);
    else writer.beginReceiver(ssrc);
    if (reception.hears)
      writer.addBlock(
        reception.ssrc,
        reception.fractionLost,
        reception.lost,
        reception.highest,
        reception.jitter,
        reception.lastReport,
        reception.sinceLastReport(this.#now()),
      );
    writer.addName(ssrc);
    if (leaves) writer.addGoodbye(ssrc);
    this.#said = true;
  }

  /** Whether there is somebody to say goodbye to. */
  get said(): boolean {
    return this.#said;
  }

  /** Middle 32 bits of the NTP time: that since the beginning (RFC 3550 §6.4.1 allows it), 1/65536 s. */
  #now(): number {
    return Math.round((this.#ticks * 65536) / TICKS_A_SECOND) >>> 0;
  }
}

function ticksUntilDue(ms: number): number {
  return Math.round(((ms / FRAME_MS) * (0.5 + Math.random())) / SPREAD);
}
