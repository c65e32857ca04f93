/** The recordings: searched, listened to, seen in lanes, downloaded, deleted. */
import { trackFile } from '../../firmware/recording/recording-document.js';
import type { RecordingDocument } from '../../firmware/recording/recording-document.js';
import { RecordingError, type RecordingSummary } from '../../firmware/recording/recording-store.js';
import { deletedAtMs } from '../../firmware/recording/retention.js';
import { ApiError, mayDo, type Reply as Sent } from '../api/route.js';
import { listed } from '../api/recordings.js';
import type { ApiSources } from '../api/sources.js';
import { message, type Page, type Reply, type Visit } from '../page.js';
import { moment } from '../views.js';
import type { PageApi } from './ask-api.js';
import { turnsOf, turnsPath, waveformPath } from './lanes.js';

const BASE = '/recordings';
/** Participants named in the list. */
const NAMED = 3;
/** Who goes within these days is said above the list. */
const SOON_MS = 7 * 86_400_000;
const ACCESSES = 50;

export function recordingPages(sources: ApiSources, api: PageApi): Page[] {
  const { recordingAccess } = sources;
  /** What a route of the API does, for whoever is signed in. */
  const ask = <Result>(what: string, { params, query, headers, administrator }: Visit) =>
    api.ask<Result>(what, { params, query, headers, by: administrator!.name });
  const send = (path: string): Page => ({
    path: `/${path}`,
    role: 'operator',
    get: (visit) => orSay(async () => ({ sent: await ask<Sent>(`GET ${path}`, visit) })),
  });
  const find = async ({ params }: Visit) => ({
    document: await sources.recordings.find(params.id),
    base: `${BASE}/${params.id}`,
  });
  return [
    {
      path: BASE,
      role: 'operator',
      get: (visit) => orSay(() => listPage(sources, visit)),
    },
    {
      path: `${BASE}/:id`,
      role: 'operator',
      get: (visit) =>
        orSay(async () => {
          const { document, base } = await find(visit);
          const peaks = document.endedAt === null ? undefined : await sources.recordings.peaks(document);
          const mayDelete = mayDo(visit.administrator!.role, 'administrator');
          const accesses = mayDelete ? recordingAccess.list(document.id).slice(0, ACCESSES) : [];
          const recording = recordingShown(document, peaks?.files);
          return {
            view: 'recording',
            data: { base, recording, waiting: !peaks, mayDelete, accesses: accesses.map(accessShown) },
          };
        }),
    },
    send('recordings/:id/files/:file'),
    send('recordings/:id/zip'),
    {
      path: `${BASE}/:id/delete`,
      role: 'administrator',
      get: (visit) =>
        orSay(async () => {
          const { document, base } = await find(visit);
          return {
            view: 'recording-delete',
            data: { base, title: titleOf(document), when: moment(document.startedAt) },
          };
        }),
      post: (visit) =>
        orSay(async () => {
          await ask('DELETE recordings/:id', visit);
          return { goTo: BASE };
        }),
    },
  ];
}

/** What the store or the API refuses, as a page. */
async function orSay(answer: () => Promise<Reply>): Promise<Reply> {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof ApiError || error instanceof RecordingError)) throw error;
    const status = error instanceof ApiError ? error.status : 404;
    return message(status, `That could not be done: ${error.message}.`);
  }
}

async function listPage(sources: ApiSources, { query, administrator }: Visit): Promise<Reply> {
  const fields = ['number', 'participant', 'day'];
  const form = Object.fromEntries(fields.map((name) => [name, query.get(name) ?? '']));
  const { total, usedBytes, recordings, next } = await listed(sources, query);
  const older = new URLSearchParams({ ...form, before: next ?? '' });
  const { keepDays, maxMegabytes } = sources.config().recordings;
  const soonMs = Date.now() + SOON_MS;
  const all = await sources.recordings.list();
  const soon = all.filter(
    (one) => (deletedAtMs(one, { keepDays, maxMegabytes }) ?? Infinity) < soonMs,
  ).length;
  const isAdministrator = mayDo(administrator!.role, 'administrator');
  return {
    view: 'recordings',
    data: {
      base: BASE,
      form,
      searched: fields.some((name) => form[name] !== ''),
      total,
      recordings: recordings.map(rowShown),
      older: next === undefined ? '' : `${BASE}?${older.toString()}`,
      used: sizeShown(usedBytes) + (maxMegabytes === 0 ? '' : ` of ${sizeShown(maxMegabytes * 1e6)}`),
      keepDays,
      soon,
      alarms: sources.recordings.alarms,
      accesses: isAdministrator ? sources.recordingAccess.list().slice(0, ACCESSES).map(accessShown) : [],
    },
  };
}

function rowShown(one: RecordingSummary) {
  const names = [...new Set(one.participants.map(({ name, number }) => name || number))];
  const more = names.length - NAMED;
  return {
    id: one.id,
    title: titleOf(one),
    when: moment(one.startedAt),
    seconds: one.seconds,
    size: sizeShown(one.bytes),
    goesOn: one.endedAt === null,
    who: names.slice(0, NAMED).join(', ') + (more > 0 ? ` and ${more} more` : ''),
  };
}

function recordingShown(document: RecordingDocument, peaks: Record<string, number[]> | undefined) {
  const { id, rateHz, startedAt, endedAt, endReason, samples, stretches, tracks } = document;
  const seconds = samples / rateHz;
  const wave = (file: string) => (peaks?.[file] ? waveformPath(peaks[file]) : '');
  return {
    id,
    title: titleOf(document),
    when: moment(startedAt),
    goesOn: endedAt === null,
    endReason,
    seconds,
    marks: [0, 1, 2, 3, 4].map((quarter) => (seconds * quarter) / 4),
    mix: wave('mix.wav'),
    pauses: stretches.slice(1).map(({ at, time }) => ({ seconds: at / rateHz, time: clockShown(time) })),
    tracks: tracks.map((track) => {
      const turns = turnsOf(track.talked, rateHz, seconds);
      return {
        file: trackFile(track),
        who: track.name || track.number,
        number: track.name ? track.number : '',
        joined: clockShown(track.joinedAt),
        left: track.leftAt === null ? '' : clockShown(track.leftAt),
        consents: track.consents.map(({ time }) => clockShown(time)),
        wave: wave(trackFile(track)),
        turns: JSON.stringify(turns),
        turnCount: turns.length,
        talked: turnsPath(turns, seconds),
        talkedSeconds: track.talked.reduce((sum, { from, to }) => sum + (to - from) / rateHz, 0),
      };
    }),
  };
}

/** `801-55 Weekly` */
function titleOf({ number, name, description }: Pick<RecordingSummary, 'number' | 'name' | 'description'>) {
  return { number: name === null ? number : `${number}-${name}`, description };
}

function accessShown({
  time,
  by,
  what,
  recording,
  file,
}: ReturnType<ApiSources['recordingAccess']['list']>[number]) {
  return { time: moment(time), by, what, recording, file: file ?? '' };
}

/** `16:00:00`, where the box is */
function clockShown(iso: string): string {
  return moment(iso).slice(-8);
}

/** `12 MB`, `1.2 GB` */
export function sizeShown(bytes: number): string {
  if (bytes < 0.5e6) return 'under 1 MB';
  return bytes < 999.5e6 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
