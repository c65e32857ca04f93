/** One mix at work: the sum of a tick, and what those hear who did not talk, encoded once per codec. */
import type { Codec, Encoder } from './codec.js';
import type { MixId, PortId } from './contract.js';
import { FRAME_SAMPLES } from './frame.js';
import { addTo, clampTo, takeFrom } from './mixer.js';

const MAX_PAYLOAD_BYTES = 480;

export type MixPlay = { frame: Int16Array; except: PortId | undefined };

export class MixBus {
  readonly sum = new Int32Array(FRAME_SAMPLES);
  #shared: { codec: Codec; encoder: Encoder; bytes: Uint8Array; length: number }[] = [];
  #clamped = new Int16Array(FRAME_SAMPLES);
  #isClamped = false;

  /** What is played to all but one. */
  plays: MixPlay[] = [];

  constructor(readonly id: MixId) {}

  /** Makes room for what listeners of a codec share; not in the tick. */
  prepare(codec: Codec): void {
    if (this.#shared.some((entry) => entry.codec === codec)) return;
    const encoder = codec.createEncoder();
    this.#shared.push({ codec, encoder, bytes: new Uint8Array(MAX_PAYLOAD_BYTES), length: 0 });
  }

  close(): void {
    for (const { encoder } of this.#shared) encoder.close();
  }

  /** Begins a tick with what is played. */
  begin(): void {
    this.sum.fill(0);
    this.#isClamped = false;
    for (let i = 0; i < this.#shared.length; i++) this.#shared[i].length = 0;
    for (let i = 0; i < this.plays.length; i++) addTo(this.sum, this.plays[i].frame);
  }

  add(frame: Int16Array): void {
    addTo(this.sum, frame);
  }

  /** Takes away what is played for others than this port. */
  takeExcepted(heard: Int32Array, port: PortId): void {
    for (let i = 0; i < this.plays.length; i++)
      if (this.plays[i].except === port) takeFrom(heard, this.plays[i].frame);
  }

  hasExcepted(port: PortId): boolean {
    for (let i = 0; i < this.plays.length; i++) if (this.plays[i].except === port) return true;
    return false;
  }

  /** Writes the whole mix into a packet; returns the payload's length. */
  encodeShared(codec: Codec, packet: Uint8Array, offset: number): number {
    if (!this.#isClamped) {
      clampTo(this.#clamped, this.sum);
      this.#isClamped = true;
    }
    for (let i = 0; i < this.#shared.length; i++) {
      const entry = this.#shared[i];
      if (entry.codec !== codec) continue;
      if (entry.length === 0)
        entry.length = entry.encoder.encode(this.#clamped, FRAME_SAMPLES, entry.bytes, 0);
      for (let at = 0; at < entry.length; at++) packet[offset + at] = entry.bytes[at];
      return entry.length;
    }
    throw new Error(`no room was made for ${codec.name}`);
  }
}
