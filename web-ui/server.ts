/** The web server of the box. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Router from '@koa/router';
import Koa from 'koa';
import { createLog } from '../firmware/log.js';
import type { Administrator } from '../firmware/config/schema.js';
import type { AdministratorCheck } from './administrator-check.js';
import type { Route } from './api/route.js';
import { serve } from './api/serve.js';

const log = createLog('web');

export type WebOptions = {
  /** Where to listen, everywhere at the same port. */
  addresses: readonly string[];
  port: number;
  administrators: AdministratorCheck;
  /** What is below /api/v1. */
  api: readonly Route[];
};

export class WebServer {
  private constructor(private readonly servers: readonly Server[]) {}

  /** Binds and serves; port 0 takes a free one. Throws the system's error (EADDRINUSE, ...). */
  static async open(options: WebOptions): Promise<WebServer> {
    const app = new Koa<{ administrator: Administrator }>();
    app.on('error', (error: NodeJS.ErrnoException) => {
      // Who asked has gone, or was dropped, before all was sent.
      if (error.code === 'ERR_STREAM_PREMATURE_CLOSE') return;
      log.error({ err: error }, 'a request could not be served');
    });
    app.use(async (context, next) => {
      context.set('Cache-Control', 'no-store');
      context.set('X-Content-Type-Options', 'nosniff');
      const verdict = await options.administrators.check(context.get('Authorization'));
      if (typeof verdict !== 'string') {
        context.state.administrator = verdict;
        await next();
        return;
      }
      context.status = verdict === 'busy' ? 503 : 401;
      if (verdict === 'refused') context.set('WWW-Authenticate', 'Basic realm="parley", charset="UTF-8"');
      context.body = {
        error: verdict === 'busy' ? 'try again in a moment' : 'name and password of an administrator',
      };
    });
    const router = new Router<{ administrator: Administrator }>({ prefix: '/api/v1' });
    for (const route of options.api)
      router.register(`/${route.path}`, [route.method], async ({ req, params, state, response }) => {
        const { status, type, fileName, body } = await serve(route, req, params, state.administrator);
        response.body = body;
        response.status = status;
        if (type !== undefined) response.type = type;
        if (fileName !== undefined) response.attachment(fileName);
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
