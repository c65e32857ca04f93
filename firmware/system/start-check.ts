/** After every start: once the box has seen that it works, the slot it runs from is confirmed, else the other one starts. */
import type { Clock } from '../clock.js';
import { createLog } from '../log.js';
import type { Condition } from './alarms.js';
import { troublesOf, type Checked } from './health-check.js';
import { confirmBooted, slotsNow } from './rauc.js';

const log = createLog('system');

const AGAIN_MS = 20_000;

export class StartCheck {
  #troubles: string[] = [];

  constructor(
    private readonly checked: Checked,
    private readonly clock: Clock,
  ) {}

  get alarms(): Condition[] {
    return this.#troubles.map((text) => ({
      code: 'health',
      text: `the box does not work as it should: ${text}`,
    }));
  }

  /** Checks until all is well, and confirms the slot. Never rejects. */
  async run(): Promise<void> {
    this.#troubles = await troublesOf(this.checked);
    if (this.#troubles.length === 0) this.#troubles = await this.#confirm();
    if (this.#troubles.length === 0) return log.info({}, 'the box works as it should');
    log.error({ troubles: this.#troubles }, 'the start is not confirmed');
    this.clock.after(AGAIN_MS, () => void this.run());
  }

  async #confirm(): Promise<string[]> {
    try {
      await slotsNow();
    } catch {
      return []; // a machine without slots
    }
    try {
      await confirmBooted();
      log.info({}, 'the start is confirmed');
      return [];
    } catch (error) {
      return [`the slot could not be confirmed: ${(error as Error).message}`];
    }
  }
}
