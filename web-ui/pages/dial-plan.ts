/** Every number of the box, and what happens when one is dialled. */
import { numbersInUse } from '../../firmware/call/numbers-in-use.js';
import { freeNumbers } from '../../firmware/config/free-numbers.js';
import type { ApiSources } from '../api/sources.js';
import type { Page } from '../page.js';
import type { PageApi } from './ask-api.js';
import { troublesOf } from './troubles.js';

export function dialPlanPage(sources: ApiSources, api: PageApi): Page {
  return {
    path: '/status/dial-plan',
    role: 'viewer',
    async get({ query, administrator }) {
      const config = sources.config();
      const search = (query.get('search') ?? '').trim();
      const [from, number] = [query.get('from') ?? '', query.get('number') ?? ''];
      const wanted = search.toLowerCase();
      const numbers = numbersInUse(config).filter(
        (one) => one.number.startsWith(wanted) || one.description.toLowerCase().includes(wanted),
      );
      const callers = [
        ...config.extensions.map((one) => [one.number, `${one.number} ${one.name}`]),
        ...config.audioPorts.map((one) => [one.number, `${one.number} ${one.name} (audio port)`]),
        ...config.trunks.map(({ name }) => [`trunk:${name}`, `somebody outside, by trunk ${name}`]),
      ];
      let explained: unknown;
      let trouble = '';
      try {
        if (number !== '')
          explained = await api.ask('GET dial-plan/explain', { query, by: administrator!.name });
      } catch (error) {
        trouble = troublesOf(error).join(' ');
      }
      return {
        view: 'dial-plan',
        data: {
          numbers,
          free: freeNumbers(config),
          callers,
          form: { search, from, number },
          explained,
          trouble,
        },
      };
    },
  };
}
