/**
 * The two spans of scripts/hardware/dahdi.sh, both opened, with what happens on them to be awaited, and sound to go both
 * ways.
 *
 *     span 1             span 2
 *     FXS 1 to 5 ------- FXO 1 to 5       phones are played on span 2
 *     FXO 6 to 8 ------- FXS 6 to 8       the exchange is played on span 2
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as assert from 'uvu/assert';
import { dahdiDriver } from '../../hal/drivers/dahdi.js';
import { FRAME_SAMPLES } from '../../hal/frame-ring.js';
import type { FxoLine, FxsLine, Line, LineCard, LineEvent } from '../../hal/line-card.js';
import { decodeG711 } from '../support/reference-g711.js';

const PATIENCE_MS = 15_000;
const FRAME_MS = 20;

/** Loads the drivers with their spans, or takes them out. */
export async function dahdi(what: 'up' | 'down'): Promise<void> {
  await promisify(execFile)('scripts/hardware/dahdi.sh', [what]);
}

export class Span {
  #events: LineEvent[] = [];
  #wake: () => void = () => undefined;

  private constructor(readonly card: LineCard) {
    card.onEvent = (event) => {
      this.#events.push(event);
      this.#wake();
    };
  }

  static async open(span: number): Promise<Span> {
    return new Span(await dahdiDriver.open(String(span)));
  }

  fxs(place: number): FxsLine {
    return this.#line(place) as FxsLine;
  }

  fxo(place: number): FxoLine {
    return this.#line(place) as FxoLine;
  }

  /** The next event of this type on that line, whether it has come or will; earlier ones are forgotten. */
  async next<T extends LineEvent['type']>(type: T, place = 0): Promise<LineEvent & { type: T }> {
    const endMs = performance.now() + PATIENCE_MS;
    for (;;) {
      while (this.#events.length > 0) {
        const event = this.#events.shift()!;
        if (event.type === type && (!('place' in event) || event.place === place))
          return event as LineEvent & { type: T };
      }
      const leftMs = endMs - performance.now();
      assert.ok(leftMs > 0, `no ${type} at place ${place}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  forget(): void {
    this.#events = [];
  }

  async close(): Promise<void> {
    await this.card.close();
  }

  #line(place: number): Line {
    return this.card.lines.find((line) => line.place === place)!;
  }
}

/** Sends samples into one line, frame by frame as it takes them, and returns all that is heard at another meanwhile. */
export async function carry(from: Line, to: Line, samples: Int16Array, alsoMs = 400): Promise<Int16Array> {
  const heard: Int16Array[] = [];
  const frame = new Int16Array(FRAME_SAMPLES);
  while (to.rx.waiting > 0) to.rx.read(frame);
  const endMs = performance.now() + (samples.length / FRAME_SAMPLES) * FRAME_MS + alsoMs;
  for (let at = 0; performance.now() < endMs || at < samples.length;) {
    while (at < samples.length && from.tx.waiting < 6) {
      frame.fill(0).set(samples.subarray(at, at + FRAME_SAMPLES));
      from.tx.write(frame);
      at += FRAME_SAMPLES;
    }
    while (to.rx.waiting > 0) {
      to.rx.read(frame);
      heard.push(frame.slice());
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const all = new Int16Array(heard.length * FRAME_SAMPLES);
  for (const [i, part] of heard.entries()) all.set(part, i * FRAME_SAMPLES);
  return all;
}

/** Noise of samples that G.711 has, but for -32124, which DAHDI makes -31100 (MIL-STD-188-113). */
export function exactNoise(frames: number): Int16Array {
  let seed = 1;
  return Int16Array.from({ length: frames * FRAME_SAMPLES }, () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return decodeG711('PCMU', seed >>> 24 || 2);
  });
}

/** How much of what was sent was heard to the sample: frames, and the longest run of them without a gap. */
export function exactFrames(sent: Int16Array, heard: Int16Array): { frames: number; longest: number } {
  const key = (samples: Int16Array, at: number) => samples.subarray(at, at + 8).join();
  const places = new Map<string, number>();
  for (let at = 0; at + 8 <= heard.length; at++) places.set(key(heard, at), at);
  let [frames, longest, run, before] = [0, 0, 0, -1];
  for (let at = 0; at < sent.length; at += FRAME_SAMPLES) {
    const place = places.get(key(sent, at));
    const exact =
      place !== undefined &&
      sent.subarray(at, at + FRAME_SAMPLES).every((sample, i) => heard[place + i] === sample);
    run = exact && place === before + FRAME_SAMPLES ? run + 1 : exact ? 1 : 0;
    before = place ?? -1;
    if (exact) frames++;
    longest = Math.max(longest, run);
  }
  return { frames, longest };
}
