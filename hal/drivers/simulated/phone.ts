/** A simulated phone on a wire: hook, keys, dial, and a mouth. Its hand moves by frames of 20 ms. */
import { FRAME_SAMPLES } from '../../frame-ring.js';
import { KEYPAD, pressKey } from './keypad.js';
import { SoundMeter } from './sound-meter.js';
import type { Station } from './wire.js';

/** Frames. */
const KEY_ON = 5;
const KEY_OFF = 5;
const BREAK = 3;
const MAKE = 2;
const BETWEEN_DIGITS = 40;
const FLASH = 20;

/** What the hand does in one frame: holds a key (its place on the keypad), or the hook. */
type Move = { key?: number; off?: boolean };

export class SimulatedPhone implements Station {
  off = false;
  /** Whether its bell rings. */
  ringing = false;
  /** Whether its lamp says that messages wait. */
  lamp = false;
  readonly tx = new Int16Array(FRAME_SAMPLES);
  readonly rx = new Int16Array(FRAME_SAMPLES);
  /** What it says while no key is pressed; silence if undefined. Fills the frame. */
  say: ((frame: Int16Array) => void) | undefined;
  readonly meter = new SoundMeter();
  #moves: Move[] = [];
  #sample = 0;

  /** Presses keys, one after the other. */
  keys(keys: string): void {
    for (const key of keys) {
      if (!KEYPAD.includes(key)) continue;
      this.#add({ key: KEYPAD.indexOf(key) }, KEY_ON);
      this.#add({}, KEY_OFF);
    }
  }

  /** Turns the dial: ten pulses a second, of which the line is open for 60 ms and closed for 40. */
  pulses(digits: string): void {
    for (const digit of digits) {
      if (!/\d/.test(digit)) continue;
      for (let pulse = Number(digit) || 10; pulse > 0; pulse--) {
        this.#add({ off: false }, BREAK);
        this.#add({ off: true }, MAKE);
      }
      this.#add({ off: true }, BETWEEN_DIGITS);
    }
  }

  /** Opens the line for 400 ms. */
  flash(): void {
    this.#add({ off: false }, FLASH);
    this.#add({ off: true }, 1);
  }

  /** Whether its hand has nothing more to do. */
  get idle(): boolean {
    return this.#moves.length === 0;
  }

  /** Makes its next frame, before the wire advances. */
  advance(): void {
    const move = this.#moves.shift();
    if (move?.off !== undefined) this.off = move.off;
    this.meter.hear(this.rx);
    this.tx.fill(0);
    if (move?.key !== undefined) pressKey(move.key, this.#sample, this.tx);
    else if (this.off) this.say?.(this.tx);
    this.#sample += FRAME_SAMPLES;
  }

  #add(move: Move, frames: number): void {
    for (let i = 0; i < frames; i++) this.#moves.push(move);
  }
}
