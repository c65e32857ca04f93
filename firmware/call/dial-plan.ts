/**
 * What a number reaches: one ordered plan of extensions, conferences, service numbers and the prefixes that lead to
 * trunks. Routing and explaining are the same walk. Pure.
 */
import { EXCHANGE_LINES } from '../config/dial-plan-schema.js';
import type {
  AudioPort,
  Conference,
  Config,
  Extension,
  LineSettings,
  Route,
  Service,
  Trunk,
} from '../config/schema.js';
import type { Cause } from './cause.js';
import { groupOf, permission } from './permission.js';

/** Who dials: an extension, the button of an audio port, or somebody outside whose call a trunk or an exchange line brings. */
export type Caller = Insider | { trunk: Trunk } | { line: LineSettings };
export type Insider = { extension: Extension } | { audioPort: AudioPort };

export type Destination =
  | { type: 'extension'; extension: Extension }
  | { type: 'audioPort'; audioPort: AudioPort }
  | { type: 'conference'; conference: Conference }
  /** The caller is asked for the number of a conference of the box, and then stands at its door. */
  | { type: 'askForConference' }
  /** By any line there is, before all others. */
  | { type: 'emergency'; number: string }
  | TrunkDestination
  | { type: 'refused'; cause: Cause; why: string };

/** What rings, or answers by itself. */
export type RingingDestination = Extract<Destination, { type: 'extension' | 'audioPort' }>;

export type TrunkDestination = {
  type: 'trunk';
  /** Names, or EXCHANGE_LINES; the first is tried first, the others are the fall-back. */
  trunks: readonly string[];
  /** What the trunk is asked for: digits, a + may come first. */
  number: string;
  /** What the called party is shown, if the route says it; otherwise it is the trunk's to say. */
  callerId: string | undefined;
};

/** What a dialled number reaches for this caller. A caller from outside never reaches a trunk. */
export function destinationOf(config: Config, caller: Caller, number: string): Destination {
  return walk(config, caller, number).destination;
}

/** The same in words: what was tried, in order, and why it fits or not. */
export function explain(config: Config, caller: Caller, number: string): { steps: string[]; result: string } {
  const { steps, destination } = walk(config, caller, number);
  return { steps, result: inWords(destination) };
}

/** The conference of a number, for a caller who was asked for it. */
export function conferenceOf(config: Config, number: string): Conference | undefined {
  return config.conferences.find((candidate) => candidate.number === number);
}

/** A number without its first `strip` characters, and with `prepend` before it. */
export function rewritten(number: string, strip: number, prepend: string): string {
  return prepend + number.slice(strip);
}

type Walk = { steps: string[]; destination: Destination };

/** What a trunk may be asked for; what was dialled for it has no + but as its first character. */
const TELEPHONE_NUMBER = /^\+?[0-9]{1,32}$/;
const DIALLED_OUTSIDE = /^\+?[0-9*]{1,32}$/;

function walk(config: Config, caller: Caller, number: string): Walk {
  const steps: string[] = [];
  const destination =
    'trunk' in caller
      ? overInbound(config, caller.trunk, number, steps)
      : 'line' in caller
        ? byLine(config, caller.line, steps)
        : fromInside(config, caller, number, steps);
  return { steps, destination };
}

function fromInside(config: Config, caller: Insider, number: string, steps: string[]): Destination {
  const [party, words] =
    'extension' in caller
      ? [caller.extension, extensionInWords(caller.extension)]
      : [caller.audioPort, audioPortInWords(caller.audioPort)];
  steps.push(`${words} dials ${number}`);
  const own = ownNumber(config, number, steps);
  const route = own ? undefined : routeOf(config, number, steps);
  if (!own && !route) return unknown(`nobody has ${number}, and no route begins like it`);
  if (own?.type === 'emergency') return own;
  const group = groupOf(config, party);
  const { allowed, why } = permission(group, number, own ? 'box' : 'outside');
  steps.push(`permission: ${why}`);
  if (!allowed) return { type: 'refused', cause: 'barred', why };
  if (!route) return own!;
  const { maxOutboundCalls, maxCallsPerHour } = group ?? {};
  if (maxOutboundCalls) steps.push(`limit: calls to the outside at the same time: ${maxOutboundCalls}`);
  if (maxCallsPerHour) steps.push(`limit: calls to the outside within an hour: ${maxCallsPerHour}`);
  return overTrunk(route, number, steps);
}

/** Looks among the numbers of the box itself; no trunk can come out of it. */
function ownNumber(
  config: Config,
  number: string,
  steps: string[],
): Exclude<Destination, TrunkDestination> | undefined {
  const extension = config.extensions.find((candidate) => candidate.number === number);
  steps.push(
    `extensions: ${extension ? `${number} is ${extensionInWords(extension)}` : `none is ${number}`}`,
  );
  if (extension) return { type: 'extension', extension };
  const conference = conferenceOf(config, number);
  steps.push(
    `conferences: ${conference ? `${number} is ${conferenceInWords(conference)}` : `none is ${number}`}`,
  );
  if (conference) return { type: 'conference', conference };
  if (config.audioPorts.length > 0) {
    const audioPort = config.audioPorts.find((candidate) => candidate.number === number);
    steps.push(
      `audio ports: ${audioPort ? `${number} is ${audioPortInWords(audioPort)}` : `none is ${number}`}`,
    );
    if (audioPort) return { type: 'audioPort', audioPort };
  }
  const service = config.services.find((candidate) => candidate.number === number);
  steps.push(`service numbers: ${service ? `${number} ${serviceInWords(service)}` : `none is ${number}`}`);
  return service && { type: service.service, number };
}

