/**
 * Cards with analog lines, as the firmware sees them. At an FXS line a phone is attached, at an FXO line the telephone
 * exchange. rx is what comes from the line, tx what goes into it, in frames of 20 ms at 8 kHz, 16 bits, linear.
 */
import type { FrameRing } from './frame-ring.js';

type LineOfCard = {
  /** Its place on the card, from 1, as the card's face is labelled. */
  readonly place: number;
  readonly rx: FrameRing;
  readonly tx: FrameRing;
  /** Frames that the card keeps between the rings and the wire, there and back together; 0 if left out. */
  readonly keptFrames?: number;
  /** True if the card takes the echo out of rx itself. */
  readonly cancelsEcho?: boolean;
};

export type FxsLine = LineOfCard & {
  readonly kind: 'fxs';
  /** Puts the ringing voltage on the line, or takes it off: the cadence is made by who calls this. */
  ring(on: boolean): void;
  /** Turns the battery round: some phones and counters take it as answer or hang-up. */
  reverse(reversed: boolean): void;
  /** Takes the battery off the line (false), as a sign that the other side has hung up. */
  feed(on: boolean): void;
  /** Lights the lamp that says messages wait. */
  lamp(on: boolean): void;
};

export type FxoLine = LineOfCard & {
  readonly kind: 'fxo';
  /** Takes the line (true), or leaves it. Flash and pulses are made of this by who calls it. */
  hook(off: boolean): void;
};

export type Line = FxsLine | FxoLine;

/** `place` says which line; `atMs` is by the card's own clock, which counts what it has sampled. */
export type LineEvent =
  /** FXS: the phone's loop is closed or open. Pulses and flashes are not yet made out. */
  | { type: 'hook'; place: number; off: boolean; atMs: number }
  /** FXS, from cards that make them out themselves. */
  | { type: 'pulseDigit'; place: number; digit: string }
  | { type: 'flash'; place: number }
  /** FXO: ringing voltage comes, or no longer. */
  | { type: 'ring'; place: number; on: boolean; atMs: number }
  /** FXO: the battery is there, or gone; the loop was broken. */
  | { type: 'battery'; place: number; on: boolean; atMs: number }
  | { type: 'polarity'; place: number; reversed: boolean }
  /** Something is wrong with the line, in words; '' when it is right again. */
  | { type: 'alarm'; place: number; alarm: string }
  /** The card is gone: pulled out, or its driver unloaded; `error` if it is a bug of ours. The last event. */
  | { type: 'lost'; error?: Error };

export type LineCard = {
  /** What the administrator sees: the card's own name for itself. */
  readonly name: string;
  readonly lines: readonly Line[];
  /** Who is told; set before the next turn of the event loop. */
  onEvent: (event: LineEvent) => void;
  close(): Promise<void>;
  /** A simulated card: plays the part of its phones, `1 off-hook`; returns what is to be said, '' if nothing is wrong. */
  simulate?(words: string): string;
};

export type LineCardDriver = {
  /** As in `--line-card NAME`, or `NAME:which`. */
  readonly name: string;
  /** Which of its cards are there now, as `open` takes them. Never throws: no hardware is no card, nor is a simulated one. */
  probe(): Promise<string[]>;
  /** Rejects with a HardwareError if that card is not to be had. */
  open(which: string): Promise<LineCard>;
};
