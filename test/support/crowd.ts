/** Many callers at once: one SIP phone that calls again and again, and a thread that carries all the sound. */
import { once } from 'node:events';
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import type { Endpoint } from '../../firmware/sip/transport.js';
import type { CrowdCommand, CrowdReport, CrowdWorkerData } from './crowd-worker.js';
import type { MediaEnd } from './ear.js';
import type { TestPhone } from './test-phone.js';

export class Crowd {
  #next = 0;

  private constructor(
    private readonly worker: Worker,
    private readonly channel: MessagePort,
    private readonly ports: number[],
  ) {}

  /** Sound for `count` calls. */
  static async open(count: number): Promise<Crowd> {
    const { port1, port2 } = new MessageChannel();
    const workerData: CrowdWorkerData = { count, channel: port2 };
    const worker = new Worker(new URL('./crowd-worker.js', import.meta.url), {
      workerData,
      transferList: [port2],
    });
    const [ports] = (await once(port1, 'message')) as [number[]];
    return new Crowd(worker, port1, ports);
  }

  /** One more caller dials a number. */
  async dial(phone: TestPhone, number: string, talks = true): Promise<void> {
    const index = this.#next++;
    const end: MediaEnd = {
      payloadType: 0,
      localPort: this.ports[index],
      start: ({ port }: Endpoint) => this.#tell({ type: 'start', index, port, talks }),
      close: () => {
        this.#tell({ type: 'stop', index });
        return Promise.resolve();
      },
    };
    await phone.dialWith(number, end);
  }

  /** What came since the last report, and begins a new one. */
  async report(): Promise<CrowdReport> {
    this.#tell({ type: 'report' });
    const [report] = (await once(this.channel, 'message')) as [CrowdReport];
    return report;
  }

  async close(): Promise<void> {
    this.#tell({ type: 'end' });
    await once(this.worker, 'exit');
    this.channel.close();
  }

  #tell(command: CrowdCommand): void {
    this.channel.postMessage(command);
  }
}