/** The first route that the number begins with. */
function routeOf({ routes }: Config, number: string, steps: string[]): Route | undefined {
  if (routes.length === 0) steps.push('routes: there are none');
  for (const route of routes) {
    const fits = number.startsWith(route.prefix);
    steps.push(`route ${route.prefix}: ${number} ${fits ? 'begins' : 'does not begin'} with it`);
    if (fits) return route;
  }
  return undefined;
}

function overTrunk(route: Route, dialled: string, steps: string[]): Destination {
  const { trunks, callerId, prepend, strip = route.prefix.length } = route;
  const number = rewritten(dialled, strip, prepend);
  steps.push(`route ${route.prefix}: ${rewritingInWords(dialled, strip, prepend, number)}`);
  if (!DIALLED_OUTSIDE.test(dialled) || !TELEPHONE_NUMBER.test(number))
    return unknown(`"${number}" is no telephone number`);
  steps.push(`ways: ${waysInWords(trunks)}`);
  return { type: 'trunk', trunks, number, callerId };
}

function overInbound(config: Config, trunk: Trunk, number: string, steps: string[]): Destination {
  steps.push(`a caller outside reaches ${number} of trunk ${trunk.name}`);
  const { strip, prepend, numbers } = trunk.inbound;
  const called = rewritten(number, strip, prepend);
  if (called !== number)
    steps.push(`trunk ${trunk.name}: ${rewritingInWords(number, strip, prepend, called)}`);
  const row = numbers.find((candidate) => candidate.number === called);
  steps.push(`inbound numbers: ${row ? `${called} leads to ${row.to}` : `none is ${called}`}`);
  if (!row) return unknown(`trunk ${trunk.name} leads ${called} nowhere`);
  return fromOutside(config, row.to, steps);
}

/** An exchange line has no number of its own here: all its callers reach the same. */
function byLine(config: Config, { name, to }: LineSettings, steps: string[]): Destination {
  steps.push(
    `a caller outside comes by line ${name}, which ${to === undefined ? 'leads nowhere' : `leads to ${to}`}`,
  );
  return to === undefined ? unknown(`line ${name} leads nowhere`) : fromOutside(config, to, steps);
}

/** Where the configuration lets callers from outside. */
function fromOutside(config: Config, to: string, steps: string[]): Destination {
  if (to === 'askForConference') return { type: 'askForConference' };
  return ownNumber(config, to, steps) ?? unknown(`nobody has ${to}`);
}

function unknown(why: string): Destination {
  return { type: 'refused', cause: 'unknownNumber', why };
}

function rewritingInWords(number: string, strip: number, prepend: string, result: string): string {
  const out = strip > 0 ? ` without its first ${strip === 1 ? 'character' : `${strip} characters`}` : '';
  const before = prepend === '' ? '' : `, with ${prepend} before it`;
  return `${number}${out}${before} is ${result === '' ? 'nothing' : result}`;
}

/** What a route leads over. */
export function waysInWords(trunks: readonly string[]): string {
  return trunks
    .map((name) => (name === EXCHANGE_LINES ? 'any exchange line' : `trunk ${name}`))
    .join(', then ');
}

function inWords(destination: Destination): string {
  switch (destination.type) {
    case 'extension':
      return `rings ${extensionInWords(destination.extension)}`;
    case 'audioPort':
      return `calls ${audioPortInWords(destination.audioPort)}`;
    case 'conference':
      return `enters ${conferenceInWords(destination.conference)}`;
    case 'askForConference':
      return 'is asked for a conference number';
    case 'emergency':
      return `calls ${destination.number} at once, over any exchange line; without one over any trunk`;
    case 'trunk': {
      const { trunks, number, callerId } = destination;
      return `calls ${number} over ${waysInWords(trunks)}${callerId === undefined ? '' : `, shown as ${callerId}`}`;
    }
    case 'refused':
      return `refused: ${destination.why}`;
  }
}

/** What its number does. */
export function serviceInWords({ service }: Pick<Service, 'service'>): string {
  return service === 'emergency' ? 'is an emergency number' : 'asks for a conference number';
}

function extensionInWords({ number, name }: Extension): string {
  return `extension ${number}${name === '' ? '' : ` (${name})`}`;
}

function audioPortInWords({ number, name }: AudioPort): string {
  return `audio port ${number}${name === '' ? '' : ` (${name})`}`;
}

function conferenceInWords({ number, description, type }: Conference): string {
  return `${type} conference ${number}${description === '' ? '' : ` (${description})`}`;
}
