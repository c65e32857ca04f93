/** "Learn line": calls a number on an exchange line, and shows what its exchange is like. */
import type { Learned } from '../../firmware/line/learning.js';
import { message, type Page } from '../page.js';
import type { ApiSources } from '../api/sources.js';
import type { PageApi } from './ask-api.js';
import { statusOf, troublesOf } from './troubles.js';

export function learnLinePage({ config }: Pick<ApiSources, 'config'>, api: PageApi): Page {
  const isThere = (name: string) =>
    config().lines.some((line) => line.kind === 'fxo' && line.name === name)
      ? undefined
      : message(404, `There is no exchange line ${name}.`);
  return {
    path: '/configuration/lines/:name/learn',
    role: 'administrator',
    get: ({ params: { name } }) => isThere(name) ?? { view: 'learn-line', data: { line: name, number: '' } },
    async post({ params: { name }, form, administrator }) {
      const number = (form.get('number') ?? '').trim();
      try {
        const learned = await api.ask<Learned & { changes: string[] }>('POST lines/:name/learn', {
          params: { name },
          by: administrator!.name,
          body: { number },
        });
        return { view: 'learn-line', data: { line: name, number, learned } };
      } catch (error) {
        const trouble = troublesOf(error).join(' ');
        return { view: 'learn-line', status: statusOf(error), data: { line: name, number, trouble } };
      }
    },
  };
}
