/** What a route of the API is: who may ask, what is asked, and what answers. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { Role } from '../../firmware/config/schema.js';
import { schemaCheck } from '../../firmware/config/schema-check.js';

export type ApiRequest<Body = unknown> = {
  /** What stands in the path for `:name`. */
  params: Record<string, string>;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** Name of the administrator who asks, or `token NAME`. */
  by: string;
  /** Whether who asks still may; asked now and then while an answer goes on. */
  stays?: () => boolean;
  /** What was sent, in the form that the route wants. */
  body: Body;
};

export type Route = {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below /api/v1: `conferences/:number/lock`. */
  path: string;
  /** The least role that may ask. */
  role: Role;
  /** What it does, for people. */
  summary: string;
  /** What may be asked after a `?`, each in words. */
  query?: Record<string, string>;
  /** JSON schema of what is sent. */
  body?: object;
  /** What is sent is no JSON but a file, of this Content-Type: the request's body is a Readable. */
  takesFile?: string;
  /** What is sent may be so long; 64 KiB unless it is said. */
  maxBytes?: number;
  /** JSON schema of what is answered; without it nothing is. */
  result?: object;
  /** Content-Type of other answers that it can give. */
  produces?: string;
  /** API tokens may not, whatever their scope. */
  forPeople?: boolean;
  /** Gives what is sent back: as JSON, or a Reply as it is; nothing for undefined. Throws ApiError or ConfigError. */
  answer(request: ApiRequest): unknown;
};

/** Who asks, and what for: `isProgram` has proved it by a token. */
export type Asker = { name: string; role: Role; isProgram?: boolean; stays?: () => boolean };

/** An answer that is not JSON: its Content-Type, and what is sent. */
export class Reply {
  constructor(
    readonly type: string,
    readonly body: string | Readable,
    /** Name under which a browser saves it. */
    readonly fileName?: string,
    readonly status = 200,
    readonly headers: Record<string, string> = {},
  ) {}
}

/** Somebody asked for what cannot be: the HTTP status, and why. */
export class ApiError extends Error {
  override name = 'ApiError';

  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** A route that changes something and is sent a JSON document of a schema, which describes `Body`. */
export function write<Body>(
  route: Omit<Route, 'body' | 'answer'> & { body: object },
  answer: (request: ApiRequest<Body>) => unknown,
): Route {
  const check = schemaCheck<Body>(route.body);
  return { ...route, answer: (request) => answer({ ...request, body: check(request.body) }) };
}

const RANKS: Record<Role, number> = { viewer: 0, operator: 1, administrator: 2 };

/** Whether a role may do what this one may. */
export function mayDo(role: Role, least: Role): boolean {
  return RANKS[role] >= RANKS[least];
}
