/** SDP as text and as data (RFC 8866), as much of it as a telephone call needs. */
import { isIPv4, isIPv6 } from 'node:net';

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

export type MediaDescription = {
  /** `audio`, `video`, ... */
  kind: string;
  /** 0 refuses or removes the stream (RFC 3264 §6). */
  port: number;
  /** `RTP/AVP`, ... */
  protocol: string;
  formats: string[];
  /** Address of its own `c=` line. */
  address?: string;
  attributes: Attribute[];
};

export type Attribute = { name: string; value?: string };

export type SessionDescription = {
  /** The `o=` line: version grows by one with every change (RFC 3264 §8). */
  sessionId: string;
  sessionVersion: number;
  originAddress: string;
  /** Address of the session's `c=` line. */
  address?: string;
  media: MediaDescription[];
  attributes: Attribute[];
};

const MAX_BYTES = 16_384;
const MAX_LINES = 512;
const MAX_MEDIA = 16;

/** The text is no SDP that we could answer; names the line. */
export class SdpError extends Error {
  override name = 'SdpError';
}

/** Reads a description. Throws SdpError naming the line that is wrong or missing. */
export function parseSdp(body: Buffer): SessionDescription {
  if (body.length > MAX_BYTES) throw new SdpError(`SDP of ${body.length} bytes; at most ${MAX_BYTES}`);
  const lines = body.toString('utf8').split(/\r\n|\n|\r/);
  if (lines.length > MAX_LINES) throw new SdpError(`SDP of ${lines.length} lines; at most ${MAX_LINES}`);
  if (lines[0] !== 'v=0') throw new SdpError('SDP must begin with v=0');
  const session: SessionDescription = {
    sessionId: '',
    sessionVersion: 0,
    originAddress: '',
    media: [],
    attributes: [],
  };
  for (const line of lines.slice(1)) {
    if (line === '') continue;
    if (!/^[a-z]=/.test(line)) throw new SdpError(`not an SDP line: ${JSON.stringify(line.slice(0, 40))}`);
    const value = line.slice(2);
    const media = session.media.at(-1);
    if (line[0] === 'o') readOrigin(value, session);
    else if (line[0] === 'c') (media ?? session).address = readConnection(value);
    else if (line[0] === 'm') session.media.push(readMedia(value));
    else if (line[0] === 'a') (media ?? session).attributes.push(readAttribute(value));
    if (session.media.length > MAX_MEDIA) throw new SdpError(`more than ${MAX_MEDIA} media lines`);
  }
  if (session.sessionId === '') throw new SdpError('SDP without an o= line');
  return session;
}

/** Writes a description, lines in the order of RFC 8866 §5. */
export function writeSdp(session: SessionDescription): Buffer {
  const lines = [
    'v=0',
    `o=- ${session.sessionId} ${session.sessionVersion} ${connection(session.originAddress)}`,
    's=-',
    ...(session.address ? [`c=${connection(session.address)}`] : []),
    't=0 0',
    ...session.attributes.map(writeAttribute),
  ];
  for (const media of session.media) {
    lines.push(`m=${media.kind} ${media.port} ${media.protocol} ${media.formats.join(' ')}`);
    if (media.address) lines.push(`c=${connection(media.address)}`);
    lines.push(...media.attributes.map(writeAttribute));
  }
  return Buffer.from(lines.join('\r\n') + '\r\n');
}

/** The direction that a stream has, its own attribute before the session's; `sendrecv` if none says. */
export function directionOf(session: SessionDescription, media: MediaDescription): Direction {
  for (const { name } of [...media.attributes, ...session.attributes])
    if (name === 'sendrecv' || name === 'sendonly' || name === 'recvonly' || name === 'inactive') return name;
  return 'sendrecv';
}

function readOrigin(value: string, session: SessionDescription): void {
  const [, sessionId, version, net, type, address] = value.split(' ');
  if (net !== 'IN' || (type !== 'IP4' && type !== 'IP6') || !address || !/^\d{1,20}$/.test(version))
    throw new SdpError(
      `o= line is not "user id version IN IP4 address": ${JSON.stringify(value.slice(0, 60))}`,
    );
  session.sessionId = sessionId;
  session.sessionVersion = Number(version);
  session.originAddress = address;
}

function readConnection(value: string): string {
  const [net, type, address] = value.split(' ');
  const isAddress = type === 'IP4' ? isIPv4 : type === 'IP6' ? isPlainIPv6 : () => false;
  if (net !== 'IN' || !isAddress(address ?? ''))
    throw new SdpError(`c= line is not "IN IP4 address" or IP6: ${JSON.stringify(value.slice(0, 60))}`);
  return address;
}

/** A zone (fe80::1%eth0) means something on its own machine only. */
function isPlainIPv6(address: string): boolean {
  return isIPv6(address) && !address.includes('%');
}

/** What o= and c= lines say of an address (RFC 8866 §5.7). */
function connection(address: string): string {
  return `IN ${isIPv6(address) ? 'IP6' : 'IP4'} ${address}`;
}

function readMedia(value: string): MediaDescription {
  const match = /^([^ ]+) (\d{1,5})(?:\/\d+)? ([^ ]+)((?: [^ ]+)+) *$/.exec(value);
  const port = Number(match?.[2]);
  if (!match || port > 65535)
    throw new SdpError(`m= line is not "kind port protocol formats": ${JSON.stringify(value.slice(0, 60))}`);
  return { kind: match[1], port, protocol: match[3], formats: match[4].trim().split(/ +/), attributes: [] };
}

function readAttribute(value: string): Attribute {
  const colon = value.indexOf(':');
  return colon < 0 ? { name: value } : { name: value.slice(0, colon), value: value.slice(colon + 1) };
}

function writeAttribute({ name, value }: Attribute): string {
  return value === undefined ? `a=${name}` : `a=${name}:${value}`;
}
