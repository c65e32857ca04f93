/** The last lines of the log, picked out. */
import { levels, type Level, type LogLine } from '../../firmware/recent-log.js';
import { ApiError, type Route } from './route.js';
import { logResult } from './results.js';
import type { ApiSources } from './sources.js';

const LINES = 200;
const MAX_LINES = 1000;

export function logRoutes(sources: ApiSources): Route[] {
  return [
    {
      method: 'GET',
      path: 'log',
      role: 'viewer',
      summary: 'The last lines of the log, newest first.',
      result: logResult,
      query: {
        part: 'only what this part of the box says: sip, call, web, ...',
        level: `only what is at least so bad: ${levels.join(', ')}`,
        search: 'only what has this in it',
        limit: `how many, 1 to ${MAX_LINES}; ${LINES}`,
      },
      answer: ({ query }) => logLines(sources, query),
    },
  ];
}

/** The lines that a question wants, and every part that has said something. Throws ApiError. */
export function logLines({ log }: ApiSources, query: URLSearchParams): { lines: LogLine[]; parts: string[] } {
  const limit = limitOf(query);
  const least = levels.indexOf((query.get('level') || 'debug') as Level);
  if (least < 0)
    throw new ApiError(
      400,
      `level is ${JSON.stringify(query.get('level'))}; right would be: ${levels.join(', ')}`,
    );
  const part = query.get('part') ?? '';
  const search = (query.get('search') ?? '').trim().toLowerCase();
  const lines: LogLine[] = [];
  const parts = new Set<string>();
  for (const line of log.lines()) {
    parts.add(line.part);
    if (lines.length >= limit || levels.indexOf(line.level) < least) continue;
    if (part !== '' && line.part !== part) continue;
    if (search === '' || `${line.text}\n${line.more}`.toLowerCase().includes(search)) lines.push(line);
  }
  return { lines, parts: [...parts].sort() };
}

function limitOf(query: URLSearchParams): number {
  const text = query.get('limit') ?? String(LINES);
  const limit = /^[0-9]{1,4}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MAX_LINES) return limit;
  throw new ApiError(400, `limit is ${JSON.stringify(text)}; right would be: 1 to ${MAX_LINES}`);
}
