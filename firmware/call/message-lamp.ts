/** What a phone on a line shows of waiting messages: the card lights its lamp, or the phone is told by modem to do so. */
import type { FxsLine } from '../../hal/line-card.js';
import type { LineSettings } from '../config/schema.js';
import { writeMessageWaiting } from '../line/caller-id-message.js';
import type { Media, PortId } from '../media/contract.js';

/** A phone that was hung up listens after so long (EN 300 659-1: 300 ms at least). */
const ON_HOOK_MS = 1000;

export class MessageLamp {
  /** What the phone itself was told last. */
  #told = false;

  constructor(
    private readonly line: FxsLine,
    private readonly port: PortId,
    private readonly media: Pick<Media, 'play'>,
  ) {}

  /** Of cards that light one; others do nothing. */
  light(waiting: boolean): void {
    this.line.lamp(waiting);
  }

  /** For a phone that is on hook and does not ring: only then it takes such a message. */
  tell(waiting: boolean, callerId: LineSettings['callerId']): void {
    if (waiting === this.#told || (callerId !== 'bell202' && callerId !== 'v23')) return;
    this.#told = waiting;
    // Some cards let a phone on hook hear only behind a ring, or where one has just ended.
    this.line.ring(false);
    const message = { callerId: writeMessageWaiting(waiting), modem: callerId };
    this.media.play({ port: this.port, alone: true }, [{ silenceMs: ON_HOOK_MS }, message]);
  }
}
