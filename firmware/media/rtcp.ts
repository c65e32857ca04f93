/**
 * RTCP packets read and written in place (RFC 3550 §6): reports, our name, goodbye. Always as compounds (§6.1): a report
 * first, then the source description, then a goodbye if there is one.
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   0 |V=2|P|   RC    |  PT=SR (200)  |      length in words - 1      |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   4 |                        SSRC of sender                         |
 *     +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
 *   8 |  NTP timestamp, 64 bits; its middle 32 come back as LSR       |
 *  16 |  RTP timestamp | 20 packets sent | 24 octets sent     SR only |
 *     +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
 *     |            SSRC of a source that was heard, RC times          |
 *     | fraction lost |       cumulative number of packets lost       |
 *     | extended highest sequence number | jitter | LSR | DLSR        |
 *     +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
 */

import { SRTCP_TRAILER_BYTES } from '../../hal/ffi/srtp-library.js';

const SENDER_REPORT = 200;
const RECEIVER_REPORT = 201;
const SOURCE_DESCRIPTION = 202;
const GOODBYE = 203;
const CNAME = 1;

/** RFC 5761 §4: with these second bytes a packet on a port shared with RTP is of RTCP. */
const FIRST_TYPE = 192;
const LAST_TYPE = 223;

const HEADER_BYTES = 8;
const SENDER_BYTES = 20;
const BLOCK_BYTES = 24;
const MAX_CNAME_BYTES = 128;
/** The longest that is written: report, name, goodbye. */
const MAX_BYTES =
  HEADER_BYTES + SENDER_BYTES + BLOCK_BYTES + (HEADER_BYTES + 4 + MAX_CNAME_BYTES) + HEADER_BYTES;

/** Packets of a compound that are looked at: more is no report but an attack. */
const MAX_PACKETS = 16;

/** Whether a datagram on a port shared with RTP is of RTCP. */
export function isRtcp(bytes: Uint8Array, length: number): boolean {
  return length >= HEADER_BYTES && bytes[0] >> 6 === 2 && bytes[1] >= FIRST_TYPE && bytes[1] <= LAST_TYPE;
}

/** What a compound said; one object is reused for all. */
export class RtcpReport {
  /** Who sent it. */
  ssrc = 0;
  /** Whether it sends itself: then `ntp` is the middle of its clock at that moment, in 1/65536 s. */
  isSender = false;
  ntp = 0;
  /** Whether it heard us; then what it tells of that. */
  heardUs = false;
  /** Lost of 256. */
  fractionLost = 0;
  /** Since the beginning; negative if more came than were sent (§6.4.1). */
  lost = 0;
  highest = 0;
  /** In units of the RTP timestamp. */
  jitter = 0;
  /** `ntp` of the report of ours that it had last, 0 for none, and how long it had it, in 1/65536 s. */
  lastReport = 0;
  sinceLastReport = 0;
  /** Whether it says that it leaves. Nobody is sure who says so: a call ends by signalling alone. */
  saysGoodbye = false;

  /** Reads a compound, as to the stream that we send; false if it is none (RFC 3550 appendix A.2). */
  read(bytes: Uint8Array, length: number, ourSsrc: number): boolean {
    if (!isCompound(bytes, length)) return false;
    this.isSender = this.heardUs = this.saysGoodbye = false;
    this.ssrc = uint32(bytes, 4);
    for (let at = 0; at < length; at += packetBytes(bytes, at)) {
      const type = bytes[at + 1];
      if (type === GOODBYE) this.saysGoodbye = true;
      if (type !== SENDER_REPORT && type !== RECEIVER_REPORT) continue;
      const blocksAt = at + HEADER_BYTES + (type === SENDER_REPORT ? SENDER_BYTES : 0);
      const blocks = bytes[at] & 0x1f;
      if (blocksAt + blocks * BLOCK_BYTES > at + packetBytes(bytes, at)) return false;
      if (type === SENDER_REPORT) {
        this.isSender = true;
        this.ntp = uint32(bytes, at + 10);
      }
      for (let block = 0; block < blocks; block++)
        this.#readBlock(bytes, blocksAt + block * BLOCK_BYTES, ourSsrc);
    }
    return true;
  }

  #readBlock(bytes: Uint8Array, at: number, ourSsrc: number): void {
    if (uint32(bytes, at) !== ourSsrc) return;
    this.heardUs = true;
    this.fractionLost = bytes[at + 4];
    this.lost = ((bytes[at + 5] << 24) | (bytes[at + 6] << 16) | (bytes[at + 7] << 8)) >> 8;
    this.highest = uint32(bytes, at + 8);
    this.jitter = uint32(bytes, at + 12);
    this.lastReport = uint32(bytes, at + 16);
    this.sinceLastReport = uint32(bytes, at + 20);
  }
}

