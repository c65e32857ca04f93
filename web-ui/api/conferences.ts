/** The conferences that are going on, and what a moderator does there. */
import { announcementNames } from '../../firmware/call/announcements.js';
import { putOut } from '../../firmware/call/conference-directory.js';
import { resourceOf, type OpenRoom, type Seat } from '../../firmware/call/open-room.js';
import { recordingActions } from '../../firmware/call/room-recording.js';
import type { Member } from '../../firmware/call/room.js';
import type { TypeOf } from '../../firmware/config/schema.js';
import { ApiError, write, type ApiRequest, type Route } from './route.js';
import { mediaOf, secondsSince, type ApiSources } from './sources.js';
import { conferencesResult } from './results.js';

const volume = {
  type: 'object',
  additionalProperties: false,
  required: ['gainDb'],
  description: 'an object { }',
  properties: {
    gainDb: { type: 'number', minimum: -12, maximum: 12, description: '-12 to 12 dB; 0 is as it comes' },
  },
} as const;

const announcement = {
  type: 'object',
  additionalProperties: false,
  required: ['announcement'],
  description: 'an object { }',
  properties: {
    announcement: {
      enum: ['attention', ...announcementNames],
      description: `one of ${['attention', ...announcementNames].join(', ')}`,
    },
  },
} as const;

const recording = {
  type: 'object',
  additionalProperties: false,
  required: ['action'],
  description: 'an object { }',
  properties: {
    action: { enum: recordingActions, description: `one of ${recordingActions.join(', ')}` },
  },
} as const;

export function conferenceRoutes(sources: ApiSources): Route[] {
  const directory = sources.switchboard.conferences;
  const roomOf = ({ params }: Pick<ApiRequest, 'params'>): OpenRoom => {
    const room = directory.find(params.number);
    if (room) return room;
    const open = directory.rooms.map(resourceOf).join(', ');
    throw new ApiError(
      404,
      `nobody is in a conference ${params.number}; ${open ? `in use: ${open}` : 'none is in use'}`,
    );
  };
  const memberOf = (request: Pick<ApiRequest, 'params'>) => {
    const { id } = request.params;
    const seat = roomOf(request).legs.get(/^[0-9]{1,15}$/.test(id) ? Number(id) : -1);
    if (seat) return seat.leg;
    throw new ApiError(404, `conference ${request.params.number} has no participant ${id}`);
  };
  const moderate = (path: string, summary: string, answer: (request: ApiRequest) => void): Route => ({
    method: 'POST',
    path: `conferences/:number/${path}`,
    role: 'operator',
    summary,
    answer,
  });

  return [
    {
      method: 'GET',
      path: 'conferences',
      role: 'viewer',
      summary: 'The conferences somebody is in, with their participants.',
      result: conferencesResult,
      answer: () => conferences(sources),
    },
    moderate('lock', 'Lets nobody new in.', (request) => directory.lock(roomOf(request), true)),
    moderate('unlock', 'Lets people in again.', (request) => directory.lock(roomOf(request), false)),
    moderate('end', 'Says goodbye to everybody and hangs up.', (request) => directory.end(roomOf(request))),
    write<TypeOf<typeof announcement>>(
      {
        method: 'POST',
        path: 'conferences/:number/announce',
        role: 'operator',
        summary: 'Plays an announcement, or the tone that asks for attention, to everybody inside.',
        body: announcement,
      },
      (request) => directory.announce(roomOf(request), request.body.announcement),
    ),
    write<TypeOf<typeof recording>>(
      {
        method: 'POST',
        path: 'conferences/:number/recording',
        role: 'operator',
        summary: 'Starts, pauses, resumes or stops the recording; who is inside is told.',
        body: recording,
      },
      (request) => {
        const refused = sources.switchboard.recordings.act(roomOf(request), request.body.action);
        if (refused !== undefined) throw new ApiError(409, refused);
      },
    ),
    moderate('participants/:id/mute', 'The others no longer hear it.', (request) =>
      directory.dispatch({ type: 'mute', leg: memberOf(request).id, muted: true }),
    ),
    moderate('participants/:id/unmute', 'The others hear it again.', (request) =>
      directory.dispatch({ type: 'mute', leg: memberOf(request).id, muted: false }),
    ),
    moderate('participants/:id/remove', 'Says to it that it is put out, and hangs up.', (request) =>
      putOut(memberOf(request), 'removed'),
    ),
    write<TypeOf<typeof volume>>(
      {
        method: 'POST',
        path: 'conferences/:number/participants/:id/volume',
        role: 'operator',
        summary: 'Makes it louder or softer for the others.',
        body: volume,
      },
      (request) =>
        directory.dispatch({ type: 'volume', leg: memberOf(request).id, gainDb: request.body.gainDb }),
    ),
  ];
}

/** The rooms somebody is in. */
export function conferences(sources: ApiSources) {
  return sources.switchboard.conferences.rooms.map((room) => ({
    ...conferenceFields(sources, room),
    seconds: secondsSince(sources, room.sinceMs),
    participants: room.state.members.flatMap((member) => {
      const seat = room.legs.get(member.leg);
      if (!seat) return [];
      return {
        ...participantFields(member, seat),
        seconds: secondsSince(sources, seat.sinceMs),
        media: mediaOf(sources, seat.leg),
      };
    }),
  }));
}

/** What is told of a room everywhere. */
export function conferenceFields({ switchboard }: ApiSources, room: OpenRoom) {
  const { conference, number, state } = room;
  return {
    /** What the paths of the API call it: the number; `number-conference` for a dynamic one. */
    id: resourceOf(room),
    number: conference.number,
    conference: number === '' ? undefined : number,
    description: conference.description,
    type: conference.type,
    maxParticipants: conference.maxParticipants,
    locked: state.locked,
    /** Undefined where nothing can be recorded. */
    recording: switchboard.recordings.statusOf(room),
  };
}

/** What is told of a participant everywhere. */
export function participantFields({ place, held, muted, gainDb }: Member, { leg }: Seat) {
  const { id, party, codec, srtp } = leg;
  return { id, number: party.number, name: party.name, place, held, muted, gainDb, codec, srtp };
}
