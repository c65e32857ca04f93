/** Harm for media workers of this process, done through the debugger: nothing in them is made for it. */
import { Session } from 'node:inspector/promises';

type Attached = { params: { sessionId: string; workerInfo: { title: string } } };

export class WorkerDebugger {
  #session = new Session();
  #workers: Attached['params'][] = [];

  static async open(): Promise<WorkerDebugger> {
    const debugging = new WorkerDebugger();
    const session = debugging.#session;
    session.connect();
    session.on('NodeWorker.attachedToWorker', ({ params }: Attached) => debugging.#workers.push(params));
    await session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
    return debugging;
  }

  /** Has JavaScript run in the oldest worker, between two of its own steps. */
  async run(expression: string): Promise<void> {
    const age = ({ workerInfo }: Attached['params']) => Number(/worker (\d+)/.exec(workerInfo.title)?.[1]);
    const [oldest] = this.#workers.sort((a, b) => age(a) - age(b));
    const message = { id: 1, method: 'Runtime.evaluate', params: { expression } };
    await this.#session.post('NodeWorker.sendMessageToWorker', {
      sessionId: oldest.sessionId,
      message: JSON.stringify(message),
    });
  }

  close(): void {
    this.#session.disconnect();
  }
}
