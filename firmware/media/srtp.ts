/** Secure RTP of one port (RFC 3711): encrypts what it sends, checks and decrypts what it receives, all in place. */
import {
  closeSrtpContext,
  forgetSrtpStream,
  openSrtpContext,
  srtcpProtect,
  srtcpUnprotect,
  srtpProtect,
  srtpUnprotect,
  type SrtpContext,
} from '../../hal/ffi/srtp-library.js';
import type { SrtpKeys } from './contract.js';
import { RTP_HEADER_BYTES } from './rtp.js';

/** Sources (SSRC) whose rollover counter and replay window are kept; the oldest makes room for a new one. */
const MAX_SOURCES = 32;

/** Where the SSRC stands in a packet. */
const RTP_SSRC_AT = 8;
const RTCP_SSRC_AT = 4;

export class Srtp {
  #keys: SrtpKeys | null = null;
  #rx: SrtpContext | null = null;
  #tx: SrtpContext | null = null;
  /** SSRCs heard, as a ring; written in the byte order of the packet. */
  #sources = new Uint32Array(MAX_SOURCES);
  #heard = 0;
  #latest = -1;
  /** The SSRC of the packet in hand. */
  #ssrc = new Uint32Array(1);
  #ssrcBytes = new Uint8Array(this.#ssrc.buffer);

  /** `contexts`: those of a worker that has died, 0 for none; they go on with the first keys. */
  constructor(contexts = { rx: 0, tx: 0 }) {
    this.#rx = contexts.rx || null;
    this.#tx = contexts.tx || null;
  }

  get contexts(): { rx: number; tx: number } {
    return { rx: this.#rx ?? 0, tx: this.#tx ?? 0 };
  }

  /**
   * Takes keys into use. A direction whose key stays goes on where it was: begun anew it would use its key stream a
   * second time (RFC 3711 §9.1).
   */
  use(keys: SrtpKeys): void {
    const old = this.#keys;
    if (this.#rx === null || (old && !sameKey(old.rx, keys.rx))) {
      if (this.#rx !== null) closeSrtpContext(this.#rx);
      this.#rx = openSrtpContext(keys.rx, 'rx');
      this.#heard = 0;
      this.#latest = -1;
    }
    if (this.#tx === null || (old && !sameKey(old.tx, keys.tx))) {
      if (this.#tx !== null) closeSrtpContext(this.#tx);
      this.#tx = openSrtpContext(keys.tx, 'tx');
    }
    this.#keys = keys;
  }

  /** Length of the packet when protected, at most SRTP_TAG_BYTES longer; -1 if it must not be sent. */
  protect(packet: Uint8Array, length: number): number {
    return this.#tx === null ? -1 : srtpProtect(this.#tx, packet, length);
  }

  /** Length of the RTP packet that it was; -1 if it is forged, repeated, or no SRTP at all. */
  unprotect(packet: Uint8Array, length: number): number {
    if (this.#rx === null || length < RTP_HEADER_BYTES) return -1;
    const plain = srtpUnprotect(this.#rx, packet, length);
    if (plain >= 0) this.#note(packet, RTP_SSRC_AT);
    return plain;
  }

  /** As `protect`, for an RTCP compound, which gets up to SRTCP_TRAILER_BYTES longer. */
  protectRtcp(packet: Uint8Array, length: number): number {
    return this.#tx === null ? -1 : srtcpProtect(this.#tx, packet, length);
  }

  /** As `unprotect`, for an RTCP compound. */
  unprotectRtcp(packet: Uint8Array, length: number): number {
    if (this.#rx === null) return -1;
    const plain = srtcpUnprotect(this.#rx, packet, length);
    if (plain >= 0) this.#note(packet, RTCP_SSRC_AT);
    return plain;
  }

  close(): void {
    if (this.#rx !== null) closeSrtpContext(this.#rx);
    if (this.#tx !== null) closeSrtpContext(this.#tx);
    this.#rx = null;
    this.#tx = null;
  }

  #note(packet: Uint8Array, at: number): void {
    for (let i = 0; i < 4; i++) this.#ssrcBytes[i] = packet[at + i];
    const ssrc = this.#ssrc[0];
    if (this.#heard > 0 && ssrc === this.#latest) return;
    this.#latest = ssrc;
    for (let i = 0; i < this.#heard && i < MAX_SOURCES; i++) if (this.#sources[i] === ssrc) return;
    const oldest = this.#heard % MAX_SOURCES;
    if (this.#heard >= MAX_SOURCES) forgetSrtpStream(this.#rx!, this.#sources[oldest]);
    this.#sources[oldest] = ssrc;
    this.#heard++;
  }
}

function sameKey(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