/** Writes a compound piece by piece into `bytes`, which has room to protect it (SRTCP). */
export class RtcpWriter {
  readonly bytes = new Uint8Array(MAX_BYTES + SRTCP_TRAILER_BYTES);
  length = 0;
  #cname: Uint8Array;

  /** `cname`: the same for all that this party sends (§6.5.1); at most 128 bytes of it are sent. */
  constructor(cname: string) {
    this.#cname = new TextEncoder().encode(cname).subarray(0, MAX_CNAME_BYTES);
  }

  /** Begins with a report of one that sends; NTP time is in s and 1/2^32 s. */
  beginSender(
    ssrc: number,
    ntpSeconds: number,
    ntpFraction: number,
    timestamp: number,
    packets: number,
    octets: number,
  ): void {
    this.#begin(SENDER_REPORT, ssrc);
    this.#word(ntpSeconds);
    this.#word(ntpFraction);
    this.#word(timestamp);
    this.#word(packets);
    this.#word(octets);
    this.#seal(0);
  }

  /** Begins with a report of one that only listens. */
  beginReceiver(ssrc: number): void {
    this.#begin(RECEIVER_REPORT, ssrc);
    this.#seal(0);
  }

  /** Adds to the report just begun what was heard of a source. */
  addBlock(
    ssrc: number,
    fractionLost: number,
    lost: number,
    highest: number,
    jitter: number,
    lastReport: number,
    sinceLastReport: number,
  ): void {
    this.bytes[0]++;
    this.#word(ssrc);
    this.#word((fractionLost << 24) | (lost & 0xffffff));
    this.#word(highest);
    this.#word(jitter);
    this.#word(lastReport);
    this.#word(sinceLastReport);
    this.#seal(0);
  }

  /** Adds our name (§6.5). */
  addName(ssrc: number): void {
    const start = this.length;
    const { bytes } = this;
    this.#header(SOURCE_DESCRIPTION, 1, ssrc);
    bytes[this.length++] = CNAME;
    bytes[this.length++] = this.#cname.length;
    for (let i = 0; i < this.#cname.length; i++) bytes[this.length++] = this.#cname[i];
    // The list ends with a zero, then zeros up to a whole word.
    do bytes[this.length++] = 0;
    while (this.length % 4 !== 0);
    this.#seal(start);
  }

  /** Adds that we leave (§6.6). */
  addGoodbye(ssrc: number): void {
    const start = this.length;
    this.#header(GOODBYE, 1, ssrc);
    this.#seal(start);
  }

  #begin(type: number, ssrc: number): void {
    this.length = 0;
    this.#header(type, 0, ssrc);
  }

  #header(type: number, count: number, ssrc: number): void {
    this.bytes[this.length++] = 0x80 | count;
    this.bytes[this.length++] = type;
    this.length += 2;
    this.#word(ssrc);
  }

  #word(value: number): void {
    const { bytes, length } = this;
    bytes[length] = value >>> 24;
    bytes[length + 1] = value >>> 16;
    bytes[length + 2] = value >>> 8;
    bytes[length + 3] = value;
    this.length += 4;
  }

  /** Writes the length of the packet that began at `start` and ends here. */
  #seal(start: number): void {
    const words = (this.length - start) / 4 - 1;
    this.bytes[start + 2] = words >> 8;
    this.bytes[start + 3] = words;
  }
}

/** RFC 3550 appendix A.2: a report first, padding only in the last, lengths that add up to the whole. */
function isCompound(bytes: Uint8Array, length: number): boolean {
  if (length < HEADER_BYTES || length % 4 !== 0) return false;
  if ((bytes[0] & 0x20) !== 0) return false;
  if (bytes[1] !== SENDER_REPORT && bytes[1] !== RECEIVER_REPORT) return false;
  let at = 0;
  for (let packets = 0; packets < MAX_PACKETS && at + 4 <= length; packets++) {
    if (bytes[at] >> 6 !== 2) return false;
    const next = at + packetBytes(bytes, at);
    if ((bytes[at] & 0x20) !== 0 && next !== length) return false;
    at = next;
    if (at === length) return packetBytes(bytes, 0) >= HEADER_BYTES;
  }
  return false;
}

function packetBytes(bytes: Uint8Array, at: number): number {
  return 4 * (((bytes[at + 2] << 8) | bytes[at + 3]) + 1);
}

function uint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
}
