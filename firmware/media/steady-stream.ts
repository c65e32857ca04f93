/**
 * One port's record in the memory of the kernels, by which they serve its stream while that is steady: see
 * steady-streams.ts; and how what they did gets into the books of the port.
 */
import { kernelBytes, kernelDoubles, kernelWords, Places } from './kernel-memory.js';
import {
  ARRIVALS,
  AT,
  BAND,
  DECODER,
  ENCODER,
  END,
  ENERGIES,
  GAIN,
  KIND,
  LINE,
  MUTED,
  OUT_SEQUENCE,
  OUT_TIMESTAMP,
  PACKET,
  PACKETS,
  PAYLOAD_BYTES,
  RECORD_BYTES,
  SAMPLES,
  SEQUENCE,
  SHARED,
  SSRC,
  TALKS,
  TICKS,
  TIMESTAMP,
  WHOLE,
} from './kernels/steady/record.js';
import type { RtpPort } from './rtp-port.js';
import { MAX_PORTS } from './stats.js';

const records = new Places('ports', MAX_PORTS, RECORD_BYTES);

export class SteadyStream {
  readonly place = records.take();
  /** Where the packets that go out are written, whoever writes them. */
  readonly packet = kernelBytes.subarray(this.place + PACKET, this.place + RECORD_BYTES);

  /** A word of its record. */
  get(word: number): number {
    return kernelWords[(this.place + word) >> 2];
  }
  set(word: number, value: number): void {
    kernelWords[(this.place + word) >> 2] = value;
  }

  /** At the end of a tick: from the next one on the kernel serves the port. */
  enter({ jitter, ear, band, writer, rxFrame, talks, mouth }: RtpPort): void {
    // As the last one, which may have been the first after a pause. Theirs begin like ours.
    this.packet[1] &= 0x7f;
    this.set(KIND, this.packet[0] | (this.packet[1] << 8));
    this.set(SSRC, inNetworkOrder(jitter.ssrc));
    this.set(SEQUENCE, jitter.dueSequence);
    this.set(TIMESTAMP, jitter.dueTimestamp);
    this.set(SAMPLES, rxFrame.length);
    this.set(DECODER, jitter.decoderPlace);
    this.set(ENCODER, ear.encoderPlace);
    this.set(TALKS, talks ? 1 : 0);
    this.set(MUTED, mouth.muted ? 1 : 0);
    this.set(LINE, jitter.line.place);
    this.set(AT, jitter.line.at);
    this.set(END, jitter.line.end);
    this.set(BAND, band!.place);
    this.set(WHOLE, band!.heard.byteOffset);
    this.set(SHARED, ear.sharedPlace);
    this.set(OUT_SEQUENCE, writer.sequence);
    this.set(OUT_TIMESTAMP, writer.timestamp);
    kernelDoubles[(this.place + GAIN) >> 3] = ear.limiter.gain;
    this.#beginRun();
  }

  /** Writes into the books of the port what came and went since the last time, as if it had done all of it itself. */
  catchUp(port: RtpPort): void {
    const { jitter, rtcp, mouth, codec, writer, traffic } = port;
    const ticks = this.get(TICKS);
    const packets = this.get(PACKETS);
    const samples = port.rxFrame.length;
    let isDue = false;
    let packet = 0;
    for (let tick = 0; tick <= ticks; tick++) {
      for (; packet < packets && this.#arrivalOf(packet) === tick; packet++) {
        rtcp.hearRtp(jitter.ssrc, jitter.dueSequence, jitter.dueTimestamp, codec.rtpClockRate);
        jitter.appended(samples);
      }
      // Of the last tick what came is not heard yet.
      if (tick === ticks) break;
      jitter.passed(samples);
      mouth.spoke(this.#energyIn(tick), samples);
      if (rtcp.tick()) isDue = true;
    }
    jitter.line.at = this.get(AT);
    jitter.line.end = this.get(END);
    port.ear.limiter.gain = kernelDoubles[(this.place + GAIN) >> 3];
    writer.said(ticks, PAYLOAD_BYTES);
    port.rxPackets += packets;
    port.txPackets += ticks;
    traffic.packetsIn += packets;
    traffic.packetsOut += ticks;
    this.#beginRun();
    if (isDue) port.judge();
  }

  /** Whether the kernel has served it in this tick, or has not written that into the books yet. */
  get hasRun(): boolean {
    return this.get(TICKS) > 0;
  }

  close(): void {
    records.give(this.place);
  }

  #beginRun(): void {
    this.set(TICKS, 0);
    this.set(PACKETS, 0);
  }

  /** In which tick of the run a packet came. */
  #arrivalOf(packet: number): number {
    return kernelBytes[this.place + ARRIVALS + packet];
  }

  /** The sum of the squares of what was heard in a tick of the run; -1 if nothing sounds. */
  #energyIn(tick: number): number {
    return kernelDoubles[((this.place + ENERGIES) >> 3) + tick];
  }
}

function inNetworkOrder(word: number): number {
  return ((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}
