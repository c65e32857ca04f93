/** How much of its time the media worker needs, and when that is too much for one more caller. */
import { FRAME_MS } from './frame.js';

/** Ticks over which the load is averaged: about a second. */
const TICKS = 50;
/** Beyond this part of a tick nobody else is let in: what is left is for those inside. */
const FULL = 0.7;

export class LoadMeter {
  /** CPU time of a tick, us. */
  tickUs = 0;

  /** Takes in that so many ticks cost so much CPU time, us. */
  spent(us: number, ticks: number): void {
    for (let i = 0; i < ticks; i++) this.tickUs += (us / ticks - this.tickUs) / TICKS;
  }
}

/** Whether one more caller would be at the cost of those inside; `tickUs` is the CPU time of a tick. */
export function isFull(tickUs: number): boolean {
  return tickUs > FULL * FRAME_MS * 1000;
}
