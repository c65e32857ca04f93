/** The web server of the box: the JSON API below /api/v1, and the pages. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import Router from '@koa/router';
import Koa from 'koa';
import type { Certificate } from '../firmware/config/tls-certificate.js';
import { createLog } from '../firmware/log.js';
import type { AdministratorCheck } from './administrator-check.js';
import { isBearer, type ApiTokens } from './api-tokens.js';
import { mayDo, type Asker, type Route } from './api/route.js';
import { serve, type Answered } from './api/serve.js';
import type { Asset } from './assets.js';
import { readForm } from './form.js';
import { httpsAddress } from './https-address.js';
import { message, type Page, type Reply } from './page.js';
import type { Sessions } from './sessions.js';
import { leaveUpload, openUpload, type Upload } from './upload.js';

const log = createLog('web');

export type WebOptions = {
  /** Where to listen, everywhere at the same ports. */
  addresses: readonly string[];
  port: number;
  /** HTTPS beside HTTP; undefined: there is none. */
  tls: { port: number; certificate: Certificate } | undefined;
  /** Whether HTTP serves somebody at this address even so; others it leads to HTTPS. */
  plainFor: (address: string) => boolean;
  administrators: AdministratorCheck;
  tokens: ApiTokens;
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
/** `__Host-`: over TLS alone, and for this host alone (RFC 6265bis §4.1.3.2). */
const COOKIES = { plain: 'parley', secure: '__Host-parley' };
/** What comes before the body must come within so long; so must the handshake. */
const PATIENCE_MS = 10_000;
/** Of a body so much must come in that time. */
const LEAST_BYTES = 100_000;

export class WebServer {
  private constructor(
    private readonly servers: readonly Server[],
    readonly port: number,
    readonly tlsPort: number | undefined,
  ) {}

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
    const { tls, addresses } = options;
    if (tls)
      app.use((context, next) => {
        if (context.secure || options.plainFor(context.ip)) return next();
        const address = httpsAddress(context, tlsPort!);
        if (address !== undefined) context.redirect(address);
        // Not remembered, as the port may be another one tomorrow (RFC 9110 §15.4.8).
        context.status = address === undefined ? 400 : 307;
      });
    const [api, pages] = [apiRouter(options), pagesRouter(options.pages)];
    app.use(api.routes()).use(api.allowedMethods());
    app.use(pages.routes()).use(pages.allowedMethods());
    const handle = app.callback();
    const serveOne: RequestListener = (request, response) => {
      hurry(request);
      void handle(request, response);
    };
    const patience = { requestTimeout: 0, headersTimeout: PATIENCE_MS };
    const plain = () => createServer(patience, serveOne);
    const secure = ({ cert, key }: Certificate) =>
      createTlsServer(
        { ...patience, handshakeTimeout: PATIENCE_MS, minVersion: 'TLSv1.2', cert, key },
        serveOne,
      );
    const servers: Server[] = [];
    const tlsPort = tls && (await listen(servers, () => secure(tls.certificate), addresses, tls.port));
    const port = await listen(servers, plain, addresses, options.port);
    return new WebServer(servers, port, tlsPort);
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

/** Gives up a request whose body comes too slowly; large ones have all the time they need. */
function hurry(request: IncomingMessage): void {
  let before = request.socket.bytesRead;
  const look = setInterval(() => {
    const { bytesRead } = request.socket;
    if (request.complete || request.destroyed) clearInterval(look);
    else if (bytesRead - before < LEAST_BYTES) request.destroy();
    before = bytesRead;
  }, PATIENCE_MS).unref();
  request.once('close', () => clearInterval(look));
}

/** Listens at each address, everywhere at the same port, which is returned. */
async function listen(
  servers: Server[],
  make: () => Server,
  addresses: readonly string[],
  wanted: number,
): Promise<number> {
  let port = wanted;
  for (const host of addresses) {
    const server = make();
    server.maxConnections = 200;
    server.listen({ port, host, ipv6Only: true });
    await once(server, 'listening');
    servers.push(server);
    ({ port } = server.address() as AddressInfo);
  }
  return port;
}

function apiRouter({ api, administrators, tokens }: WebOptions): Router<{ asker: Asker }> {
  const router = new Router<{ asker: Asker }>({ prefix: '/api/v1' });
  const askerOf = async (header: string, source: string): Promise<Asker | Refusal> => {
    if (!isBearer(header)) return administrators.checkBasic(header, source);
    const verdict = tokens.checkBearer(header, source);
    if (typeof verdict === 'string') return verdict === 'refused' ? 'noToken' : verdict;
    const { name, scope: role } = verdict;
    return { name, role, isProgram: true, stays: () => tokens.isValid(verdict) };
  };
  router.use(async (context, next) => {
    const asker = await askerOf(context.get('Authorization'), context.ip);
    if (typeof asker === 'object') {
      context.state.asker = asker;
      await next();
      return;
    }
    const { status, error, challenge } = REFUSALS[asker];
    context.status = status;
    if (challenge !== undefined) context.set('WWW-Authenticate', challenge);
    context.body = { error };
  });
  for (const route of api)
    router.register(`/${route.path}`, [route.method], async ({ req, params, state, response }) =>
      send(response, await serve(route, req, params, state.asker)),
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

type Refusal = 'refused' | 'busy' | 'locked' | 'noToken' | 'expired';

const BAD_TOKEN = 'Bearer realm="parley", error="invalid_token"';
const REFUSALS: Record<Refusal, { status: number; error: string; challenge?: string }> = {
  refused: {
    status: 401,
    error: 'name and password of an administrator, or an API token',
    challenge: 'Basic realm="parley", charset="UTF-8"',
  },
  noToken: { status: 401, error: 'this is no API token of this box (any more)', challenge: BAD_TOKEN },
  expired: { status: 401, error: 'this API token has expired', challenge: BAD_TOKEN },
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
    const { path, ip: source, params, secure, hostname: host } = context;
    const cookieName = secure ? COOKIES.secure : COOKIES.plain;
    const sent = context.cookies.get(cookieName);
    const cookie = sessions.isCookie(sent) ? sent : sessions.newCookie();
    const remember = (value: string) =>
      context.cookies.set(cookieName, value, { httpOnly: true, sameSite: 'strict', secure });
    if (cookie !== sent) remember(cookie);
    const administrator = sessions.administratorOf(cookie);
    const answer = (reply: Reply) => {
      if (page?.takesFile) leaveUpload(context.req);
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
    // Only those who are signed in may send files.
    const mayUpload = administrator !== undefined && page.uploads === true;
    const { fields: form, file }: Upload = !isPost
      ? { fields: new URLSearchParams() }
      : page.takesFile && administrator !== undefined
        ? await openUpload(context.req)
        : { fields: await readForm(context.req, mayUpload) };
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
    const asked = { path, params, query, form, file, headers, administrator, source, host, cookie };
    const reply = await action!(asked);
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

function signIn(wanted: string): Reply {
  return { goTo: wanted === '/' ? '/sign-in' : `/sign-in?${new URLSearchParams({ to: wanted }).toString()}` };
}
