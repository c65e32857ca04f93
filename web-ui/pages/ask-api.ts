/** How pages ask the API: by its own routes, so that there is one place for each rule. */
import type { ApiRequest, Route } from '../api/route.js';

export type Asked = {
  /** Who asks. */
  by: string;
  params?: Record<string, string>;
  query?: Record<string, string> | URLSearchParams;
  body?: object;
  /** What the browser says beside it. */
  headers?: ApiRequest['headers'];
};

export class PageApi {
  constructor(readonly routes: readonly Route[]) {}

  /** What a route answers, such as `GET config/trunks/:name`. Throws ApiError and ConfigError. */
  async ask<Result>(
    what: string,
    { by, params = {}, query = {}, body = {}, headers = {} }: Asked,
  ): Promise<Result> {
    const route = this.routes.find(({ method, path }) => what === `${method} ${path}`)!;
    const asked = { params, query: new URLSearchParams(query), headers, by, body };
    return (await route.answer(asked)) as Result;
  }

  /** What a route has changed in the configuration, or would, in words. Throws ApiError and ConfigError. */
  async changes(what: string, asked: Asked, dryRun: boolean): Promise<string[]> {
    const query = new URLSearchParams(asked.query);
    if (dryRun) query.set('dryRun', '1');
    return (await this.ask<{ changes: string[] }>(what, { ...asked, query })).changes;
  }
}
