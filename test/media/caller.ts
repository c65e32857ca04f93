/** A phone for tests: says a tone, one packet for each that it hears, so that the box's tick is its only clock. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { toUlaw, ulawToLinear } from '../../firmware/media/codecs/g711.js';
import { isRtcp } from '../../firmware/media/rtcp.js';
import { RtpHeader } from '../../firmware/media/rtp.js';
import { rtpPacket } from './fake-socket.js';

export type Heard = { sequence: number; timestamp: number; ssrc: number; marker: boolean; pcm: number[] };

export class Caller {
  readonly heard: Heard[] = [];
  /** Whether it answers each packet with one of its own. */
  talking = true;
  #sent = 0;
  #waiting: { count: number; resolve: () => void }[] = [];

  private constructor(
    readonly socket: Socket,
    readonly address: string,
    readonly toneHz: number,
  ) {
    socket.on('message', (bytes, from) => {
      // Of whoever has the port below.
      if (isRtcp(bytes, bytes.length)) return;
      const header = new RtpHeader();
      if (!header.read(bytes, bytes.length)) return;
      const { sequence, timestamp, ssrc, marker } = header;
      this.heard.push({
        sequence,
        timestamp,
        ssrc,
        marker,
        pcm: [...bytes.subarray(header.payloadOffset)].map((byte) => ulawToLinear[byte]),
      });
      if (this.talking) this.say(from.port);
      this.#waiting = this.#waiting.filter(({ count, resolve }) => {
        if (this.heard.length < count) return true;
        resolve();
        return false;
      });
    });
  }

  static async open(toneHz: number, address = '127.0.0.1'): Promise<Caller> {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    socket.bind(0, address);
    await once(socket, 'listening');
    return new Caller(socket, address, toneHz);
  }

  get port(): number {
    return this.socket.address().port;
  }

  /** Sends the next packet of its tone. */
  say(toPort: number): void {
    const sequence = this.#sent++;
    const payload = Uint8Array.from({ length: 160 }, (_, i) => {
      const sample = 6000 * Math.sin((2 * Math.PI * this.toneHz * (sequence * 160 + i)) / 8000);
      return toUlaw(Math.round(sample));
    });
    const host = isIPv6(this.address) ? '::1' : '127.0.0.1';
    this.socket.send(rtpPacket({ payload, sequence, ssrc: this.toneHz }), toPort, host);
  }

  /** Resolves when this many more packets came in. */
  more(count: number): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ count: this.heard.length + count, resolve }));
  }

  /** Amplitude of a frequency in the last packets (Goertzel). */
  amplitudeOf(toneHz: number, packets = 20): number {
    const pcm = this.heard.slice(-packets).flatMap((heard) => heard.pcm);
    let [re, im] = [0, 0];
    pcm.forEach((sample, i) => {
      re += sample * Math.cos((2 * Math.PI * toneHz * i) / 8000);
      im += sample * Math.sin((2 * Math.PI * toneHz * i) / 8000);
    });
    return (2 * Math.hypot(re, im)) / pcm.length;
  }

  async close(): Promise<void> {
    this.talking = false;
    const closed = once(this.socket, 'close');
    this.socket.close();
    await closed;
  }
}
