/** Asks a route what was asked over HTTP: who may, and is what was sent what the route wants. */
import type { IncomingMessage } from 'node:http';
import type { Problem } from '../../firmware/config/problem.js';
import { ConfigError } from '../../firmware/config/schema-check.js';
import { ApiError, mayDo, Reply, type Asker, type Route } from './route.js';

/** What is sent may be so long, unless its route says otherwise. */
const MAX_BODY_BYTES = 64 << 10;

/** `body`: sent as JSON if it has no `type`. */
export type Answered = {
  status: number;
  type?: string;
  fileName?: string;
  headers?: Record<string, string>;
  body: unknown;
};

/** Answers a request that matched a route, for somebody who has proved to be who it is. */
export async function serve(
  route: Route,
  request: IncomingMessage,
  params: Record<string, string>,
  asker: Asker,
): Promise<Answered> {
  try {
    const { role, isProgram, stays } = asker;
    const name = isProgram ? `token ${asker.name}` : asker.name;
    if (!mayDo(role, route.role))
      throw new ApiError(403, `only an ${route.role} may do this; ${name} is: ${role}`);
    if (route.forPeople && isProgram)
      throw new ApiError(403, 'only an administrator may do this, with name and password; not a token');
    const changes = route.method !== 'GET';
    if (changes) refuseForeignPage(request);
    const body = changes ? await readBody(request, route) : undefined;
    const query = new URL(request.url ?? '', 'http://box').searchParams;
    const answer = await route.answer({ params, query, headers: request.headers, by: name, stays, body });
    if (answer instanceof Reply) return { ...answer };
    return { status: answer === undefined ? 204 : 200, body: answer };
  } catch (error) {
    if (error instanceof ApiError) return failed(error.status, error.message);
    if (error instanceof ConfigError) return failed(422, error.message, error.problems);
    throw error;
  }
}

function failed(status: number, error: string, problems?: readonly Problem[]): Answered {
  return { status, body: { error, problems } };
}

/** A browser sends an administrator's credentials for other people's pages too; but it says whose page it is. */
function refuseForeignPage({ headers }: IncomingMessage): void {
  const { origin, host } = headers;
  if (origin !== undefined && origin.replace(/^https?:\/\//, '') !== host)
    throw new ApiError(403, `a page of ${origin} may change nothing here`);
}

function readBody(request: IncomingMessage, { takesFile, maxBytes = MAX_BODY_BYTES }: Route): unknown {
  if (takesFile === undefined) return readJson(request, maxBytes);
  const { 'content-type': type, 'content-length': length = 0 } = request.headers;
  if (type !== takesFile) throw new ApiError(415, `what is sent must be ${takesFile}`);
  if (Number(length) > maxBytes) throw new ApiError(413, `more than ${maxBytes} bytes`);
  return request;
}

/** The JSON document that was sent; an empty object if nothing was. */
async function readJson(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) throw new ApiError(413, `more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  if (length === 0) return {};
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? ''))
    throw new ApiError(415, 'what is sent must be application/json');
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new ApiError(400, 'what was sent is not a JSON document');
  }
}
