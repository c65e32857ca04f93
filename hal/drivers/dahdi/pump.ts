/** Carries frames between the channels of a card and the rings of its lines, and what happens on them to whoever asks. */
import { FRAME_SAMPLES, type FrameRing } from '../../frame-ring.js';
import { EVENT } from './signals.js';

/** Frames of a channel that the driver holds for us each way: so late we may be. */
export const HELD_FRAMES = 8;
/** Frames that wait to go into the line when we are on time: heard as delay, not heard when we are late. */
export const WAITING_FRAMES = 2;
const FRAME_MS = 20;
/** Without a frame for so long a card has stopped, whatever else it says. */
const DEAD_MS = 2000;

/** The driver, as far as the pump needs it; `channel` counts from 0. Nothing but `wait` waits. */
export type Channels = {
  /** Returns when something has come on the first channel or happened on any, after 100 ms in any case. */
  wait(): void;
  /** False if no whole frame is there. */
  read(channel: number, frame: Int16Array): boolean;
  /** False if it was not taken, as something has happened meanwhile. */
  write(channel: number, frame: Int16Array): boolean;
  /** The next of what has happened, 0 for nothing. */
  event(channel: number): number;
};

export type PumpedLine = { rx: FrameRing; tx: FrameRing };

export class Pump {
  #frame = new Int16Array(FRAME_SAMPLES);
  #silence = new Int16Array(FRAME_SAMPLES);
  #frames: Float64Array;
  #lastMs: number;
  #gone = false;

  /** `happened` is told of events by the driver's numbers, with the ms of sound that had come by then. */
  constructor(
    private readonly lines: readonly PumpedLine[],
    private readonly channels: Channels,
    private readonly happened: (line: number, event: number, atMs: number) => void,
    private readonly nowMs: () => number,
  ) {
    this.#frames = new Float64Array(lines.length);
    this.#lastMs = nowMs();
    for (const line of lines.keys()) this.refill(line);
  }

  /** Waits, then does all there is to do. False when the card is gone. Allocates nothing. */
  turn(): boolean {
    this.channels.wait();
    for (let line = 0; line < this.lines.length; line++) this.#tellEvents(line);
    for (let line = 0; line < this.lines.length; line++) this.#carry(line);
    return !this.#gone && this.nowMs() - this.#lastMs < DEAD_MS;
  }

  /** Lets frames wait again on a line whose frames the driver has thrown away. */
  refill(line: number): void {
    for (let i = 0; i < WAITING_FRAMES; i++) this.#write(line, this.#silence);
  }

  #tellEvents(line: number): void {
    for (let event = this.channels.event(line); event !== 0; event = this.channels.event(line)) {
      if (event === EVENT.removed) {
        this.#gone = true;
        return;
      }
      this.happened(line, event, this.#frames[line] * FRAME_MS);
    }
  }

  /** As many frames go out as have come in; if we were so late that none waits any more, the oldest are left out. */
  #carry(line: number): void {
    const { rx, tx } = this.lines[line];
    let came = 0;
    while (came < HELD_FRAMES && this.channels.read(line, this.#frame)) {
      rx.write(this.#frame);
      came++;
    }
    if (came === 0) return;
    this.#frames[line] += came;
    this.#lastMs = this.nowMs();
    for (let left = came; left > 0; left--) {
      tx.read(this.#frame);
      if (left <= WAITING_FRAMES) this.#write(line, this.#frame);
    }
  }

  #write(line: number, frame: Int16Array): void {
    if (this.channels.write(line, frame)) return;
    this.#tellEvents(line);
    this.channels.write(line, frame);
  }
}
