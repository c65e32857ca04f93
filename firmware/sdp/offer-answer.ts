/** Offers and answers for one audio stream (RFC 3264): pure, knows no socket and no call. */
import { isIP, isIPv6 } from 'node:net';
import type { CodecName } from '../codec-formats.js';
import { readCrypto, writeCrypto, type Crypto } from './crypto.js';
import {
  codecAttributes,
  codecOf,
  eventAttributes,
  eventsOf,
  isWideband,
  offeredFormats,
  readFormats,
  type Format,
} from './formats.js';
import {
  directionOf,
  type Attribute,
  type Direction,
  type MediaDescription,
  type SessionDescription,
} from './session-description.js';

/** Our end of the stream. */
export type LocalMedia = {
  address: string;
  port: number;
  /** What we speak, best first. */
  codecs: readonly CodecName[];
  /** SRTP where the signalling is safe from eavesdroppers (RFC 4568 §8): absent, media are plain. */
  secure?: SecureMedia;
  /** One per call; version grows with each description that differs. */
  sessionId: string;
  sessionVersion: number;
};

/** `required`: nothing else will do. `key`: master key and salt that we send with, 30 bytes, one for each call. */
export type SecureMedia = { required: boolean; key: Buffer };

/** What both sides agreed on. */
export type Agreed = {
  address: string;
  port: number;
  codec: CodecName;
  payloadType: number;
  /** Payload type of telephone-event (RFC 4733), if both have it. */
  eventPayloadType?: number;
  /** Length of the packets that they want, ms (RFC 8866 §6.4). */
  ptimeMs: number;
  /** RTCP on the port of RTP (RFC 5761 §5.1.1). */
  rtcpMux: boolean;
  /** Where their RTCP is otherwise, if not on the port after that of RTP (RFC 3605). */
  rtcp?: { address: string; port: number };
  /** Seen from us: `sendonly` means that we send and do not listen. */
  direction: Direction;
  /** Keys of SRTP: what they send is protected with `rx`, what we send with `tx`. */
  srtp?: { rx: Buffer; tx: Buffer };
};

/** What we ask for, and lengths that we can make. */
const OUR_PTIME_MS = 20;
const PTIMES_MS = [10, 20, 30, 40, 50, 60];

/** Tag of the crypto line in our offers. */
const CRYPTO_TAG = 1;

/**
 * Our offer of one audio stream. Where SRTP is possible but not required the stream stands there twice, secured and
 * plain: whoever answers takes one and refuses the other.
 */
export function makeOffer(local: LocalMedia, direction: Direction = 'sendrecv'): SessionDescription {
  const { port, secure } = local;
  const offered = offeredFormats(local.codecs);
  const formats = offered.payloadTypes.map(String);
  const attributes = [
    ...offered.attributes,
    { name: 'ptime', value: String(OUR_PTIME_MS) },
    { name: 'rtcp-mux' },
    { name: direction },
  ];
  const plain = { kind: 'audio', port, protocol: 'RTP/AVP', formats, attributes };
  if (!secure) return describe(local, [plain]);
  const secured = {
    ...plain,
    protocol: 'RTP/SAVP',
    attributes: [...attributes, cryptoAttribute({ tag: CRYPTO_TAG, key: secure.key })],
  };
  return describe(local, secure.required ? [secured] : [secured, plain]);
}

/**
 * Answers an offer: the same m-lines in the same order (RFC 3264 §6), the first audio stream that we can speak
 * accepted with the offerer's own payload numbers, all others refused with port 0. A secured stream goes before a
 * plain one, and within a stream the first codec of the offer that we have: but a wideband one before narrowband.
 * Returns undefined where no stream fits: the call is answered 488.
 */
export function answerOffer(
  offer: SessionDescription,
  local: LocalMedia,
): { answer: SessionDescription; agreed: Agreed } | undefined {
  const matches = offer.media.map((media) => match(offer, media, local, true));
  const chosen = matches.find((found) => found?.crypto) ?? matches.find((found) => found);
  if (!chosen) return undefined;
  const { agreed, events, crypto } = chosen;
  const { codec, payloadType } = agreed;
  const media = offer.media.map((offered, at): MediaDescription => {
    if (matches[at] !== chosen) return { ...offered, port: 0, attributes: [], address: undefined };
    return {
      kind: 'audio',
      port: local.port,
      protocol: offered.protocol,
      formats: [payloadType, ...(events ? [events.payloadType] : [])].map(String),
      attributes: [
        ...codecAttributes(codec, payloadType),
        ...(events ? eventAttributes(events) : []),
        { name: 'ptime', value: String(agreed.ptimeMs) },
        ...(agreed.rtcpMux ? [{ name: 'rtcp-mux' }] : []),
        { name: agreed.direction },
        ...(crypto && local.secure ? [cryptoAttribute({ tag: crypto.tag, key: local.secure.key })] : []),
      ],
    };
  });
  return { answer: describe(local, media), agreed };
}

