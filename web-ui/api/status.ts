/** How the box is, and its calls. */
import type { OpenLeg } from '../../firmware/call/switchboard.js';
import { ApiError, type Route } from './route.js';
import { mediaOf, secondsSince, type ApiSources } from './sources.js';
import { callsResult, statusResult } from './results.js';

export function statusRoutes(sources: ApiSources): Route[] {
  const startedMs = sources.clock.nowMs();
  return [
    {
      method: 'GET',
      path: 'status',
      role: 'viewer',
      summary: 'How the box is: alarms, phones, trunks, counters.',
      result: statusResult,
      answer: () => ({
        version: sources.version,
        uptimeSeconds: secondsSince(sources, startedMs),
        alarms: sources.system.alarms.standing,
        calls: sources.switchboard.legs.length,
        conferences: sources.switchboard.conferences.rooms.length,
        phones: sources.registrations().map(({ username, phones }) => ({ username, phones: phones.length })),
        trunks: sources.trunks(),
        sip: sources.sip(),
        media: sources.media(),
        timers: process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length,
      }),
    },
    {
      method: 'GET',
      path: 'calls',
      role: 'viewer',
      summary: 'Every leg: a phone or a line in a call.',
      result: callsResult,
      answer: () => calls(sources),
    },
    {
      method: 'POST',
      path: 'calls/:id/hang-up',
      role: 'operator',
      summary: 'Ends a call: that phone or line is hung up.',
      answer({ params: { id } }) {
        const open = sources.switchboard.legs.find(({ leg }) => String(leg.id) === id);
        if (!open) throw new ApiError(404, `there is no call ${id} (any more)`);
        open.leg.hangUp('normal');
      },
    },
  ];
}

/** Every leg there is. */
export function calls(sources: ApiSources) {
  return sources.switchboard.legs.map((open) => ({
    ...callFields(open),
    seconds: secondsSince(sources, open.leg.sinceMs),
    media: mediaOf(sources, open.leg),
  }));
}

/** What is told of a leg everywhere. */
export function callFields({ leg, dialled }: OpenLeg) {
  return {
    id: leg.id,
    direction: leg.direction,
    number: leg.party.number,
    name: leg.party.name,
    /** Called number of an incoming call, caller of an outgoing one. */
    with: dialled,
    state: leg.state,
    codec: leg.codec,
    srtp: leg.srtp,
  };
}
