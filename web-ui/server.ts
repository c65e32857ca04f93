/** The web server of the box: the JSON API below /api/v1, and the pages. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Router from '@koa/router';
import Koa from 'koa';
import { createLog } from '../firmware/log.js';
import type { Administrator } from '../firmware/config/schema.js';
import type { AdministratorCheck, Verdict } from './administrator-check.js';
import { mayDo, type Route } from './api/route.js';
import { serve, type Answered } from './api/serve.js';
import type { Asset } from './assets.js';
import { readForm, type Form } from './form.js';
import type { Page, Reply } from './page.js';
import type { Sessions } from './sessions.js';

const log = createLog('web');

export type WebOptions = {
  /** Where to listen, everywhere at the same port. */
  addresses: readonly string[];
  port: number;
  administrators: AdministratorCheck;
  /** What is below /api/v1. */
  api: readonly Route[];
  pages: PagesOptions;
};

export type PagesOptions = {
  pages: readonly Page[];
  sessions: Sessions;
  assets: ReadonlyMap<string, Asset>;
  render: (view: string, data: object) => string;
};

/** No script and no style but our own files; no other site may show or address a page. */
const HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; " +
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Cache-Control': 'no-store',
};
const GONE = new Set(['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE', 'ECONNABORTED']);
const COOKIE = 'parley';

export class WebServer {
  private constructor(private readonly servers: readonly Server[]) {}

  /** Binds and serves; port 0 takes a free one. Throws the system's error (EADDRINUSE, ...). */
  static async open(options: WebOptions): Promise<WebServer> {
    const app = new Koa();
    app.on('error', (error: NodeJS.ErrnoException) => {
      if (!GONE.has(error.code ?? '')) log.error({ err: error }, 'a request could not be served');
    });
    app.use((context, next) => {
      context.set(HEADERS);
      return next();
    });
    const [api, pages] = [apiRouter(options), pagesRouter(options.pages)];
    app.use(api.routes()).use(api.allowedMethods());
    app.use(pages.routes()).use(pages.allowedMethods());
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

function apiRouter({ api, administrators }: WebOptions): Router<{ administrator: Administrator }> {
  const router = new Router<{ administrator: Administrator }>({ prefix: '/api/v1' });
  router.use(async (context, next) => {
    const verdict = await administrators.checkBasic(context.get('Authorization'), context.ip);
    if (typeof verdict === 'object') {
      context.state.administrator = verdict;
      await next();
      return;
    }
    const { status, error } = REFUSALS[verdict];
    context.status = status;
    if (status === 401) context.set('WWW-Authenticate', 'Basic realm="parley", charset="UTF-8"');
    context.body = { error };
  });
  for (const route of api)
    router.register(`/${route.path}`, [route.method], async ({ req, params, state, response }) =>
      send(response, await serve(route, req, params, state.administrator)),
    );
  router.get('/{*path}', (context) => {
    context.status = 404;
    context.body = { error: 'there is nothing of this name' };
  });
  return router;
}

function send(response: Koa.Response, { status, type, fileName, headers, body }: Answered): void {
  response.body = body;
  response.status = status;
  if (fileName !== undefined) response.attachment(fileName);
  if (type !== undefined) response.type = type;
  response.set(headers ?? {});
}

const REFUSALS: Record<Exclude<Verdict, object>, { status: number; error: string }> = {
  refused: { status: 401, error: 'name and password of an administrator' },
  busy: { status: 503, error: 'try again in a moment' },
  locked: { status: 429, error: 'too many wrong passwords came from this address; try again later' },
};

function pagesRouter({ pages, sessions, assets, render }: PagesOptions): Router {
  const router = new Router();
  router.get('/assets/:name', (context) => {
    const asset = assets.get(context.params.name);
    if (!asset) return;
    context.set('Cache-Control', 'no-cache');
    context.type = asset.type;
    context.etag = asset.etag;
    context.status = 200;
    if (context.fresh) context.status = 304;
    else context.body = asset.body;
  });
  const visit = async (context: Koa.Context & { params: Record<string, string> }, page?: Page) => {
    const { path, ip: source, params } = context;
    const sent = context.cookies.get(COOKIE);
    const cookie = sessions.isCookie(sent) ? sent : sessions.newCookie();
    const remember = (value: string) =>
      context.cookies.set(COOKIE, value, { httpOnly: true, sameSite: 'strict' });
    if (cookie !== sent) remember(cookie);
    const administrator = sessions.administratorOf(cookie);
    const answer = (reply: Reply) => {
      if ('goTo' in reply) {
        if (reply.cookie) remember(reply.cookie);
        context.redirect(reply.goTo);
        context.status = 303;
      } else if ('events' in reply) {
        context.type = 'text/event-stream';
        context.body = reply.events;
      } else if ('sent' in reply) {
        send(context.response, { ...reply.sent });
      } else {
        context.status = reply.status ?? 200;
        context.type = 'html';
        const formToken = sessions.formToken(cookie);
        context.body = render(reply.view, { administrator, formToken, path, ...reply.data });
      }
    };

    if (!page) return answer(administrator === undefined ? signIn(path) : message(404, NOTHING_HERE));
    const isPost = context.method === 'POST';
    const form: Form = isPost ? await readForm(context.req) : new URLSearchParams();
    if (typeof form === 'string') return answer(message(400, form));
    if (isPost && !sessions.isFormToken(cookie, form.get('token'))) return answer(message(403, FOREIGN_FORM));
    if (page.role !== 'anybody') {
      if (administrator === undefined) return answer(signIn(isPost ? '/' : context.url));
      if (!mayDo(administrator.role, page.role))
        return answer(
          message(403, `Only an ${page.role} may do this; ${administrator.name} is: ${administrator.role}.`),
        );
    }
    const action = isPost ? page.post : page.get;
    const { searchParams: query } = new URL(context.url, 'http://box');
    const { headers } = context;
    const reply = await action!({ params, query, form, headers, administrator, source, cookie });
    if (!('events' in reply)) sessions.used(cookie);
    answer(reply);
  };
  for (const page of pages) {
    if (page.get) router.get(page.path, (context) => visit(context, page));
    if (page.post) router.post(page.path, (context) => visit(context, page));
  }
  router.get('/{*path}', (context) => visit(context));
  return router;
}

const NOTHING_HERE = 'There is no page of this name. The menu leads to those that there are.';
const FOREIGN_FORM =
  'This form did not come from a page of this box, or you have signed out or in again since. Nothing was changed: ' +
  'go back, load the page anew and send it again.';

function message(status: number, text: string): Reply {
  return { view: 'message', status, data: { text } };
}

function signIn(wanted: string): Reply {
  return { goTo: wanted === '/' ? '/sign-in' : `/sign-in?${new URLSearchParams({ to: wanted }).toString()}` };
}
