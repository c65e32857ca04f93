/** What systemd is told: that the box takes calls, and again and again that it lives; else it is started anew (sd_notify(3)). */
import { NotifySocket } from '../../hal/ffi/notify-socket.js';
import type { Clock, Timer } from '../clock.js';
import { createLog } from '../log.js';

const log = createLog('system');

export class ServiceManager {
  #socket?: NotifySocket;
  #feeding?: Timer;

  constructor(
    private readonly environment: NodeJS.ProcessEnv,
    private readonly clock: Clock,
  ) {
    const { NOTIFY_SOCKET } = environment;
    try {
      if (NOTIFY_SOCKET) this.#socket = new NotifySocket(NOTIFY_SOCKET);
    } catch (error) {
      log.warn({ err: error }, 'systemd cannot be told how the box is');
    }
  }

  /** The box takes calls; from now on systemd is told that it lives as long as `standsStill` knows of nothing. */
  ready(standsStill: () => string | undefined): void {
    this.#socket?.tell('READY=1');
    const { WATCHDOG_USEC, WATCHDOG_PID } = this.environment;
    if (!this.#socket || !WATCHDOG_USEC || (WATCHDOG_PID ?? String(process.pid)) !== String(process.pid))
      return;
    // Half of it is what systemd advises; a third lets one be lost.
    const everyMs = Number(WATCHDOG_USEC) / 1000 / 3;
    const feed = () => {
      const still = standsStill();
      if (still === undefined) this.#socket!.tell('WATCHDOG=1');
      else log.error({}, `${still} stands still: systemd is not told that the box lives`);
      this.#feeding = this.clock.after(everyMs, feed);
    };
    this.#feeding = this.clock.after(everyMs, feed);
  }

  stopping(): void {
    this.#feeding?.cancel();
    this.#socket?.tell('STOPPING=1');
  }
}