/** What an answer to our offer agreed on; undefined if it refuses. */
export function readAnswer(answer: SessionDescription, local: LocalMedia): Agreed | undefined {
  for (const media of answer.media) {
    const found = match(answer, media, local, false);
    // RFC 4568 §5.1.3: the tag says which of the offered lines was taken.
    if (found && (!found.crypto || found.crypto.tag === CRYPTO_TAG)) return found.agreed;
  }
  return undefined;
}

/** A stream of theirs that suits us; `events` and `crypto` are what of it we take. */
type Match = { agreed: Agreed; events?: Format; crypto?: Crypto };

function match(
  theirs: SessionDescription,
  media: MediaDescription,
  local: LocalMedia,
  preferWideband: boolean,
): Match | undefined {
  const address = media.address ?? theirs.address;
  if (media.kind !== 'audio' || media.port === 0 || address === undefined) return undefined;
  // Our socket is of one family.
  if (isIPv6(address) !== isIPv6(local.address)) return undefined;
  const { codecs, secure } = local;
  const secured = media.protocol === 'RTP/SAVP' || media.protocol === 'RTP/SAVPF';
  if (!secured && media.protocol !== 'RTP/AVP' && media.protocol !== 'RTP/AVPF') return undefined;
  if (secured ? !secure : secure?.required) return undefined;
  const crypto = secured ? cryptoOf(media) : undefined;
  if (secured && !crypto) return undefined;
  const formats = readFormats(media);
  const spoken = formats.flatMap((format) => {
    const codec = codecOf(format, codecs);
    return codec ? [{ codec, payloadType: format.payloadType }] : [];
  });
  // Their order counts: it says what suits them best (RFC 3264 §6.1).
  const [first] = spoken;
  const taken = (preferWideband && spoken.find(({ codec }) => isWideband(codec))) || first;
  if (!taken) return undefined;
  const events = eventsOf(formats, taken.codec);
  // RFC 3264 §8.4: the old way of putting a call on hold is the address 0.0.0.0.
  const held = address === '0.0.0.0' || address === '::';
  const agreed: Agreed = {
    address,
    port: media.port,
    ...taken,
    eventPayloadType: events?.payloadType,
    ptimeMs: ptimeOf(media),
    rtcpMux: media.attributes.some(({ name }) => name === 'rtcp-mux') && !looksLikeRtcp(taken.payloadType),
    direction: held ? 'inactive' : mirrored(directionOf(theirs, media)),
  };
  const rtcp = rtcpOf(media, address);
  if (rtcp) agreed.rtcp = rtcp;
  if (crypto && secure) agreed.srtp = { rx: crypto.key, tx: secure.key };
  return { agreed, events, crypto };
}

/** RFC 5761 §4: with the marker set these payload types would be taken for RTCP. */
function looksLikeRtcp(payloadType: number): boolean {
  return payloadType >= 64 && payloadType <= 95;
}

/** RFC 3605 §2.1: a port, and where it is not that of the stream an address; what is broken or of the other family counts for nothing. */
function rtcpOf(media: MediaDescription, streamAddress: string): Agreed['rtcp'] {
  const value = media.attributes.find(({ name }) => name === 'rtcp')?.value ?? '';
  const [digits, , , address = streamAddress] = value.split(' ');
  const port = /^\d{1,5}$/.test(digits) ? Number(digits) : 0;
  return port > 0 && port < 65536 && isIP(address) === isIP(streamAddress) ? { address, port } : undefined;
}

/** The packet length that is asked for; ours where none is, or one that we cannot make. */
function ptimeOf(media: MediaDescription): number {
  const asked = Number(media.attributes.find(({ name }) => name === 'ptime')?.value);
  return PTIMES_MS.includes(asked) ? asked : OUR_PTIME_MS;
}

/** The first crypto line that we can use (RFC 4568 §5.1.2). */
function cryptoOf(media: MediaDescription): Crypto | undefined {
  for (const { name, value } of media.attributes) {
    const crypto = name === 'crypto' && value !== undefined ? readCrypto(value) : undefined;
    if (crypto) return crypto;
  }
  return undefined;
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

function cryptoAttribute(crypto: Crypto): Attribute {
  return { name: 'crypto', value: writeCrypto(crypto) };
}
