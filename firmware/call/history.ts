/**
 * The calls and conferences of the past, newest last. Each is kept twice: when it begins, so that a power cut does not
 * hide it, and wholly when it ends.
 */
import type { PortId } from '../media/contract.js';
import type { PortStats } from '../media/stats.js';
import { CallQuality, type Quality } from './call-quality.js';
import type { Cause } from './cause.js';
import { resourceOf, type OpenRoom } from './open-room.js';
import type { LegId } from './room.js';
import type { OpenLeg } from './switchboard.js';

/** Times are ISO 8601, of the box's clock. */
type Times = {
  /** Grows; never used again. */
  id: number;
  began: string;
  /** Absent while it goes on, and if the box lost power meanwhile: then `cause` is `boxStopped`. */
  ended?: string;
};

export type CallRecord = Times & {
  kind: 'call';
  direction: 'incoming' | 'outgoing';
  number: string;
  name: string;
  /** Called number of an incoming call, caller of an outgoing one. */
  with: string;
  /** Where its signalling came from. */
  address: string;
  codec?: string;
  answered?: string;
  /** Whole seconds since the answer. */
  seconds?: number;
  cause?: Cause | 'boxStopped';
  quality?: Quality;
};

export type ConferenceRecord = Times & {
  kind: 'conference';
  /** As `resourceOf` names it. */
  conference: string;
  description: string;
  seconds?: number;
  cause?: 'empty' | 'boxStopped';
  participants?: Participant[];
};

/** `call`: id of the record of its call. */
export type Participant = { number: string; name: string; call?: number; joined: string; left: string };

export type HistoryRecord = CallRecord | ConferenceRecord;

/** Records kept in memory, and participants told of one conference. */
const MAX_RECORDS = 20_000;
const MAX_PARTICIPANTS = 200;

type Visit = Omit<Participant, 'left'> & { left?: string };
type OpenCall = { open: OpenLeg; record: CallRecord; quality: CallQuality };
type OpenConference = { record: ConferenceRecord; beganMs: number; visits: Map<LegId, Visit> };

export class History {
  readonly #records = new Map<number, HistoryRecord>();
  #nextId = 1;
  #calls = new Map<LegId, OpenCall>();
  #rooms = new Map<OpenRoom, OpenConference>();
  /** Keeps a record on flash. */
  #keep: (record: HistoryRecord) => void = () => {};

  constructor(
    /** The time of day, ms since 1970, and that of the clock. */
    private readonly clocks: { timeMs(): number; nowMs(): number },
    /** How a port is now. */
    private readonly portStats: (port: PortId) => PortStats | undefined,
  ) {}

  /** All of them, oldest first. */
  get records(): IterableIterator<HistoryRecord> {
    return this.#records.values();
  }

  /** A line of the past, before anything happens; what is no record is left out. */
  restore(line: unknown): void {
    if (!isRecord(line)) return;
    const { ended } = line;
    this.#remember(ended === undefined ? { ...line, cause: 'boxStopped' } : line);
    this.#nextId = Math.max(this.#nextId, line.id + 1);
  }

