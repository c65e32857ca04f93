/** What a page is: it answers visits and knows nothing of HTTP. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { Administrator, Role } from '../firmware/config/schema.js';
import type { Reply as Sent } from './api/route.js';

export type Visit = {
  /** As it was asked for. */
  path: string;
  /** Named parts of the path. */
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  /** What was filled in; empty unless it is a post. */
  form: URLSearchParams;
  /** What comes after it, of a page that takes a file. */
  file?: Readable;
  /** What the browser says beside it, for the routes of the API. */
  headers: IncomingHttpHeaders;
  /** Who is signed in. */
  administrator: Administrator | undefined;
  /** The address of the browser. */
  source: string;
  /** The name or address of the box in the address of the page, as the browser says; IPv6 in brackets. */
  host: string;
  /** The cookie by which the browser is known. */
  cookie: string;
};

export type Reply =
  /** A view of views/, with status 200 unless it says another. */
  | { view: string; data?: object; status?: number }
  /** Go on to another page; `cookie`: as whom the browser is known from now on. */
  | { goTo: string; cookie?: string }
  /** Server-sent events, for as long as both sides want. */
  | { events: Readable }
  /** What a route of the API answered, as it is. */
  | { sent: Sent };

/** A page that says no more than this. */
export function message(status: number, text: string): Reply {
  return { view: 'message', status, data: { text } };
}

export type Page = {
  /** `:name` stands for a part of it. */
  path: string;
  /** The least role that may visit it; `anybody` without signing in. */
  role: Role | 'anybody';
  /** Its form may send a file: one that is long. */
  uploads?: boolean;
  /** Its form ends with a file that is taken as it comes. */
  takesFile?: boolean;
  get?: (visit: Visit) => Reply | Promise<Reply>;
  post?: (visit: Visit) => Reply | Promise<Reply>;
};
