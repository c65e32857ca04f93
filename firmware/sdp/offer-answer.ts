/** Offers and answers for one audio stream (RFC 3264): pure, knows no socket and no call. */
import {
  directionOf,
  type Direction,
  type MediaDescription,
  type SessionDescription,
} from './session-description.js';

/** A codec we can speak; the order of a list of them is our preference. */
export type OfferedCodec = { name: string; clockRateHz: number; payloadType: number };

/** Our end of the stream. */
export type LocalMedia = {
  address: string;
  port: number;
  codecs: readonly OfferedCodec[];
  /** One per call; version grows with each description that differs. */
  sessionId: string;
  sessionVersion: number;
};

/** What both sides agreed on. */
export type Agreed = {
  address: string;
  port: number;
  codec: string;
  payloadType: number;
  /** Payload type of telephone-event at the codec's clock (RFC 4733), if both have it. */
  eventPayloadType?: number;
  /** Seen from us: `sendonly` means that we send and do not listen. */
  direction: Direction;
};

const EVENT_PAYLOAD_TYPE = 101;

/** Numbers that need no rtpmap (RFC 3551 §6). */
const staticPayloads: Record<number, string> = { 0: 'PCMU/8000', 8: 'PCMA/8000', 9: 'G722/8000' };

/** Our offer of one audio stream. */
export function makeOffer(local: LocalMedia, direction: Direction = 'sendrecv'): SessionDescription {
  const formats = local.codecs.map((codec) => codec.payloadType);
  return describe(local, [
    {
      kind: 'audio',
      port: local.port,
      protocol: 'RTP/AVP',
      formats: [...formats, EVENT_PAYLOAD_TYPE].map(String),
      attributes: [
        ...local.codecs.map((codec) => rtpmap(codec.payloadType, `${codec.name}/${codec.clockRateHz}`)),
        ...eventAttributes(EVENT_PAYLOAD_TYPE),
        { name: 'ptime', value: '20' },
        { name: direction },
      ],
    },
  ]);
}

/**
 * Answers an offer: the same m-lines in the same order (RFC 3264 §6), the first audio stream that we can speak
 * accepted with the offerer's own payload numbers, all others refused with port 0.
 * Returns undefined where no stream fits: the call is answered 488.
 */
export function answerOffer(
  offer: SessionDescription,
  local: LocalMedia,
): { answer: SessionDescription; agreed: Agreed } | undefined {
  let agreed: Agreed | undefined;
  const media = offer.media.map((offered): MediaDescription => {
    const found = agreed ? undefined : agree(offer, offered, local.codecs);
    if (!found) return { ...offered, port: 0, attributes: [], address: undefined };
    agreed = found;
    const { payloadType, eventPayloadType } = found;
    return {
      kind: 'audio',
      port: local.port,
      protocol: offered.protocol,
      formats: [payloadType, eventPayloadType].filter((type) => type !== undefined).map(String),
      attributes: [
        rtpmap(payloadType, `${found.codec}/8000`),
        ...(eventPayloadType === undefined ? [] : eventAttributes(eventPayloadType)),
        { name: 'ptime', value: '20' },
        { name: found.direction },
      ],
    };
  });
  return agreed && { answer: describe(local, media), agreed };
}

/** What an answer to our offer of one stream agreed on; undefined if it refuses. */
export function readAnswer(answer: SessionDescription, codecs: readonly OfferedCodec[]): Agreed | undefined {
  const audio = answer.media.find((media) => media.kind === 'audio');
  return audio && agree(answer, audio, codecs);
}

function agree(
  theirs: SessionDescription,
  media: MediaDescription,
  codecs: readonly OfferedCodec[],
): Agreed | undefined {
  const address = media.address ?? theirs.address;
  if (media.kind !== 'audio' || media.port === 0 || address === undefined) return undefined;
  if (media.protocol !== 'RTP/AVP' && media.protocol !== 'RTP/AVPF') return undefined;
  const encodings = media.formats.map((format) => ({
    payloadType: Number(format),
    name: encodingOf(media, format),
  }));
  // The offerer's order counts: it asks for what suits it best (RFC 3264 §6.1).
  const codec = encodings.find(({ name }) => codecs.some((own) => `${own.name}/${own.clockRateHz}` === name));
  if (!codec?.name) return undefined;
  const events = encodings.find(({ name }) => name === 'TELEPHONE-EVENT/8000');
  // RFC 3264 §8.4: the old way of putting a call on hold is the address 0.0.0.0.
  const held = address === '0.0.0.0';
  return {
    address,
    port: media.port,
    codec: codec.name.slice(0, codec.name.indexOf('/')),
    payloadType: codec.payloadType,
    eventPayloadType: events?.payloadType,
    direction: held ? 'inactive' : mirrored(directionOf(theirs, media)),
  };
}

/** `PCMU/8000` for a format of an m-line, from its rtpmap or the static table. */
function encodingOf(media: MediaDescription, format: string): string | undefined {
  const prefix = `${format} `;
  const map = media.attributes.find(({ name, value }) => name === 'rtpmap' && value?.startsWith(prefix));
  return (
    map?.value?.slice(prefix.length).trim().replace(/\/1$/, '').toUpperCase() ??
    staticPayloads[Number(format)]
  );
}

/** Their direction seen from us (RFC 3264 §6.1). */
function mirrored(direction: Direction): Direction {
  if (direction === 'sendonly') return 'recvonly';
  return direction === 'recvonly' ? 'sendonly' : direction;
}

function describe(local: LocalMedia, media: MediaDescription[]): SessionDescription {
  return {
    sessionId: local.sessionId,
    sessionVersion: local.sessionVersion,
    originAddress: local.address,
    address: local.address,
    media,
    attributes: [],
  };
}

function rtpmap(payloadType: number, encoding: string) {
  return { name: 'rtpmap', value: `${payloadType} ${encoding}` };
}

function eventAttributes(payloadType: number) {
  return [rtpmap(payloadType, 'telephone-event/8000'), { name: 'fmtp', value: `${payloadType} 0-15` }];
}
