/** Recordings: found, told of, listened to, downloaded, deleted. */
import { RecordingError, type RecordingSummary } from '../../firmware/recording/recording-store.js';
import { deletedAtMs } from '../../firmware/recording/retention.js';
import { byteRange } from './byte-range.js';
import { accessResult, peaksResult, recordingResult, recordingsResult } from './recording-results.js';
import { ApiError, Reply, type ApiRequest, type Route } from './route.js';
import type { ApiSources } from './sources.js';
import { zipStream } from './zip-stream.js';

const PAGE = 50;
const MAX_ACCESSES = 500;

export function recordingRoutes(sources: ApiSources): Route[] {
  return [
    {
      method: 'GET',
      path: 'recordings',
      role: 'operator',
      summary: 'The recordings, newest first.',
      query: {
        number: 'only of the conference of this number',
        participant: 'only with somebody who has this in the name or the number',
        day: 'only those that began on this day, where the box is: 2026-01-31',
        before: 'the `next` of the page before',
      },
      result: recordingsResult,
      answer: ({ query }) => listed(sources, query),
    },
    {
      method: 'GET',
      path: 'recordings/:id',
      role: 'operator',
      summary: 'One recording: who was in it, who talked when, and its files.',
      result: recordingResult,
      answer: ({ params }) => attempt(() => told(sources, params.id)),
    },
    {
      method: 'DELETE',
      path: 'recordings/:id',
      role: 'administrator',
      summary: 'Deletes a recording that has ended, for good.',
      answer: ({ params, by }) => attempt(() => sources.recordings.delete(params.id, by)),
    },
    {
      method: 'GET',
      path: 'recordings/:id/peaks',
      role: 'operator',
      summary: 'What its waveforms are drawn of; `files` is null while they are being made.',
      result: peaksResult,
      answer: ({ params }) =>
        attempt(async () => {
          const { recordings } = sources;
          const peaks = await recordings.peaks(await recordings.findEnded(params.id));
          return { files: peaks?.files ?? null };
        }),
    },
    {
      method: 'GET',
      path: 'recordings/:id/files/:file',
      role: 'operator',
      summary: 'One of its files, or the part of it that the header Range asks for.',
      query: { download: '1: to be saved, not listened to' },
      produces: 'audio/wav',
      answer: (request) => attempt(() => file(sources, request)),
    },
    {
      method: 'GET',
      path: 'recordings/:id/zip',
      role: 'operator',
      summary: 'All its files as one zip.',
      produces: 'application/zip',
      answer: (request) => attempt(() => zip(sources, request)),
    },
    {
      method: 'GET',
      path: 'recording-access',
      role: 'administrator',
      summary: `Who listened to recordings, downloaded and deleted them: the last ${MAX_ACCESSES}, newest first.`,
      query: { recording: 'only of this one' },
      result: accessResult,
      answer: ({ query }) =>
        sources.recordingAccess.list(query.get('recording') ?? undefined).slice(0, MAX_ACCESSES),
    },
  ];
}

/** A page of the recordings that a query asks for. Throws ApiError. */
export async function listed(sources: ApiSources, query: URLSearchParams) {
  const { recordings } = sources;
  const wanted = matcher(query);
  const found = (await recordings.list()).filter(wanted);
  const before = query.get('before') ?? '~';
  const rest = found.filter(({ id }) => id < before);
  const page = rest.slice(0, PAGE);
  return {
    total: found.length,
    usedBytes: recordings.usedBytes,
    recordings: page.map((one) => ({ ...one, deletedOn: deletedOn(sources, one) })),
    next: rest.length > page.length ? page.at(-1)?.id : undefined,
  };
}

function matcher(query: URLSearchParams): (one: RecordingSummary) => boolean {
  const [number, participant, day] = ['number', 'participant', 'day'].map((name) =>
    (query.get(name) ?? '').trim().toLowerCase(),
  );
  if (day !== '' && !/^\d{4}-\d\d-\d\d$/.test(day))
    throw new ApiError(400, `day is ${JSON.stringify(day)}; right would be: 2026-01-31`);
  return (one) =>
    (number === '' || [one.number, `${one.number}-${one.name}`].includes(number)) &&
    (day === '' || dayOf(one.startedAt) === day) &&
    (participant === '' ||
      one.participants.some((who) => `${who.name}\n${who.number}`.toLowerCase().includes(participant)));
}

async function told(sources: ApiSources, id: string): Promise<object> {
  const { recordings } = sources;
  const document = await recordings.find(id);
  const files = document.endedAt === null ? [] : await recordings.files(id);
  return {
    ...document,
    deletedOn: deletedOn(sources, document),
    files: files.map(({ name, bytes }) => ({ name, bytes })),
  };
}

async function file(sources: ApiSources, { params, query, headers, by }: ApiRequest): Promise<Reply> {
  const { recordings, recordingAccess } = sources;
  const { id, file: name } = params;
  const found = (await recordings.files(id)).find((one) => one.name === name);
  if (!found) throw new ApiError(404, 'the recording has no such file');
  const etag = `"${id}-${name}-${found.bytes}-${Math.round(found.changedMs)}"`;
  const range = byteRange(headers, found.bytes, etag);
  if (range === 'unsatisfiable')
    return new Reply(
      'application/json',
      JSON.stringify({ error: 'there are no such bytes' }),
      undefined,
      416,
      {
        'Content-Range': `bytes */${found.bytes}`,
      },
    );
  const isSound = name.endsWith('.wav');
  const download = query.get('download') === '1' || !isSound;
  const { from, to } = range ?? { from: 0, to: found.bytes - 1 };
  const body = await recordings.read(id, found, from, to);
  recordingAccess.add({ by, what: download ? 'downloaded' : 'listened', recording: id, file: name });
  return new Reply(
    isSound ? 'audio/wav' : 'application/json',
    body,
    download ? `${id}-${name}` : undefined,
    range ? 206 : 200,
    {
      'Accept-Ranges': 'bytes',
      'Content-Length': String(to - from + 1),
      ETag: etag,
      ...(range ? { 'Content-Range': `bytes ${from}-${to}/${found.bytes}` } : {}),
    },
  );
}

async function zip({ recordings, recordingAccess }: ApiSources, { params, by }: ApiRequest): Promise<Reply> {
  const { id } = params;
  const files = await recordings.files(id);
  recordingAccess.add({ by, what: 'downloaded', recording: id });
  const packed = files.map((one) => ({
    ...one,
    name: `${id}/${one.name}`,
    open: () => recordings.read(id, one),
  }));
  return new Reply('application/zip', zipStream(packed), `${id}.zip`);
}

/** The day on which its age ends it. */
function deletedOn(sources: ApiSources, one: { endedAt: string | null }): string | null {
  const ms = deletedAtMs(one, sources.config().recordings);
  return ms === undefined ? null : dayOf(ms);
}

/** The day of an instant where the box is, 2026-01-31. */
function dayOf(instant: string | number): string {
  return new Date(instant).toLocaleDateString('sv'); // the Swedish write ISO 8601
}

/** What the store refuses, as the answers of the API. */
async function attempt<T>(answer: () => Promise<T>): Promise<T> {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error;
    throw new ApiError(error.kind === 'absent' ? 404 : 409, error.message);
  }
}
