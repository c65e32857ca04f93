/** Says when somebody on a line has not spoken for a long time: perhaps there is nobody any more. */
import type { Clock, Timer } from '../clock.js';

export type QuietWatchOptions = {
  /** 0: never. */
  limitMs(): number;
  /** Whether there is speech in this moment. */
  speaks(): boolean;
  /** It was quiet for that long; nothing more is watched. */
  quiet(): void;
};

const LOOK_MS = 1000;

export class QuietWatch {
  #timer?: Timer;
  #heardMs = 0;

  constructor(
    private readonly clock: Clock,
    private readonly options: QuietWatchOptions,
  ) {}

  start(): void {
    this.#heardMs = this.clock.nowMs();
    this.#wait();
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #wait(): void {
    this.#timer?.cancel();
    this.#timer = this.clock.after(LOOK_MS, () => this.#look());
  }

  #look(): void {
    const { options } = this;
    const nowMs = this.clock.nowMs();
    if (options.speaks()) this.#heardMs = nowMs;
    const limitMs = options.limitMs();
    if (limitMs > 0 && nowMs - this.#heardMs >= limitMs) options.quiet();
    else this.#wait();
  }
}
