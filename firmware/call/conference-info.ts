/** A conference as those see it who subscribed to it: conference-info documents (RFC 4575). Pure. */
import { uriText } from 'sip-parser';
import { element, text, xmlDocument } from './xml.js';

/** User part of the URI of a member that has no number. */
const ANONYMOUS = 'anonymous';

/** The number of the member whose URI in a document has this user part. */
export function entityNumber(user: string): string {
  return user === ANONYMOUS ? '' : user;
}

export type ConferenceSnapshot = {
  description: string;
  maxParticipants?: number;
  members: readonly ConferenceMember[];
};

export type ConferenceMember = {
  /** Its leg. */
  id: number;
  number: string;
  name: string;
  /** It called the conference, or was called into it. */
  joined: 'dialed-in' | 'dialed-out';
  status: 'dialing-in' | 'connected' | 'on-hold' | 'muted-via-focus';
};

/**
 * The document for a conference whose URI is `uri`: all of it where `before` is undefined, else the members that
 * changed (RFC 4575 §4.6); undefined if nothing did.
 */
export function conferenceInfo(
  uri: string,
  version: number,
  after: ConferenceSnapshot,
  before: ConferenceSnapshot | undefined,
): string | undefined {
  if (before && JSON.stringify(before) === JSON.stringify(after)) return undefined;
  const host = uri.slice(uri.indexOf('@') + 1).replace(/[;?].*$/, '');
  const entityOf = (number: string) => {
    const user = number === '' ? ANONYMOUS : number;
    return uriText({ scheme: 'sip', user, host, params: new Map(), headers: new Map() });
  };
  const numbers = [...new Set([...(before?.members ?? []), ...after.members].map(({ number }) => number))];
  const users = numbers.flatMap((number) => {
    const now = after.members.filter((member) => member.number === number);
    const then = before?.members.filter((member) => member.number === number);
    if (then && JSON.stringify(then) === JSON.stringify(now)) return [];
    if (now.length === 0) return element('user', { entity: entityOf(number), state: 'deleted' });
    return element(
      'user',
      { entity: entityOf(number), state: 'full' },
      ...(now[0].name === '' ? [] : [element('display-text', {}, text(now[0].name))]),
      ...now.map((member) => endpoint(member, entityOf(number))),
    );
  });
  const state = before ? 'partial' : 'full';
  return xmlDocument(
    element(
      'conference-info',
      { xmlns: 'urn:ietf:params:xml:ns:conference-info', entity: uri, state, version },
      element(
        'conference-description',
        {},
        element('subject', {}, text(after.description)),
        ...(after.maxParticipants === undefined
          ? []
          : [element('maximum-user-count', {}, String(after.maxParticipants))]),
      ),
      element(
        'conference-state',
        {},
        element('user-count', {}, String(new Set(after.members.map(({ number }) => number)).size)),
        element('active', {}, String(after.members.length > 0)),
      ),
      element('users', { state }, ...users),
    ),
  );
}

function endpoint({ id, joined, status }: ConferenceMember, entity: string): string {
  return element(
    'endpoint',
    { entity: `${entity};leg=${id}`, state: 'full' },
    element('status', {}, status),
    element('joining-method', {}, joined),
    element(
      'media',
      { id: 1 },
      element('type', {}, 'audio'),
      element(
        'status',
        {},
        status === 'connected' ? 'sendrecv' : status === 'muted-via-focus' ? 'recvonly' : 'inactive',
      ),
    ),
  );
}
