/** "Learn line": calls a number on an exchange line, and shows what the exchange was found to do. */
import type { ApiSources } from '../api/sources.js';
import { message, type Page, type Reply, type Visit } from '../page.js';
import type { PageApi } from './ask-api.js';
import { statusOf, troublesOf } from './troubles.js';

type Learned = {
  tones: Record<string, { frequenciesHz: number[]; onOffMs: number[]; levelDbm0: number }>;
  polarity: boolean;
  changes: string[];
};

const NAMES: Record<string, string> = {
  dial: 'Dial tone',
  ringBack: 'The other phone rings',
  busy: 'Busy',
  reorder: 'No way through',
};

export function learnLinePage(sources: ApiSources, api: PageApi): Page {
  const show = ({ params: { name } }: Visit, shown: object, status = 200): Reply => {
    const line = sources.config().lines.find((one) => one.name === name && one.kind === 'fxo');
    if (!line) return message(404, `There is no exchange line ${name} (any more).`);
    const data = { name, number: '', trouble: '', tones: [], changes: [], polarity: false, learned: false };
    return { view: 'learn-line', status, data: { ...data, ...shown } };
  };
  return {
    path: '/configuration/lines/:name/learn',
    role: 'administrator',
    get: (visit) => show(visit, {}),
    async post(visit) {
      const number = (visit.form.get('number') ?? '').trim();
      try {
        const { tones, ...learned } = await api.ask<Learned>('POST lines/:name/learn', {
          params: { name: visit.params.name },
          by: visit.administrator!.name,
          body: { number },
        });
        return show(visit, { number, ...learned, tones: Object.entries(tones).map(rowOf), learned: true });
      } catch (error) {
        return show(visit, { number, trouble: troublesOf(error).join(' ') }, statusOf(error));
      }
    },
  };
}

function rowOf([name, { frequenciesHz, onOffMs, levelDbm0 }]: [string, Learned['tones'][string]]) {
  return {
    name: NAMES[name] ?? name,
    frequencies: `${frequenciesHz.join(' + ')} Hz`,
    rhythm: onOffMs.length === 0 ? 'without a pause' : `${onOffMs.join(', ')} ms on and off`,
    level: `${levelDbm0} dBm0`,
  };
}
