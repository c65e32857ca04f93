/** What pages ask the API's own routes for, and what is wrong with a form by field. */
import { ConfigError } from '../../firmware/config/schema-check.js';
import { ApiError, type Route } from '../api/route.js';
import type { Visit } from '../page.js';

/** What was asked for, or what is wrong: a sentence for each field, by the name that a JSON pointer ends with. */
export type Answer<Result> = { result: Result } | { status: number; errors: Record<string, string> };

export class ApiOfPages {
  constructor(private readonly routes: readonly Route[]) {}

  /** Asks as who visits. Throws what is neither ApiError nor ConfigError. */
  async ask<Result>(
    { administrator }: Visit,
    method: Route['method'],
    path: string,
    params: Record<string, string> = {},
    body: object = {},
  ): Promise<Answer<Result>> {
    const route = this.routes.find((one) => one.method === method && one.path === path)!;
    try {
      const asked = { params, query: new URLSearchParams(), headers: {}, by: administrator!.name, body };
      return { result: (await route.answer(asked)) as Result };
    } catch (error) {
      if (error instanceof ApiError) return { status: error.status, errors: { '': error.message } };
      if (!(error instanceof ConfigError)) throw error;
      const entries = error.problems.map(({ path, expected }) => [
        path.split('/')[1] ?? '',
        `Has to be ${expected}.`,
      ]);
      return { status: 422, errors: Object.fromEntries(entries.reverse()) as Record<string, string> };
    }
  }
}