  /** Forgets what is over. */
  clear(): void {
    for (const { id, ended, cause } of this.#records.values())
      if (ended !== undefined || cause !== undefined) this.#records.delete(id);
  }

  /** From now on everything is kept. */
  keepBy(keep: (record: HistoryRecord) => void): void {
    this.#keep = keep;
  }

  /** One of them; undefined if it is not remembered. */
  find(id: number): HistoryRecord | undefined {
    return this.#records.get(id);
  }

  legOpened(open: OpenLeg): void {
    const record: CallRecord = { kind: 'call', ...this.#begin(), ...callOf(open) };
    this.#calls.set(open.leg.id, { open, record, quality: new CallQuality() });
    this.#write(record);
  }

  /** Hears how good the calls are: to be done every some seconds. */
  hear(): void {
    for (const call of this.#calls.values()) this.#hear(call);
  }

  /** The last that its port can say of it. */
  legEnded(open: OpenLeg): void {
    const call = this.#calls.get(open.leg.id);
    if (call) this.#hear(call);
  }

  legClosed(open: OpenLeg): void {
    const call = this.#calls.get(open.leg.id);
    if (!call) return;
    const { record, quality } = call;
    this.#calls.delete(open.leg.id);
    const { leg } = open;
    const upMs = leg.answeredMs === undefined ? undefined : (leg.endedMs ?? 0) - leg.answeredMs;
    const endedMs = this.clocks.timeMs();
    this.#write({
      ...record,
      ...callOf(open),
      codec: leg.codec,
      answered: upMs === undefined ? undefined : timeText(endedMs - upMs),
      ended: timeText(endedMs),
      seconds: upMs === undefined ? undefined : Math.round(upMs / 1000),
      cause: leg.cause,
      quality: quality.whole,
    });
  }

  /** Somebody came into a room, or left it, or something else happened there. */
  roomChanged(room: OpenRoom): void {
    const open = this.#rooms.get(room) ?? this.#openRoom(room);
    const now = timeText(this.clocks.timeMs());
    const inside = new Set<LegId>();
    for (const { leg, place } of room.state.members) {
      const party = room.legs.get(leg)?.leg.party;
      if (place !== 'inside' || !party) continue;
      inside.add(leg);
      const known = open.visits.get(leg);
      if (known) known.left = undefined;
      else if (open.visits.size < MAX_PARTICIPANTS)
        open.visits.set(leg, { ...party, call: this.#calls.get(leg)?.record.id, joined: now });
    }
    for (const [leg, visit] of open.visits) if (!inside.has(leg)) visit.left ??= now;
    if (room.state.members.length > 0) return;
    this.#rooms.delete(room);
    this.#write({
      ...open.record,
      ended: now,
      seconds: Math.round((this.clocks.nowMs() - open.beganMs) / 1000),
      cause: 'empty',
      participants: [...open.visits.values()].map((visit) => ({ ...visit, left: visit.left ?? now })),
    });
  }

  #hear({ open: { leg }, quality }: OpenCall): void {
    const stats = leg.port === undefined ? undefined : this.portStats(leg.port);
    if (stats) quality.add(stats);
  }

  #openRoom(room: OpenRoom): OpenConference {
    const record: ConferenceRecord = {
      kind: 'conference',
      ...this.#begin(),
      conference: resourceOf(room),
      description: room.conference.description,
    };
    const open = { record, beganMs: this.clocks.nowMs(), visits: new Map<LegId, Visit>() };
    this.#rooms.set(room, open);
    this.#write(record);
    return open;
  }

  #begin(): { id: number; began: string } {
    return { id: this.#nextId++, began: timeText(this.clocks.timeMs()) };
  }

  /** Its strings are made anew: names and numbers cut out of a message would hold all of it in memory. */
  #write(record: HistoryRecord): void {
    const own = JSON.parse(JSON.stringify(record)) as HistoryRecord;
    this.#remember(own);
    this.#keep(own);
  }

  #remember(record: HistoryRecord): void {
    this.#records.set(record.id, record);
    if (this.#records.size <= MAX_RECORDS) return;
    for (const id of this.#records.keys()) {
      this.#records.delete(id);
      return;
    }
  }
}

function callOf({ leg, dialled }: OpenLeg) {
  const { direction, party, peerAddress } = leg;
  return { direction, number: party.number, name: party.name, with: dialled, address: peerAddress };
}

function timeText(ms: number): string {
  return new Date(Math.round(ms)).toISOString();
}

function isRecord(line: unknown): line is HistoryRecord {
  if (typeof line !== 'object' || line === null) return false;
  const { id, kind, began, ended } = line as Partial<HistoryRecord>;
  return (
    typeof id === 'number' &&
    (kind === 'call' || kind === 'conference') &&
    typeof began === 'string' &&
    (ended === undefined || typeof ended === 'string')
  );
}
