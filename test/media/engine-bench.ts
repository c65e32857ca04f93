/** An engine with sockets that are none, and what it says to them. */
import * as assert from 'uvu/assert';
import type { MediaCommand, MediaEvent } from '../../firmware/media/contract.js';
import { Engine } from '../../firmware/media/engine.js';
import { toUlaw, ulawToLinear } from '../../firmware/media/codecs/g711.js';
import { createRecordingBlock } from '../../firmware/media/recording-ring.js';
import { createStatsBlock } from '../../firmware/media/stats.js';
import { FakeReadiness, FakeSocket, rtpPacket } from './fake-socket.js';

/** Nothing is recorded here. */
const recordings = createRecordingBlock();

export const MIX = 7;
export const toByte = (sample: number) => toUlaw(sample);
/** The samples as they are after mu-law. */
export const coded = (sample: number) => ulawToLinear[toByte(sample)];

export class Bench {
  events: MediaEvent[] = [];
  sockets: FakeSocket[] = [];
  stats = createStatsBlock();
  tones = new Map<number, number>();
  #ticks = 0;
  #next = 0;
  engine = new Engine({
    sockets: {
      open: (address) => {
        if (address !== '10.0.0.9') throw new Error('no such address');
        const socket = new FakeSocket(5000 + 2 * this.sockets.length);
        this.sockets.push(socket);
        return socket;
      },
      adopt: () => null!,
      watch: () => new FakeReadiness(),
      ring: null,
    },
    emit: (event) => this.events.push(event),
    prompts: new Map([['hello', Int16Array.from({ length: 400 }, (_, i) => ulawToLinear[0x80 + (i % 100)])]]),
    stats: this.stats,
    recordings,
  });
  tell(command: MediaCommand): void {
    this.engine.handle(command);
  }
  connect(port: number, more: Partial<MediaCommand & { type: 'connectPort' }> = {}): void {
    this.tell({
      type: 'connectPort',
      port,
      peer: { address: '10.0.0.1', port: 4000, allowed: ['10.0.0.1'] },
      format: { codec: 'PCMU', payloadType: 0, eventPayloadType: 101 },
      sending: true,
      receiving: true,
      ...more,
    });
  }
  /** Opens and connects a port; `sample` is what the party says all the time. */
  party(sample: number | null, mix: number | null = MIX): number {
    const port = this.#next++;
    this.tell({ type: 'openPort', port, address: '10.0.0.9', rtpPorts: [0, 0] });
    this.connect(port);
    if (mix !== null) this.tell({ type: 'join', port, mix });
    if (sample !== null) this.tones.set(port, sample);
    return port;
  }
  /** A tick in which this party alone says something. */
  say(port: number, payload: Uint8Array): void {
    this.#ticks++;
    this.sockets[port].arrive(
      rtpPacket({ payload, sequence: this.#ticks & 0xffff, timestamp: this.#ticks * 160 }),
    );
    this.engine.tick();
  }
  play(target: MediaCommand & { type: 'play' }): void {
    this.tell(target);
  }
  tick(count = 1): void {
    for (let i = 0; i < count; i++) {
      this.#ticks++;
      for (const [port, sample] of this.tones) {
        const payload = new Uint8Array(160).fill(toByte(sample));
        this.sockets[port].arrive(rtpPacket({ payload, sequence: this.#ticks & 0xffff }));
      }
      this.engine.tick();
    }
  }
  /** The one sample that the last packet to each party is made of. */
  heard(): number[] {
    return this.sockets.map((socket) => {
      const pcm = socket.pcm();
      assert.is(new Set(pcm).size, 1);
      return pcm[0] + 0;
    });
  }
}
