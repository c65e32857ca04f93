/** A simulated line card, `simulated` or `simulated:N` for N pairs of lines: for tests, and to try the box without hardware. */
import { HardwareError } from '../hardware-error.js';
import type { LineCardDriver } from '../line-card.js';
import { SimulatedCard } from './simulated/card.js';
import { command } from './simulated/script.js';

const PAIRS = 4;
const MAX_PAIRS = 24;
const FRAME_MS = 20;

/** Runs on the clock of this thread: it makes up for what a busy thread has missed. */
class RunningCard extends SimulatedCard {
  #startMs = performance.now();
  #ticks = 0;
  #timer = setInterval(() => this.#catchUp(), FRAME_MS);

  simulate(words: string): string {
    return command(this, words);
  }

  override async close(): Promise<void> {
    clearInterval(this.#timer);
    await super.close();
  }

  override unplug(): void {
    clearInterval(this.#timer);
    super.unplug();
  }

  #catchUp(): void {
    const due = Math.floor((performance.now() - this.#startMs) / FRAME_MS);
    for (; this.#ticks < due; this.#ticks++) this.tick();
  }
}

export const simulatedDriver: LineCardDriver = {
  name: 'simulated',
  probe: () => Promise.resolve([]),
  open(which) {
    const pairs = which === '' ? PAIRS : Number(which);
    if (!Number.isInteger(pairs) || pairs < 1 || pairs > MAX_PAIRS)
      return Promise.reject(new HardwareError('notFound', `simulated:${which}: 1 to ${MAX_PAIRS} pairs`));
    return Promise.resolve(new RunningCard(pairs));
  },
};
