/** Watches how the machine is, how much the box has to do, and what is wrong. */
import { threadCpuMs } from '../../hal/ffi/thread-cpu.js';
import type { Clock } from '../clock.js';
import { AlarmBoard } from './alarm-board.js';
import type { Condition } from './alarms.js';
import { hostConditions, isHot, readHost, type Host } from './host.js';
import { LoadHistory, SAMPLE_MS, type Reading } from './load-history.js';

export class SystemWatch {
  readonly alarms: AlarmBoard;
  readonly load: LoadHistory;
  /** As it was some seconds ago. */
  host: Host;
  #isHot = false;

  /** Watches from now on; belongs to the thread that makes it. */
  constructor(
    private readonly options: {
      /** Where the data are. */
      directory: string;
      clock: Clock;
      /** The time of day, ms since 1970. */
      timeMs: () => number;
      read: () => Omit<Reading, 'mainCpuMs'>;
      /** What is wrong beside the machine itself. */
      conditions: () => readonly Condition[];
    },
  ) {
    const { directory, clock, timeMs, read, conditions } = options;
    this.host = readHost(directory);
    const clocks = { timeMs, nowMs: () => clock.nowMs() };
    this.load = new LoadHistory(() => ({ mainCpuMs: threadCpuMs(), ...read() }), clocks);
    this.alarms = new AlarmBoard(
      () => [...conditions(), ...hostConditions(this.host, timeMs(), this.#isHot)],
      timeMs,
    );
    this.#wait();
  }

  #wait(): void {
    this.options.clock.after(SAMPLE_MS, () => {
      this.host = readHost(this.options.directory);
      this.#isHot = isHot(this.host, this.#isHot);
      this.load.sample();
      this.alarms.look();
      this.#wait();
    });
  }
}
