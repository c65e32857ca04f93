/** Everything that can talk is a leg: phones, lines, audio ports. */
import type { PortId } from '../media/contract.js';
import type { CallProgress } from './call-progress.js';
import type { Cause } from './cause.js';
import type { LegId } from './room.js';

export type LegState = 'offered' | 'alerting' | 'early' | 'answered' | 'held' | 'ended';

export type LegEvent =
  /** An outgoing leg: the call has been taken on. */
  | { type: 'trying' }
  | { type: 'alerting' }
  /** A leg that rings can be spoken to, or be heard; it has a port. */
  | { type: 'early' }
  /** Media flow; the leg has a port. */
  | { type: 'answered' }
  | { type: 'held'; held: boolean }
  /** It is up and speaks another codec now. */
  | { type: 'codec' }
  /** A key, one of 0-9 * # A-D, by whatever way it came. */
  | { type: 'digit'; digit: string }
  /** `redirect`: number that its phone wants to be called at instead (302). */
  | { type: 'ended'; cause: Cause; redirect?: string };

/** Where a leg is while it talks, for those who move legs about. */
export type Place = {
  /** With whom it talks alone; undefined in a conference. */
  readonly partner: Leg | undefined;
  /** Lets go of the leg and of its partner: nobody is hung up, whoever takes them sets their `onEvent`. */
  release(): void;
  /** Lets go of the leg and puts another, which is up, here instead of it. */
  yieldTo(leg: Leg): void;
  /** In a conference. */
  room?: {
    /** Lets another leg, which is up, in beside it; false if the room is full, or no more. */
    admit(leg: Leg): boolean;
    /** Calls back once when the leg leaves; returns what forgets that. */
    whenLeft(callback: () => void): () => void;
    /** Takes its seat away, says so to it and hangs up. */
    putOut(why: 'removed' | 'ended'): void;
  };
};

/** Who somebody is for those who talk with them. */
export type Party = { number: string; name: string };

export type Leg = {
  readonly id: LegId;
  /** `incoming`: that party called us. */
  readonly direction: 'incoming' | 'outgoing';
  /** The party at the other end. */
  readonly party: Party;
  /** As whom its wrong PINs are counted: the extension and its address, or the trunk or line with the caller's number. */
  readonly sources: readonly string[];
  readonly state: LegState;
  /** Where its signalling comes from: an IP address, or the name of a line. */
  readonly peerAddress: string;
  /** On the clock's scale: when it began, was answered, ended. */
  readonly sinceMs: number;
  readonly answeredMs: number | undefined;
  readonly endedMs: number | undefined;
  /** Why it ended. */
  readonly cause: Cause | undefined;
  /** Set once it can be spoken to. */
  readonly port: PortId | undefined;
  /** For people: `PCMU`, ..., `analog`; undefined before the answer. */
  readonly codec: string | undefined;
  /** Whether its media are encrypted. */
  readonly srtp: boolean;
  /** Whoever has the leg now is told; set by that owner. */
  onEvent: (event: LegEvent) => void;
  /** Set by that owner while the leg can be moved. */
  place: Place | undefined;
  /** Set while phones ring for it: from then on they ring for another, which is up. */
  handOver?: (to: Leg, progress: CallProgress) => void;
  /** The party is told that it talks to this conference; set before the answer, undefined elsewhere. */
  focus: string | undefined;
  /** An incoming leg: tells the caller that it rings; `early` may follow. */
  ring(): void;
  /** An incoming leg: answers; `answered` or `ended` follows. */
  answer(): void;
  /** Presses a key of the box's own at that party: it hears it, or its machine understands it. */
  sendKey(key: string): void;
  hangUp(cause: Cause): void;
};

/** Answered, on hold or not. */
export function isUp(leg: Leg): boolean {
  return leg.state === 'answered' || leg.state === 'held';
}
