/** The calls and conferences of the past: searched, a page at a time, or all of them as a file for spreadsheets. */
import type { CallRecord, ConferenceRecord, HistoryRecord } from '../../firmware/call/history.js';
import type { Quality } from '../../firmware/call/call-quality.js';
import type { PastPage } from '../api/history.js';
import { ApiError, Reply, type Route } from '../api/route.js';
import type { ApiSources } from '../api/sources.js';
import type { Page } from '../page.js';

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

export function historyPages(sources: ApiSources, routes: readonly Route[]): Page[] {
  const lists = pastLists.flatMap(({ list, title, purpose }): Page[] => {
    const route = routes.find(({ path }) => path === `history/${list}`)!;
    const ask = (query: URLSearchParams, by: string) =>
      route.answer({ params: {}, query, headers: {}, by, body: {} });
    return [
      {
        path: `/history/${list}`,
        role: 'viewer',
        get({ query, administrator }) {
          const form = { search: query.get('search') ?? '', day: query.get('day') ?? '' };
          const data = { list, title, purpose, form, query: new URLSearchParams(form).toString() };
          try {
            const found = ask(askedFor(query), administrator!.name) as PastPage<HistoryRecord>;
            const rows = found.records.map((record) =>
              record.kind === 'call' ? callRow(record) : conferenceRow(record),
            );
            const past = { rows, total: found.total, next: found.next, isFirst: !query.has('before') };
            return { view: `history-${list}`, data: { ...data, ...past, trouble: '' } };
          } catch (error) {
            if (!(error instanceof ApiError)) throw error;
            const nothing = { rows: [], total: 0, next: undefined, isFirst: true };
            return {
              view: `history-${list}`,
              status: 400,
              data: { ...data, ...nothing, trouble: error.message },
            };
          }
        },
      },
      {
        path: `/history/${list}.csv`,
        role: 'viewer',
        get({ query, administrator }) {
          const wanted = askedFor(query);
          wanted.set('format', 'csv');
          return { sent: ask(wanted, administrator!.name) as Reply };
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
        return {
          view: 'message',
          status: 404,
          data: { text: `No conference ${id} is remembered (any more).` },
        };
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
    quality: inWords(record.quality),
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

/** `MOS 4.3 (at worst 3.9), 0.2 % lost, jitter 4 ms, there and back 12 ms`; empty if nothing is known. */
function inWords(quality: Quality | undefined): string {
  const { mos, worstMos, loss, jitterMs, roundTripMs } = quality ?? {};
  const worst =
    worstMos === undefined || worstMos.toFixed(1) === mos?.toFixed(1)
      ? ''
      : ` (at worst ${worstMos.toFixed(1)})`;
  return [
    mos === undefined ? '' : `MOS ${mos.toFixed(1)}${worst}`,
    loss === undefined ? '' : `${(100 * loss).toFixed(1)} % lost`,
    jitterMs === undefined ? '' : `jitter ${Math.round(jitterMs)} ms`,
    roundTripMs === undefined ? '' : `there and back ${Math.round(roundTripMs)} ms`,
  ]
    .filter((part) => part !== '')
    .map((part) => part.replaceAll(' ', '\u00a0'))
    .join(', ');
}
