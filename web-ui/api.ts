/** The state of the box as JSON, for pages and programs: GET /api/v1/... */
import { explain, type Caller } from '../firmware/call/dial-plan.js';
import { numbersInUse } from '../firmware/call/numbers-in-use.js';
import type { Switchboard } from '../firmware/call/switchboard.js';
import type { Clock } from '../firmware/clock.js';
import type { Config } from '../firmware/config/schema.js';
import type { PlaneStats, PortStats } from '../firmware/media/stats.js';
import { protocolOf, type Endpoint } from '../firmware/sip/transport.js';
import type { TrunkStatus } from '../firmware/sip/trunk.js';

export type ApiSources = {
  version: string;
  clock: Clock;
  config(): Config;
  alarms(): readonly { code: string; text: string }[];
  switchboard: Switchboard;
  /** Extensions with at least one phone registered. */
  registered(): { username: string; phones: number }[];
  /** The phones of an account of SIP now. */
  phonesOf(username: string): readonly PhoneRegistration[];
  /** The state of each trunk. */
  trunks(): TrunkStatus[];
  /** Dialogs and transactions that have not ended. */
  sip(): object;
  /** Counters of the media plane. */
  media(): PlaneStats;
  /** What one port does now: level, loss; undefined for a closed one. */
  port(port: number): PortStats | undefined;
};

export type PhoneRegistration = { source: Endpoint; userAgent: string; expiresAtMs: number };

/** A question that cannot be answered as it was put: 400, with the message. */
export class BadQuestion extends Error {}

/** Answers a GET with this query. Throws BadQuestion. */
export type Answer = (query: URLSearchParams) => unknown;

export type Api = ReturnType<typeof api>;

/** What each path answers, by path below /api/v1. */
export function api(sources: ApiSources) {
  const startedMs = sources.clock.nowMs();
  const ago = (sinceMs: number) => Math.max(0, Math.round((sources.clock.nowMs() - sinceMs) / 1000));

  const calls = () =>
    sources.switchboard.legs.map(({ leg, dialled }) => ({
      id: leg.id,
      direction: leg.direction,
      number: leg.party.number,
      name: leg.party.name,
      /** Called number of an incoming call, caller of an outgoing one. */
      with: dialled,
      state: leg.state,
      codec: leg.codec,
      srtp: leg.srtp,
      seconds: ago(leg.sinceMs),
      media: leg.port === undefined ? undefined : sources.port(leg.port),
    }));

  const conferences = () =>
    sources.switchboard.conferences.rooms.map(({ conference, number, sinceMs, state, legs }) => ({
      number: conference.number,
      conference: number === '' ? undefined : number,
      description: conference.description,
      type: conference.type,
      maxParticipants: conference.maxParticipants,
      seconds: ago(sinceMs),
      participants: state.members.flatMap((member) => {
        const seat = legs.get(member.leg);
        if (!seat) return [];
        const { leg } = seat;
        return {
          id: leg.id,
          number: leg.party.number,
          name: leg.party.name,
          place: member.place,
          held: member.held,
          muted: member.muted,
          codec: leg.codec,
          srtp: leg.srtp,
          seconds: ago(seat.sinceMs),
          media: leg.port === undefined ? undefined : sources.port(leg.port),
        };
      }),
    }));

  /** Every extension, with the phones that are registered for it. */
  const phones = () =>
    sources.config().extensions.map(({ number, name, sip }) => ({
      number,
      name,
      username: sip.username,
      phones: sources.phonesOf(sip.username).map(({ source, userAgent, expiresAtMs }) => ({
        address: source.address,
        port: source.port,
        transport: protocolOf(source),
        userAgent,
        expiresSeconds: Math.round((expiresAtMs - sources.clock.nowMs()) / 1000),
      })),
    }));

  return {
    status: () => ({
      version: sources.version,
      uptimeSeconds: ago(startedMs),
      alarms: sources.alarms(),
      calls: sources.switchboard.legs.length,
      conferences: sources.switchboard.conferences.rooms.length,
      phones: sources.registered(),
      trunks: sources.trunks(),
      sip: sources.sip(),
      media: sources.media(),
      timers: process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length,
    }),
    conferences,
    calls,
    phones,
    'dial-plan': () => numbersInUse(sources.config()),
    'dial-plan/explain': (query: URLSearchParams) => {
      const config = sources.config();
      return explain(config, callerOf(config, query.get('from')), numberOf(query));
    },
  } satisfies Record<string, Answer>;
}

/** Who dials: `101`, or `trunk:NAME` for a caller whom a trunk brings. */
function callerOf(config: Config, from: string | null): Caller {
  const extension = config.extensions.find(({ number }) => number === from);
  if (extension) return { extension };
  const trunk = config.trunks.find(({ name }) => `trunk:${name}` === from);
  if (trunk) return { trunk };
  throw new BadQuestion(
    `from is ${from === null ? 'missing' : JSON.stringify(from)}; right would be: the number of an extension, or trunk:NAME`,
  );
}

function numberOf(query: URLSearchParams): string {
  const number = query.get('number') ?? '';
  if (/^[!-~]{1,64}$/.test(number)) return number;
  throw new BadQuestion(
    `number is ${number === '' ? 'missing' : JSON.stringify(number)}; right would be: what is dialled, 1 to 64 characters without spaces`,
  );
}
