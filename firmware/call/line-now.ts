/** A line as it is now: what its card tells of it, and what its owner has asked of it. */
import type { LineSettings } from '../config/schema.js';
import type { Line, LineEvent } from '../../hal/line-card.js';
import type { PortId } from '../media/contract.js';
import type { Leg } from './leg.js';

export type Losses = { overruns: number; underruns: number };

export type LineNow = {
  card: string;
  place: number;
  kind: Line['kind'];
  /** Undefined if nothing is configured for it: then nobody uses it. */
  settings: LineSettings | undefined;
  port: PortId | undefined;
  /** The call that is on it, or rings. */
  leg: Leg | undefined;
  /** The loop is closed: FXS, by the phone; FXO, by the box. */
  offHook: boolean;
  /** Ringing voltage is on it: FXS, from the box; FXO, from the exchange. */
  ringing: boolean;
  /** There is battery, from whoever feeds the line; it is the other way round. */
  battery: boolean;
  reversed: boolean;
  /** Frames of 20 ms that were lost, and that were missing, both ways; since it has its port. */
  losses: Losses;
  /** What is wrong with it by the card; '' for nothing. */
  alarm: string;
};

export function lineNow(card: string, { place, kind }: Line): LineNow {
  const idle = { offHook: false, ringing: false, battery: true, reversed: false, alarm: '' };
  const losses = { overruns: 0, underruns: 0 };
  return { card, place, kind, settings: undefined, port: undefined, leg: undefined, losses, ...idle };
}

/** Those since the card was opened. */
export function lossesOf({ rx, tx }: Line): Losses {
  return { overruns: rx.overruns + tx.overruns, underruns: rx.underruns + tx.underruns };
}

export function note(now: LineNow, event: LineEvent): void {
  if (event.type === 'hook') now.offHook = event.off;
  else if (event.type === 'ring') now.ringing = event.on;
  else if (event.type === 'battery') now.battery = event.on;
  else if (event.type === 'polarity') now.reversed = event.reversed;
  else if (event.type === 'alarm') now.alarm = event.alarm;
}

/** The line for its owner: what is asked of it is noted, too. */
export function noted(line: Line, now: LineNow): Line {
  const { place, rx, tx, keptFrames, cancelsEcho } = line;
  const seat = { place, rx, tx, keptFrames, cancelsEcho };
  if (line.kind === 'fxo') return { kind: 'fxo', ...seat, hook: (off) => line.hook((now.offHook = off)) };
  return {
    kind: 'fxs',
    ...seat,
    ring: (on) => line.ring((now.ringing = on)),
    reverse: (reversed) => line.reverse((now.reversed = reversed)),
    feed: (on) => line.feed((now.battery = on)),
    lamp: (on) => line.lamp(on),
  };
}

/** Leaves a line as one that nobody has: whatever its last owner was at. */
export function rest(line: Line, { offHook, ringing, battery, reversed }: LineNow): void {
  if (line.kind === 'fxo') {
    if (offHook) line.hook(false);
    return;
  }
  if (ringing) line.ring(false);
  if (!battery) line.feed(true);
  if (reversed) line.reverse(false);
}

/** What a new owner has missed. */
export function asItIs({ kind, place, offHook, ringing, battery, reversed }: LineNow): LineEvent[] {
  const atMs = 0;
  if (kind === 'fxs') return offHook ? [{ type: 'hook', place, off: true, atMs }] : [];
  return [
    ...(battery ? [] : [{ type: 'battery', place, on: false, atMs } as const]),
    ...(reversed ? [{ type: 'polarity', place, reversed } as const] : []),
    ...(ringing ? [{ type: 'ring', place, on: true, atMs } as const] : []),
  ];
}
