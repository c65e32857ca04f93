/** The calls and conferences of the past: searched, a page at a time, or all of them as a table for spreadsheets. */
import type { CallRecord, ConferenceRecord, HistoryRecord } from '../../firmware/call/history.js';
import { csv } from './csv.js';
import { ApiError, Reply, type Route } from './route.js';
import type { ApiSources } from './sources.js';
import { pastResult, recordResults } from './results.js';

const PAGE = 50;
const MAX_PAGE = 500;
const CALL_COLUMNS = (
  'id began answered ended seconds direction number name with address codec cause ' +
  'mos worstMos loss jitterMs roundTripMs theirMos theirLoss'
).split(' ');
const CONFERENCE_COLUMNS = 'id began ended seconds conference description cause participants'.split(' ');

export function historyRoutes(sources: ApiSources): Route[] {
  const route = <Kind extends HistoryRecord>(
    kind: Kind['kind'],
    name: string,
    columns: readonly string[],
    rowOf: (record: Kind) => object,
  ): Route => ({
    method: 'GET',
    path: `history/${name}`,
    role: 'viewer',
    summary: `The ${name} of the past, newest first.`,
    result: pastResult(kind),
    produces: 'text/csv',
    query: {
      search: 'only what has this in it',
      from: 'only what began then or later: a day or an instant, ISO 8601',
      to: 'only what began before that',
      limit: `how many, 1 to ${MAX_PAGE}`,
      before: 'the `next` of the page before',
      format: 'csv: all of them as CSV',
    },
    answer: ({ query }) => {
      const found = [...matching(sources.history.records, kind, query)].reverse() as Kind[];
      if (query.get('format') === 'csv')
        return new Reply('text/csv; charset=utf-8', csv(columns, found.map(rowOf)), `${name}.csv`);
      return page(found, query);
    },
  });
  const oneOf = (kind: HistoryRecord['kind'], name: string): Route => ({
    method: 'GET',
    path: `history/${name}/:id`,
    role: 'viewer',
    summary: `One ${kind} of the past.`,
    result: recordResults[kind],
    answer: ({ params: { id } }) => {
      const record = /^[0-9]{1,15}$/.test(id) ? sources.history.find(Number(id)) : undefined;
      if (record?.kind === kind) return record;
      throw new ApiError(404, `no ${kind} ${id} is remembered`);
    },
  });
  return [
    route<CallRecord>('call', 'calls', CALL_COLUMNS, (record) => ({ ...record, ...record.quality })),
    oneOf('call', 'calls'),
    route<ConferenceRecord>('conference', 'conferences', CONFERENCE_COLUMNS, (record) => ({
      ...record,
      participants: record.participants?.map(({ number, name }) => `${number} ${name}`.trim()).join('; '),
    })),
    oneOf('conference', 'conferences'),
  ];
}

function* matching(
  records: Iterable<HistoryRecord>,
  kind: HistoryRecord['kind'],
  query: URLSearchParams,
): Generator<HistoryRecord> {
  const search = (query.get('search') ?? '').trim().toLowerCase();
  const from = timeOf(query, 'from');
  const to = timeOf(query, 'to');
  for (const record of records) {
    if (record.kind !== kind) continue;
    if ((from !== undefined && record.began < from) || (to !== undefined && record.began >= to)) continue;
    if (search === '' || wordsOf(record).toLowerCase().includes(search)) yield record;
  }
}

/** What of a record is searched. */
function wordsOf(record: HistoryRecord): string {
  if (record.kind === 'call')
    return [record.number, record.name, record.with, record.address, record.cause].join('\n');
  const who = (record.participants ?? []).flatMap(({ number, name }) => [number, name]);
  return [record.conference, record.description, ...who].join('\n');
}

/** Found in all, and a page of it. `next`: what `before` must be for the next page. */
export type PastPage<Kind extends HistoryRecord> = { total: number; records: Kind[]; next?: number };

function page<Kind extends HistoryRecord>(found: readonly Kind[], query: URLSearchParams): PastPage<Kind> {
  const limit = wholeOf(query, 'limit', PAGE);
  if (limit < 1 || limit > MAX_PAGE)
    throw new ApiError(400, `limit is ${limit}; right would be: 1 to ${MAX_PAGE}`);
  const before = wholeOf(query, 'before', Infinity);
  const rest = found.filter(({ id }) => id < before);
  const records = rest.slice(0, limit);
  return { total: found.length, records, next: rest.length > limit ? records.at(-1)?.id : undefined };
}

function wholeOf(query: URLSearchParams, name: string, otherwise: number): number {
  const text = query.get(name);
  if (text === null) return otherwise;
  if (/^[0-9]{1,15}$/.test(text)) return Number(text);
  throw new ApiError(400, `${name} is ${JSON.stringify(text)}; right would be: a whole number`);
}

/** A day or an instant as ISO 8601 text of UTC, as records have it. */
function timeOf(query: URLSearchParams, name: string): string | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  const ms = /^\d{4}-\d\d-\d\d(T[0-9:.]+(Z|[+-]\d\d:\d\d))?$/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(ms))
    throw new ApiError(
      400,
      `${name} is ${JSON.stringify(text)}; right would be: 2026-01-31 or 2026-01-31T12:00:00Z`,
    );
  return new Date(ms).toISOString();
}
