/** After every start: once the box has seen that it works, the slot it runs from is confirmed, else this try of it is over. */
import type { Clock } from '../clock.js';
import { createLog } from '../log.js';
import type { Condition } from './alarms.js';
import { troublesOf, type Checked } from './health-check.js';
import { confirmBooted, RaucError, slotsNow } from './rauc.js';
import type { Restart } from './restart.js';

const log = createLog('system');

const AGAIN_MS = 20_000;

export class StartCheck {
  #troubles: string[] = [];

  constructor(
    private readonly checked: Checked,
    private readonly clock: Clock,
    /** Where it is possible the machine is the box's own, and only then its slots are. */
    private readonly restart: Restart,
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
    const isWell = this.#troubles.length === 0;
    if (isWell) this.#troubles = await this.#confirm();
    if (this.#troubles.length === 0) return log.info({}, 'the box works as it should');
    log.warn({ troubles: this.#troubles }, 'the start is not confirmed');
    if (!isWell && (await this.#hasResort())) this.restart.plan('the box does not work as it should', 0);
    this.clock.after(AGAIN_MS, () => void this.run());
  }

  async #confirm(): Promise<string[]> {
    if (!this.restart.isPossible) return [];
    try {
      await confirmBooted();
      log.info({}, 'the start is confirmed');
      return [];
    } catch (error) {
      if (error instanceof RaucError && error.isMissing) return []; // a board without slots
      return [`the slot could not be confirmed: ${(error as Error).message}`];
    }
  }

  /**
   * Whether this start is a try (the boot loader counts them) and there is another slot to go to: without one a technician
   * can do more with a box that is up.
   */
  async #hasResort(): Promise<boolean> {
    if (!this.restart.isPossible) return false;
    const { slots } = await slotsNow().catch(() => ({ slots: [] }));
    return (
      slots.some(({ isBooted, isGood }) => isBooted && !isGood) &&
      slots.some(({ isBooted, isGood }) => !isBooted && isGood)
    );
  }
}
