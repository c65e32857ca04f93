/** Everything that can talk is a leg: phones, lines, audio ports. */
import type { PortId } from '../media/contract.js';
import type { Cause } from './cause.js';
import type { LegId } from './room.js';

export type LegState = 'offered' | 'alerting' | 'early' | 'answered' | 'held' | 'ended';

export type LegEvent =
  | { type: 'alerting' }
  /** An incoming leg that rings can be spoken to; it has a port. */
  | { type: 'early' }
  /** Media flow; the leg has a port. */
  | { type: 'answered' }
  | { type: 'held'; held: boolean }
  /** A key, one of 0-9 * # A-D, by whatever way it came. */
  | { type: 'digit'; digit: string }
  | { type: 'ended'; cause: Cause };

export type Leg = {
  readonly id: LegId;
  /** `incoming`: that party called us. */
  readonly direction: 'incoming' | 'outgoing';
  /** The party at the other end. */
  readonly party: { number: string; name: string };
  readonly state: LegState;
  readonly sinceMs: number;
  /** Set once it can be spoken to. */
  readonly port: PortId | undefined;
  /** For people: `PCMU`, ...; undefined before the answer. */
  readonly codec: string | undefined;
  /** Whether its media are encrypted. */
  readonly srtp: boolean;
  /** Whoever has the leg now is told; set by that owner. */
  onEvent: (event: LegEvent) => void;
  /** An incoming leg: tells the caller that it rings; `early` may follow. */
  ring(): void;
  /** An incoming leg: answers; `answered` or `ended` follows. */
  answer(): void;
  hangUp(cause: Cause): void;
};
