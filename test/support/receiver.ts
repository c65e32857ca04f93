/** A program that a webhook calls: checks every signature, keeps what it was told, answers as a test wants. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as assert from 'uvu/assert';
import { signature } from '../../firmware/webhook/post.js';

export type Told = { id: string; type: string; timestamp: string; data: Record<string, unknown> };

export class Receiver {
  secret = '';
  /** What it was told, in the order of arrival; what it refused too. */
  readonly told: Told[] = [];
  /** Statuses of the next answers; then 204. */
  readonly answers: number[] = [];
  #arrived: () => void = () => {};

  private constructor(private readonly server: Server) {}

  static async open(): Promise<Receiver> {
    const receiver: Receiver = new Receiver(
      createServer((request, response) => {
        let body = '';
        request.setEncoding('utf8').on('data', (text: string) => (body += text));
        request.on('end', () => {
          const { headers } = request;
          const id = String(headers['webhook-id']);
          const seconds = Number(headers['webhook-timestamp']);
          const isSigned = headers['webhook-signature'] === signature(receiver.secret, id, seconds, body);
          const isNow = Math.abs(Date.now() / 1000 - seconds) < 60;
          if (isSigned && isNow) receiver.told.push({ id, ...(JSON.parse(body) as Omit<Told, 'id'>) });
          response.writeHead(isSigned && isNow ? (receiver.answers.shift() ?? 204) : 403).end();
          receiver.#arrived();
        });
      }),
    );
    receiver.server.listen(0, '127.0.0.1');
    await once(receiver.server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`;
  }

  /** Waits until it was told so much. */
  async until(holds: (told: readonly Told[]) => boolean, limitMs = 10_000): Promise<void> {
    const endMs = performance.now() + limitMs;
    while (!holds(this.told)) {
      const arrived = new Promise<void>((resolve) => (this.#arrived = resolve));
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, endMs - performance.now())));
      await Promise.race([arrived, late]);
      clearTimeout(timer);
      assert.ok(performance.now() < endMs, `it was only told ${JSON.stringify(this.told)}`);
    }
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}
