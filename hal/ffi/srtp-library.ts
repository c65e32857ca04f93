/** libsrtp2, as far as we call it: AES_CM_128_HMAC_SHA1_80 alone (RFC 3711 §4, §5). */
import { defineStruct, openLibrary } from './library.js';

/** Master key and master salt, one after the other (RFC 3711 §8.2). */
export const SRTP_KEY_BYTES = 30;
/** What a protected packet is longer by. */
export const SRTP_TAG_BYTES = 10;

/** And a protected RTCP compound: the tag and the index, whose first bit tells that it is encrypted. */
export const SRTCP_TRAILER_BYTES = SRTP_TAG_BYTES + 4;

/** Packets a late one may be behind the newest (RFC 3711 §3.3.2: at least 64). */
const REPLAY_WINDOW = 128;

const AES_ICM_128 = 1;
const HMAC_SHA1 = 3;
const CONFIDENTIALITY_AND_AUTHENTICATION = 3;
const SSRC_ANY_INBOUND = 2;
const SSRC_ANY_OUTBOUND = 3;

/** What `srtp_init` says if another thread has called it (`srtp_err_status_bad_param`). */
const ALREADY_BEGUN = 2;

const library = load();
/** The length of the packet in hand, in and out. */
const lengthCell = new Int32Array(1);

/**
 * To be called once in a process, before there are contexts: it tests itself for 40 ms, and may fail if two threads begin it at
 * the same moment. False where the library is missing: `openSrtpContext` gives none then.
 */
export function beginSrtp(): boolean {
  const status = library?.init();
  return status === 0 || status === ALREADY_BEGUN;
}

/** A context of libsrtp2: the streams of one master key in one direction. An address below 2^53. */
export type SrtpContext = number;

/** Null if the library is missing or refuses. */
export function openSrtpContext(key: Uint8Array, direction: 'rx' | 'tx'): SrtpContext | null {
  if (!library || key.length !== SRTP_KEY_BYTES) return null;
  const context = new BigUint64Array(1);
  const status = library.create(context, {
    ssrcType: direction === 'rx' ? SSRC_ANY_INBOUND : SSRC_ANY_OUTBOUND,
    rtp: suite,
    rtcp: suite,
    key,
    windowSize: REPLAY_WINDOW,
    ...unused,
  });
  return status === 0 ? Number(context[0]) : null;
}

/** Encrypts and signs an RTP packet in place; the new length, or -1. Neither throws nor allocates. */
export function srtpProtect(context: SrtpContext, packet: Uint8Array, length: number): number {
  lengthCell[0] = length;
  return library!.protect(context, packet, lengthCell) === 0 ? lengthCell[0] : -1;
}

/** Checks and decrypts in place; the new length, or -1 for a forged or repeated one. Neither throws nor allocates. */
export function srtpUnprotect(context: SrtpContext, packet: Uint8Array, length: number): number {
  lengthCell[0] = length;
  return library!.unprotect(context, packet, lengthCell) === 0 ? lengthCell[0] : -1;
}

/** As `srtpProtect`, of an RTCP compound; at most SRTCP_TRAILER_BYTES longer (RFC 3711 §3.4). */
export function srtcpProtect(context: SrtpContext, packet: Uint8Array, length: number): number {
  lengthCell[0] = length;
  return library!.protectRtcp(context, packet, lengthCell) === 0 ? lengthCell[0] : -1;
}

/** As `srtpUnprotect`, of an RTCP compound. */
export function srtcpUnprotect(context: SrtpContext, packet: Uint8Array, length: number): number {
  lengthCell[0] = length;
  return library!.unprotectRtcp(context, packet, lengthCell) === 0 ? lengthCell[0] : -1;
}

/** Forgets an SSRC (in network byte order), its rollover counter and its replay window; false if it was unknown. */
export function forgetSrtpStream(context: SrtpContext, ssrc: number): boolean {
  return library!.removeStream(context, ssrc) === 0;
}

export function closeSrtpContext(context: SrtpContext): void {
  library!.dealloc(context);
}

const suite = {
  cipher: AES_ICM_128,
  keyLength: SRTP_KEY_BYTES,
  authentication: HMAC_SHA1,
  authenticationKeyLength: 20,
  tagLength: SRTP_TAG_BYTES,
  services: CONFIDENTIALITY_AND_AUTHENTICATION,
};

/** Fields of the policy that stay zero. */
const unused = { ssrc: 0, keys: 0, keyCount: 0, ekt: 0, repeat: 0, headers: 0, headerCount: 0, next: 0 };

function load() {
  let call;
  try {
    call = openLibrary('libsrtp2.so.1');
  } catch {
    return null;
  }
  defineStruct('SrtpSuite', {
    cipher: 'uint32_t',
    keyLength: 'int',
    authentication: 'uint32_t',
    authenticationKeyLength: 'int',
    tagLength: 'int',
    services: 'int',
  });
  defineStruct('SrtpPolicy', {
    ssrcType: 'int',
    ssrc: 'uint32_t',
    rtp: 'SrtpSuite',
    rtcp: 'SrtpSuite',
    key: 'const uint8_t *',
    keys: 'uintptr_t',
    keyCount: 'unsigned long',
    ekt: 'uintptr_t',
    windowSize: 'unsigned long',
    repeat: 'int',
    headers: 'uintptr_t',
    headerCount: 'int',
    next: 'uintptr_t',
  });
  return {
    init: call('int srtp_init(void)'),
    create: call('int srtp_create(void *context, const SrtpPolicy *policy)'),
    protect: call('int srtp_protect(uintptr_t context, void *packet, void *length)'),
    unprotect: call('int srtp_unprotect(uintptr_t context, void *packet, void *length)'),
    protectRtcp: call('int srtp_protect_rtcp(uintptr_t context, void *packet, void *length)'),
    unprotectRtcp: call('int srtp_unprotect_rtcp(uintptr_t context, void *packet, void *length)'),
    removeStream: call('int srtp_remove_stream(uintptr_t context, uint32_t ssrc)'),
    dealloc: call('int srtp_dealloc(uintptr_t context)'),
  };
}
