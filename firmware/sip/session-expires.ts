/** How long a session lives without a refresh, and who refreshes it, as messages say it (RFC 4028 §7 to §9). */
import type { Headers, SipResponse } from 'sip-parser';
import { ProtocolError } from './protocol-error.js';

/** Seconds; no peer may ask for less (RFC 4028 §5). */
export const MIN_SECONDS = 90;
/** What we ask for, seconds (RFC 4028 §4). */
export const ADVISED_SECONDS = 1800;
const MAX_SECONDS = 2 ** 31;

export type SessionTerms = {
  seconds: number;
  refresher: 'us' | 'them';
  /** Whether the peer knows of session timers; one who does not is refreshed all the same, to see that it lives. */
  mutual: boolean;
};

/** The terms on which their INVITE or UPDATE is accepted. Throws ProtocolError 422 if they ask for less than 90 s. */
export function termsOfRequest(headers: Headers): SessionTerms {
  const mutual = [...headers.all('Supported'), ...headers.all('Require')].some(isTimer);
  const asked = readSessionExpires(headers);
  if (asked && asked.seconds < MIN_SECONDS)
    throw new ProtocolError(422, 'Session Interval Too Small', [['Min-SE', String(MIN_SECONDS)]]);
  const seconds = asked?.seconds ?? Math.max(ADVISED_SECONDS, minSeconds(headers));
  // RFC 4028 §9, Table 2.
  return { seconds, refresher: mutual && asked?.refresher !== 'uas' ? 'them' : 'us', mutual };
}

/** The terms that their 2xx to an INVITE or UPDATE of ours sets. */
export function termsOfResponse({ headers }: SipResponse, askedSeconds: number): SessionTerms {
  const said = readSessionExpires(headers);
  if (!said) return { seconds: askedSeconds, refresher: 'us', mutual: false };
  return {
    seconds: Math.max(said.seconds, MIN_SECONDS),
    refresher: said.refresher === 'uas' ? 'them' : 'us',
    mutual: true,
  };
}

/** Writes the terms into our 2xx; the peer is the UAC. */
export function sayTerms(headers: Headers, { seconds, refresher, mutual }: SessionTerms): void {
  headers.set('Session-Expires', `${seconds};refresher=${refresher === 'us' ? 'uas' : 'uac'}`);
  if (mutual) headers.append('Require', 'timer');
}

/** Headers of an INVITE or UPDATE of ours; `refresher` is left open in the first one. */
export function termsAsked(seconds: number, refresher?: 'uac' | 'uas'): [string, string][] {
  const asked: [string, string][] = [
    ['Session-Expires', refresher ? `${seconds};refresher=${refresher}` : String(seconds)],
  ];
  return seconds < ADVISED_SECONDS ? asked : [...asked, ['Min-SE', String(MIN_SECONDS)]];
}

/** Min-SE of a 422 or a request, seconds; 90 if there is none. */
export function minSeconds(headers: Headers): number {
  const text = /^\s*(\d{1,10})/.exec(headers.get('Min-SE') ?? '')?.[1];
  return Math.min(Math.max(Number(text ?? MIN_SECONDS), MIN_SECONDS), MAX_SECONDS);
}

function readSessionExpires(headers: Headers): { seconds: number; refresher?: string } | undefined {
  const match = /^\s*(\d{1,10})\s*(;.*)?$/.exec(headers.get('Session-Expires') ?? '');
  if (!match) return undefined;
  const refresher = /;\s*refresher\s*=\s*(uac|uas)\b/i.exec(match[2] ?? '')?.[1].toLowerCase();
  return { seconds: Math.min(Number(match[1]), MAX_SECONDS), refresher };
}

function isTimer(tag: string): boolean {
  return tag.trim().toLowerCase() === 'timer';
}
