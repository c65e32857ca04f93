/** The live state of the box: conferences, participants, calls, registrations and lines, as they are now and as they change. */
import { resourceOf } from '../../firmware/call/open-room.js';
import { conferenceFields, participantFields } from './conferences.js';
import { lineFields, missingFields } from './lines.js';
import { LiveEvents } from './live-events.js';
import { phoneFields } from './phones.js';
import { Reply, type Route } from './route.js';
import type { ApiSources } from './sources.js';
import { callFields } from './status.js';

export function liveRoutes(events: LiveEvents): Route[] {
  return [
    {
      method: 'GET',
      path: 'events',
      role: 'viewer',
      summary: 'The live state and its changes as server-sent events.',
      query: { levels: '1: tells who speaks how loudly, too' },
      produces: 'text/event-stream',
      answer: ({ query, headers, stays }) =>
        new Reply(
          'text/event-stream',
          events.open({
            lastEventId: headers['last-event-id']?.toString(),
            levels: query.get('levels') === '1',
            stays,
          }),
        ),
    },
  ];
}

/** The time of day was set if it moves so far against the clock. */
const SET_MS = 1000;

/** The live state of the box, to be told as it changes. */
export function liveEvents(sources: ApiSources): LiveEvents {
  const { conferences } = sources.switchboard;
  const since = timesOf(sources);
  return new LiveEvents(
    {
      state() {
        const state = new Map<string, object>();
        for (const room of conferences.rooms) {
          state.set(`conferences/${resourceOf(room)}`, {
            ...conferenceFields(sources, room),
            since: since(room.sinceMs),
          });
          for (const member of room.state.members) {
            const seat = room.legs.get(member.leg);
            if (!seat) continue;
            const fields = participantFields(member, seat);
            state.set(`participants/${member.leg}`, {
              ...fields,
              conference: resourceOf(room),
              since: since(seat.sinceMs),
            });
          }
        }
        for (const open of sources.switchboard.legs)
          state.set(`calls/${open.leg.id}`, { ...callFields(open), since: since(open.leg.sinceMs) });
        for (const { username, phones } of sources.registrations())
          state.set(`registrations/${username}`, {
            username,
            phones: phones.map((phone) => ({ ...phoneFields(phone), expires: since(phone.expiresAtMs) })),
          });
        for (const line of sources.lines.lines)
          if (line.settings) state.set(`lines/${line.settings.name}`, lineFields(sources, line));
        for (const line of sources.lines.missing) state.set(`lines/${line.name}`, missingFields(line));
        for (const alarm of sources.system.alarms.standing) state.set(`alarms/${alarm.id}`, alarm);
        return state;
      },
      levels() {
        const levels: Record<string, number> = {};
        for (const { state, legs } of conferences.rooms)
          for (const { leg: id, place } of state.members) {
            const port = legs.get(id)?.leg.port;
            const now = place === 'inside' && port !== undefined ? sources.port(port) : undefined;
            if (now?.speaking) levels[id] = now.levelDbm0;
          }
        return levels;
      },
    },
    sources.clock,
  );
}

/** What turns an instant of the clock into the time of day (ISO 8601), into the same one until that is set. */
function timesOf({ clock }: ApiSources): (instantMs: number) => string {
  let startMs = 0;
  return (instantMs) => {
    const start = Date.now() - clock.nowMs();
    if (Math.abs(start - startMs) > SET_MS) startMs = start;
    return new Date(Math.round(startMs + instantMs)).toISOString();
  };
}
