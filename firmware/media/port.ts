/** One party's place in the media plane, by whatever way its sound comes: what engine and mixes know of it. */
import type { Codec } from './codec.js';
import type { MixSettings, PortId } from './contract.js';
import type { Ear } from './ear.js';
import type { Rate } from './frame.js';
import type { Band, MixBus } from './mix-bus.js';
import type { Mouth } from './mouth.js';

export type Port = {
  readonly id: PortId;
  /** Of the shared block: index of its first word. */
  row: number;
  readonly rate: Rate;
  /** By which what it hears is encoded; null if that goes out as it is. */
  readonly codec: Codec | null;
  /** What this party said in the tick, when `talks`; once it was asked to show it. */
  readonly rxFrame: Int16Array;
  readonly talks: boolean;
  readonly mouth: Mouth;
  readonly ear: Ear;
  mix: MixBus | null;
  /** What it says is added here. */
  readonly band: Band | null;
  settings: MixSettings | undefined;
  /** The tick in four steps, each of all ports before the next one: takes in what waits. */
  receive(): void;
  /** Sets `rxFrame` and `talks`. */
  listen(): void;
  /** Makes what it hears, which is there when codecs have settled. */
  encode(): void;
  /** Sends it. */
  send(): void;
  /** In the middle of a tick: sees that `rxFrame` and the level are those of it, for who looks at them from outside. */
  show(): void;
  /** Its mix has been arranged anew. */
  tune(): void;
  close(): void;
};
