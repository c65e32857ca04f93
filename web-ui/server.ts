/** The web server of the box. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Router from '@koa/router';
import Koa from 'koa';
import { createLog } from '../firmware/log.js';
import type { AdministratorCheck } from './administrator-check.js';
import { BadQuestion, type Answer } from './api.js';

const log = createLog('web');

export type WebOptions = {
  /** Where to listen, everywhere at the same port. */
  addresses: readonly string[];
  port: number;
  administrators: AdministratorCheck;
  /** Answers of GET /api/v1/<name>; a BadQuestion is answered 400. */
  api: Record<string, Answer>;
};

export class WebServer {
  private constructor(private readonly servers: readonly Server[]) {}

  /** Binds and serves; port 0 takes a free one. Throws the system's error (EADDRINUSE, ...). */
  static async open(options: WebOptions): Promise<WebServer> {
    const app = new Koa();
    app.on('error', (error: Error) => log.error({ err: error }, 'a request could not be served'));
    app.use(async (context, next) => {
      context.set('Cache-Control', 'no-store');
      context.set('X-Content-Type-Options', 'nosniff');
      const verdict = await options.administrators.check(context.get('Authorization'));
      if (verdict === 'ok') {
        await next();
        return;
      }
      context.status = verdict === 'busy' ? 503 : 401;
      if (verdict === 'refused') context.set('WWW-Authenticate', 'Basic realm="parley", charset="UTF-8"');
      context.body = {
        error: verdict === 'busy' ? 'try again in a moment' : 'name and password of an administrator',
      };
    });
    const router = new Router({ prefix: '/api/v1' });
    for (const [name, answer] of Object.entries(options.api))
      router.get(`/${name}`, (context) => {
        try {
          context.body = answer(new URLSearchParams(context.querystring));
        } catch (error) {
          if (!(error instanceof BadQuestion)) throw error;
          context.status = 400;
          context.body = { error: error.message };
        }
      });
    app.use(router.routes()).use(router.allowedMethods());
    const handle = app.callback();
    const servers: Server[] = [];
    let { port } = options;
    for (const host of options.addresses) {
      const server = createServer({ requestTimeout: 10_000, headersTimeout: 10_000 }, (request, response) => {
        void handle(request, response);
      });
      server.maxConnections = 200;
      server.listen({ port, host, ipv6Only: true });
      await once(server, 'listening');
      servers.push(server);
      ({ port } = server.address() as AddressInfo);
    }
    return new WebServer(servers);
  }

  get port(): number {
    return (this.servers[0].address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    await Promise.all(
      this.servers.map(async (server) => {
        const closed = once(server, 'close');
        server.close();
        server.closeAllConnections();
        await closed;
      }),
    );
  }
}
