/** The state of the box as JSON, for pages and programs: GET /api/v1/... */
import { dialPlan } from '../firmware/call/dial-plan.js';
import type { Switchboard } from '../firmware/call/switchboard.js';
import type { Clock } from '../firmware/clock.js';
import type { Config } from '../firmware/config/schema.js';

export type ApiSources = {
  version: string;
  clock: Clock;
  config(): Config;
  alarms(): readonly { code: string; text: string }[];
  switchboard: Switchboard;
  /** Extensions with at least one phone registered. */
  registered(): { username: string; phones: number }[];
  /** Dialogs and transactions that have not ended. */
  sip(): object;
  /** Counters of the media plane. */
  media(): object;
  /** What one port does now: level, loss; undefined for a closed one. */
  port(port: number): object | undefined;
};

/** What each path answers, by path below /api/v1. */
export function api(sources: ApiSources): Record<string, () => unknown> {
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

  return {
    status: () => ({
      version: sources.version,
      uptimeSeconds: ago(startedMs),
      alarms: sources.alarms(),
      calls: sources.switchboard.legs.length,
      conferences: sources.switchboard.conferences.rooms.length,
      phones: sources.registered(),
      sip: sources.sip(),
      media: sources.media(),
      timers: process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length,
    }),
    conferences,
    calls,
    'dial-plan': () => dialPlan(sources.config()),
  };
}
