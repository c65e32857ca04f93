/** What one party hears: the mix it is in without itself, and what is played to it alone; encoded, or as it is. */
import type { Codec, Encoder } from './codec.js';
import type { PortId } from './contract.js';
import { frameSamples, MAX_FRAME_SAMPLES, type Rate } from './frame.js';
import { Limiter } from './limiter.js';
import type { Band, MixBus } from './mix-bus.js';
import { addTo, takeFrom } from './mixer.js';
import type { Playback } from './playback.js';
import type { SharedEncoding } from './shared-encoding.js';

/**
 * Ticks in which a party that has fallen silent still has an encoder of its own: by then both encoders have heard the
 * same for so long that changing over is not heard.
 */
const ALONE_TICKS = 50;

const heardSpace = new Int32Array(MAX_FRAME_SAMPLES);
const pcmSpace = new Int16Array(MAX_FRAME_SAMPLES);
/** Views of the above for each length of frame. */
const spaces = new Map<number, { heard: Int32Array; pcm: Int16Array }>();

export class Ear {
  /** What is played to this party alone. */
  plays: Playback[] = [];
  /** While it is played to, it hears nothing else. */
  alone = false;
  #encoder: Encoder | null;
  readonly limiter = new Limiter();
  #heard: Int32Array;
  #pcm: Int16Array;
  #band: Band | null = null;
  #shared: SharedEncoding | null = null;
  #aloneTicks = ALONE_TICKS;
  #sharing = false;

  constructor(
    private readonly id: PortId,
    private readonly rate: Rate,
    private readonly codec: Codec | null,
  ) {
    this.#encoder = codec?.createEncoder() ?? null;
    const samples = frameSamples(rate);
    const space = spaces.get(samples) ?? {
      heard: heardSpace.subarray(0, samples),
      pcm: pcmSpace.subarray(0, samples),
    };
    spaces.set(samples, space);
    this.#heard = space.heard;
    this.#pcm = space.pcm;
  }

  /** It is in this mix, which has been arranged for its codec; null is none. */
  listenTo(mix: MixBus | null): void {
    const band = mix?.band(this.rate) ?? null;
    const shared = (this.codec && band?.shared(this.codec)) ?? null;
    this.#band = band;
    if (shared === this.#shared) return;
    this.#shared = shared;
    this.#sharing = false;
    this.#aloneTicks = ALONE_TICKS;
  }

  /** Decides, before anything of the tick is encoded, whether it hears what others hear too. */
  prepare(talks: boolean): void {
    const shared = this.#shared;
    const asOthers =
      shared !== null && !talks && this.plays.length === 0 && !this.#band!.hasExcepted(this.id);
    if (asOthers) {
      this.#sharing ||= shared.encoder === this.#encoder || --this.#aloneTicks <= 0;
    } else {
      if (this.#sharing) this.#encoder!.follow(shared!.encoder);
      this.#sharing = false;
      this.#aloneTicks = ALONE_TICKS;
    }
  }

  /** Whether what it hears is its mix and nothing else: without itself if it talks, if not what all the others hear too. */
  isSteady(talks: boolean): boolean {
    const band = this.#band;
    return band !== null && this.plays.length === 0 && !band.hasExcepted(this.id) && (talks || this.#sharing);
  }

  /** See Encoder; and where the encoding is that it shares. */
  get encoderPlace(): number {
    return this.#encoder?.place ?? 0;
  }
  get sharedPlace(): number {
    return this.#shared?.place ?? 0;
  }

  /** What it hears in the tick. `own`: what it says itself, null if it does not talk. */
  hear(own: Int16Array | null): Int16Array {
    const band = this.alone ? null : this.#band;
    if (band && this.plays.length === 0 && !band.hasExcepted(this.id)) {
      if (!own) return band.whole();
      this.limiter.minus(this.#pcm, band.heard, own);
    } else this.limiter.whole(this.#pcm, this.#sum(band, own));
    return this.#pcm;
  }

  /** Writes the payload of the tick, which is there when codecs have settled; returns its length. `own` as for `hear`. */
  encode(own: Int16Array | null, bytes: Uint8Array, offset: number): number {
    const band = this.#band;
    if (band && this.#sharing) return this.#shared!.write(band.whole(), bytes, offset);
    const pcm = this.hear(own);
    const encoder = this.#encoder!;
    if (encoder.encodeSoon) return encoder.encodeSoon(pcm, pcm.length, bytes, offset);
    return encoder.encode(pcm, pcm.length, bytes, offset);
  }

  close(): void {
    this.#encoder?.close();
  }

  #sum(band: Band | null, own: Int16Array | null): Int32Array {
    const heard = this.#heard;
    if (band) {
      heard.set(band.heard);
      if (own) takeFrom(heard, own);
      band.takeExcepted(heard, this.id);
    } else heard.fill(0);
    for (let i = 0; i < this.plays.length; i++) addTo(heard, this.plays[i].frame);
    return heard;
  }
}
