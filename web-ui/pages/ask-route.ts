/** How a page changes something: by a route of the API, whose problems are shown beside the fields. */
import { ConfigError } from '../../firmware/config/schema-check.js';
import { ApiError, type ApiRequest, type Route } from '../api/route.js';

/** What stands in the fields of a form, and what is wrong with them, by field; under `''` what is of none. */
export type Fields = Record<string, string>;

export type Asked = {
  /** What is wrong, by field; nothing if it is done. */
  errors: Fields;
  /** What changes, in words. */
  changes: readonly string[];
};

/** Asks a route that changes the configuration. */
export async function askRoute(
  route: Route,
  request: Pick<ApiRequest, 'by' | 'body'> & Partial<ApiRequest>,
): Promise<Asked> {
  const errors: Fields = {};
  try {
    const whole = { params: {}, query: new URLSearchParams(), headers: {}, ...request };
    const { changes } = (await route.answer(whole)) as { changes: string[] };
    return { errors, changes };
  } catch (error) {
    if (error instanceof ApiError) errors[''] = `${error.message}.`;
    else if (!(error instanceof ConfigError)) throw error;
    // A problem within a field, as of one in a list, is one of the field.
    else
      for (const { path, expected } of error.problems)
        errors[path.split('/')[1]] ??= `Has to be ${expected}.`;
    return { errors, changes: [] };
  }
}

export const dryRun = new URLSearchParams({ dryRun: '1' });
