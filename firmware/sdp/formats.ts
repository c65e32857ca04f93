/** What the numbers of an m-line stand for: rtpmap and fmtp (RFC 8866 §6.6, §6.15), and which codec of ours that is. */
import { codecFormats, codecNames, type CodecName } from '../codec-formats.js';
import type { Attribute, MediaDescription } from './session-description.js';

export type Format = {
  payloadType: number;
  /** `PCMU/8000`, in upper case as names are compared (RFC 4855 §3); empty if nothing says what it is. */
  rtpmap: string;
  /** Its parameters, empty if there are none. */
  fmtp: string;
};

/** Payload types have 7 bits (RFC 3550 §5.1). */
const MAX_PAYLOAD_TYPE = 127;
const FIRST_DYNAMIC = 96;
/** Telephone events of our offers: from here on, one for each clock. */
const FIRST_EVENT = 101;

/** What an m-line offers, in its order; numbers that cannot be payload types are left out. */
export function readFormats(media: MediaDescription): Format[] {
  const [rtpmaps, fmtps] = [saidOf(media, 'rtpmap'), saidOf(media, 'fmtp')];
  return media.formats
    .filter((format) => /^\d{1,3}$/.test(format) && Number(format) <= MAX_PAYLOAD_TYPE)
    .map((format) => ({
      payloadType: Number(format),
      rtpmap: rtpmaps.get(format)?.replace(/\/1$/, '').toUpperCase() ?? staticRtpmap(Number(format)),
      fmtp: fmtps.get(format) ?? '',
    }));
}

/**
 * Which of our codecs a format is. Where several go by one rtpmap, the widest that neither our list nor what they can
 * play forbids: who cannot play more than 16 kHz of Opus is not sent more (RFC 7587 §6.1, maxplaybackrate).
 */
export function codecOf({ rtpmap, fmtp }: Format, ours: readonly CodecName[]): CodecName | undefined {
  const own = ours.find((codec) => rtpmapOf(codec).toUpperCase() === rtpmap);
  if (!own) return undefined;
  const limit = Number(/(?:^|;) *maxplaybackrate=(\d{1,6}) *(?:;|$)/i.exec(fmtp)?.[1] ?? Infinity);
  if (codecFormats[own].sampleRate <= limit) return own;
  const narrower = codecNames
    .filter((codec) => rtpmapOf(codec) === rtpmapOf(own))
    .sort((a, b) => codecFormats[b].sampleRate - codecFormats[a].sampleRate);
  return narrower.find((codec) => codecFormats[codec].sampleRate <= limit) ?? narrower.at(-1);
}

export function isWideband(codec: CodecName): boolean {
  return codecFormats[codec].sampleRate > 8000;
}

/** Telephone events at the clock of a codec (RFC 4733 §2.1); else at 8000, as many phones offer them with any codec. */
export function eventsOf(formats: readonly Format[], codec: CodecName): Format | undefined {
  const at = (clockRateHz: number) =>
    formats.find(({ rtpmap }) => rtpmap === `TELEPHONE-EVENT/${clockRateHz}`);
  return at(codecFormats[codec].clockRateHz) ?? at(8000);
}

/** Our offer of codecs and of the events at their clocks: payload types and attributes. */
export function offeredFormats(ours: readonly CodecName[]): {
  payloadTypes: number[];
  attributes: Attribute[];
} {
  const codecs = ours.filter(
    (codec, at) => ours.findIndex((other) => rtpmapOf(other) === rtpmapOf(codec)) === at,
  );
  const clocks = [...new Set(codecs.map((codec) => codecFormats[codec].clockRateHz))].sort((a, b) => a - b);
  const events = clocks.map((clockRateHz, at) => ({
    payloadType: FIRST_EVENT + at,
    rtpmap: `telephone-event/${clockRateHz}`,
  }));
  return {
    payloadTypes: [
      ...codecs.map((codec) => codecFormats[codec].payloadType),
      ...events.map(({ payloadType }) => payloadType),
    ],
    attributes: [
      ...codecs.flatMap((codec) => codecAttributes(codec, codecFormats[codec].payloadType)),
      ...events.flatMap(eventAttributes),
    ],
  };
}

/** The attributes of a codec under a payload type. */
export function codecAttributes(codec: CodecName, payloadType: number): Attribute[] {
  const { fmtp } = codecFormats[codec];
  const rtpmap = { name: 'rtpmap', value: `${payloadType} ${rtpmapOf(codec)}` };
  return fmtp === undefined ? [rtpmap] : [rtpmap, { name: 'fmtp', value: `${payloadType} ${fmtp}` }];
}

/** The attributes of telephone events: all keys of a telephone (RFC 4733 §2.4.1). */
export function eventAttributes({ payloadType, rtpmap }: Omit<Format, 'fmtp'>): Attribute[] {
  return [
    { name: 'rtpmap', value: `${payloadType} ${rtpmap.toLowerCase()}` },
    { name: 'fmtp', value: `${payloadType} 0-15` },
  ];
}

function rtpmapOf(codec: CodecName): string {
  const { encoding, clockRateHz, channels } = codecFormats[codec];
  return `${encoding}/${clockRateHz}${channels === 1 ? '' : `/${channels}`}`;
}

/** Numbers that need no rtpmap (RFC 3551 §6). */
function staticRtpmap(payloadType: number): string {
  if (payloadType >= FIRST_DYNAMIC) return '';
  const codec = codecNames.find((name) => codecFormats[name].payloadType === payloadType);
  return codec ? rtpmapOf(codec).toUpperCase() : '';
}

/** What an attribute says of each format; where it says something twice, the first counts. */
function saidOf(media: MediaDescription, attribute: string): Map<string, string> {
  const said = new Map<string, string>();
  for (const { name, value = '' } of media.attributes) {
    const blank = value.indexOf(' ');
    const format = value.slice(0, Math.max(0, blank));
    if (name === attribute && blank > 0 && !said.has(format)) said.set(format, value.slice(blank + 1).trim());
  }
  return said;
}
