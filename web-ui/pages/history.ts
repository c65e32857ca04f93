/** The calls and conferences of the past: searched, a page at a time, or all of them as a file for spreadsheets. */
import type { CallRecord, ConferenceRecord, HistoryRecord } from '../../firmware/call/history.js';
import type { PastPage } from '../api/history.js';
import { ApiError, type Reply as ApiReply } from '../api/route.js';
import type { ApiSources } from '../api/sources.js';
import { message, type Page } from '../page.js';
import type { PageApi } from './ask-api.js';
import { qualityInWords } from './quality.js';
import { statusOf, troublesOf } from './troubles.js';

/** Why something ended, for people. */
const CAUSES: Record<NonNullable<HistoryRecord['cause']>, string> = {
  normal: 'hung up',
  busy: 'busy',
  noAnswer: 'nobody answered',
  rejected: 'declined',
  barred: 'not allowed',
  unknownNumber: 'nobody has this number',
  unavailable: 'could not be reached',
  incompatible: 'no common codec, or encryption',
  congestion: 'no line or no room was free',
  networkFailure: 'the network failed',
  boxStopped: 'the box lost power',
  empty: 'the last one left',
};

/** Lists of the past, and what each is for. */
export const pastLists = [
  {
    list: 'calls',
    title: 'Calls',
    purpose: 'Every call of the past: who, from where, when, how well it was heard and why it ended.',
  },
  { list: 'conferences', title: 'Conferences', purpose: 'Every conference of the past, and who was in it.' },
] as const;

export function historyPages(sources: ApiSources, api: PageApi): Page[] {
  const lists = pastLists.flatMap(({ list, title, purpose }): Page[] => {
    const ask = <Result>(query: URLSearchParams, by: string) =>
      api.ask<Result>(`GET history/${list}`, { query, by });
    return [
      {
        path: `/history/${list}`,
        role: 'viewer',
        async get({ query, administrator }) {
          const form = { search: query.get('search') ?? '', day: query.get('day') ?? '' };
          const data = { list, title, purpose, form, query: new URLSearchParams(form).toString() };
          try {
            const found = await ask<PastPage<HistoryRecord>>(askedFor(query), administrator!.name);
            const rows = found.records.map((record) =>
              record.kind === 'call' ? callRow(record) : conferenceRow(record),
            );
            const past = { rows, total: found.total, next: found.next, isFirst: !query.has('before') };
            return { view: `history-${list}`, data: { ...data, ...past, trouble: '' } };
          } catch (error) {
            const nothing = { rows: [], total: 0, next: undefined, isFirst: true };
            const trouble = troublesOf(error).join(' ');
            return {
              view: `history-${list}`,
              status: statusOf(error),
              data: { ...data, ...nothing, trouble },
            };
          }
        },
      },
      {
        path: `/history/${list}.csv`,
        role: 'viewer',
        async get({ query, administrator }) {
          const wanted = askedFor(query);
          wanted.set('format', 'csv');
          return { sent: await ask<ApiReply>(wanted, administrator!.name) };
        },
      },
    ];
  });
  return [
    ...lists,
    {
      path: '/history/conferences/:id',
      role: 'viewer',
      get({ params: { id } }) {
        const record = /^[0-9]{1,15}$/.test(id) ? sources.history.find(Number(id)) : undefined;
        if (record?.kind === 'conference')
          return {
            view: 'history-conference',
            data: { one: conferenceRow(record), participants: participantsOf(record, sources) },
          };
        return message(404, `No conference ${id} is remembered (any more).`);
      },
    },
  ];
}

/** What a page asks the API for; a day is one of where the box is. */
function askedFor(query: URLSearchParams): URLSearchParams {
  const asked = new URLSearchParams();
  for (const name of ['search', 'before']) if (query.has(name)) asked.set(name, query.get(name)!);
  const day = query.get('day') ?? '';
  if (day === '') return asked;
  const from = new Date(`${day}T00:00:00`);
  if (!/^\d{4}-\d\d-\d\d$/.test(day) || Number.isNaN(from.getTime()))
    throw new ApiError(400, `the day is ${JSON.stringify(day)}; right would be: 2026-01-31`);
  const to = new Date(from);
  to.setDate(to.getDate() + 1);
  asked.set('from', from.toISOString());
  asked.set('to', to.toISOString());
  return asked;
}

function callRow(record: CallRecord) {
  const { cause, answered } = record;
  const unanswered = cause === 'normal' && answered === undefined;
  return {
    ...record,
    why: unanswered ? 'given up before an answer' : whyOf(record),
    quality: qualityInWords(record.quality ?? {}),
  };
}

function conferenceRow(record: ConferenceRecord) {
  return { ...record, why: whyOf(record) };
}

function participantsOf({ participants }: ConferenceRecord, { history }: ApiSources) {
  return (participants ?? []).map((one) => {
    const record = one.call === undefined ? undefined : history.find(one.call);
    const call = record?.kind === 'call' ? callRow(record) : undefined;
    const seconds = Math.max(0, (Date.parse(one.left) - Date.parse(one.joined)) / 1000);
    return { ...one, seconds, address: call?.address, codec: call?.codec, quality: call?.quality ?? '' };
  });
}

function whyOf({ ended, cause }: HistoryRecord): string {
  if (cause) return CAUSES[cause];
  return ended === undefined ? 'goes on' : '';
}
