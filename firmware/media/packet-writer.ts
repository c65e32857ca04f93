/** What one party hears, cut into RTP packets of the length it asked for (RFC 3550 §5.1, ptime of RFC 4566 §6). */
import { SRTP_TAG_BYTES } from '../../hal/ffi/srtp-library.js';
import { codecs, type Codec } from './codec.js';
import type { RtpFormat } from './contract.js';
import { FRAME_MS, MAX_FRAME_BYTES } from './frame.js';
import { KeySender } from './key-sender.js';
import { RTP_HEADER_BYTES, writeRtpHeader } from './rtp.js';

/** As long as packets get, ms, and as short. */
const MAX_PTIME_MS = 60;
const MIN_PTIME_MS = 10;
const FRAMES = MAX_PTIME_MS / FRAME_MS + 1;

/** Packets of a worker that died which may have gone out after it last said where it stands. */
const MAY_HAVE_GONE = 16;

export const PACKET_ROOM = RTP_HEADER_BYTES + FRAMES * MAX_FRAME_BYTES + SRTP_TAG_BYTES;

export class PacketWriter {
  /** Where packets of another length than a frame are made. */
  #cut = new Uint8Array(PACKET_ROOM);
  #waitingBytes = 0;
  /** Timestamp units: of what waits, of a tick, of a packet. */
  #waitingUnits = 0;
  #tickUnits = 0;
  #packetUnits = 0;
  /** Payload of a packet; 0 if it is whatever a frame gives. */
  #packetBytes = 0;
  #format: RtpFormat | null = null;
  #keys = new KeySender();
  #ssrc = randomUint32();
  /** RFC 4568 §6.4: low at first, so that a receiver that misses packets cannot mistake the rollover counter. */
  #sequence = randomUint32() & 0x7fff;
  /** Of the first frame that waits. */
  #timestamp = randomUint32();
  #marker = true;

  /**
   * `send` may change the bytes. In `bytes` frames wait one after the other, behind room for a header, until they are a
   * packet.
   */
  constructor(
    private readonly send: (bytes: Uint8Array, length: number) => void,
    readonly bytes: Uint8Array = new Uint8Array(PACKET_ROOM),
  ) {}

  /** What was sent from this SSRC: packets, and bytes of payload. */
  packets = 0;
  octets = 0;

  /** SSRC, sequence number and timestamp of the next packet. */
  get ssrc(): number {
    return this.#ssrc;
  }
  get sequence(): number {
    return this.#sequence;
  }
  get timestamp(): number {
    return this.#timestamp;
  }

  /** Goes on where the writer of a worker that died stood so many ms ago: a sequence number is never used again. */
  resume(ssrc: number, sequence: number, timestamp: number, agoMs: number): void {
    this.#ssrc = ssrc;
    this.#sequence = (sequence + MAY_HAVE_GONE) & 0xffff;
    this.#timestamp = (timestamp + Math.round(agoMs / FRAME_MS) * this.#tickUnits) >>> 0;
    this.#marker = true;
  }

  /** Packets are in this format from now on. */
  use(format: RtpFormat): void {
    const codec = codecs[format.codec];
    const tickUnits = unitsOf(codec, FRAME_MS);
    // RFC 7160 §4: another clock is another source.
    if (this.#format && tickUnits !== this.#tickUnits) {
      this.#ssrc = randomUint32();
      this.packets = this.octets = 0;
    }
    const ptimeMs = Math.min(Math.max(format.ptimeMs ?? FRAME_MS, MIN_PTIME_MS), MAX_PTIME_MS);
    this.#tickUnits = tickUnits;
    this.#packetBytes = (codec.bytesPer10Ms * ptimeMs) / 10;
    this.#packetUnits = this.#packetBytes > 0 ? unitsOf(codec, ptimeMs) : tickUnits;
    if (this.#format?.codec !== format.codec) this.#forget();
    if (format.eventPayloadType === undefined) this.#keys = new KeySender();
    this.#format = format;
  }

  /** The next packet is the first after a pause (RFC 3551 §4.1). */
  mark(): void {
    this.#marker = true;
  }

  /** Sends a key in the next ticks, if telephone events were agreed. */
  sendKey(key: string): void {
    if (this.#format?.eventPayloadType !== undefined) this.#keys.add(key);
  }

  /** Whether each tick's frame of so many bytes is a packet, and no key or first packet is to be sent. */
  isSteady(frameBytes: number): boolean {
    return this.#waitingBytes === 0 && this.#packetBytes === frameBytes && !this.#marker && this.#keys.isIdle;
  }

  /** So many packets of a frame were sent by somebody else. */
  said(packets: number, frameBytes: number): void {
    this.#sequence = (this.#sequence + packets) & 0xffff;
    this.#timestamp = (this.#timestamp + packets * this.#tickUnits) >>> 0;
    this.packets += packets;
    this.octets += packets * frameBytes;
  }

  /** Where the payload of the tick's frame is to be written. */
  get offset(): number {
    return RTP_HEADER_BYTES + this.#waitingBytes;
  }

  /** Takes the frame of a tick, of `length` bytes; sends what has become a packet, or a key in its place. */
  add(length: number): void {
    if (!this.#format) return;
    const now = (this.#timestamp + this.#waitingUnits) >>> 0;
    const key = this.#keys.write(this.#cut, RTP_HEADER_BYTES, now, this.#tickUnits);
    if (key > 0) {
      this.pause();
      return this.#write(
        this.#cut,
        this.#format.eventPayloadType!,
        this.#keys.begins,
        this.#keys.timestamp,
        key,
      );
    }
    this.#waitingBytes += length;
    this.#waitingUnits += this.#tickUnits;
    const packetBytes = this.#packetBytes || length;
    if (this.#waitingBytes === packetBytes) this.#sendWaiting();
    else this.#sendCut(packetBytes);
  }

  /** A tick in which nothing is sent: the timestamp also counts that (RFC 3550 §5.1). */
  pause(): void {
    this.#forget();
    this.#timestamp = (this.#timestamp + this.#tickUnits) >>> 0;
  }

  #sendWaiting(): void {
    const length = this.#waitingBytes;
    const timestamp = this.#timestamp;
    this.#forget();
    this.#write(this.bytes, this.#format!.payloadType, this.#marker, timestamp, length);
    this.#marker = false;
  }

  /** Packets shorter than what waits; the rest moves up. */
  #sendCut(packetBytes: number): void {
    while (this.#waitingBytes >= packetBytes) {
      const [from, to] = [RTP_HEADER_BYTES, RTP_HEADER_BYTES + packetBytes];
      for (let i = from; i < to; i++) this.#cut[i] = this.bytes[i];
      this.bytes.copyWithin(from, to, from + this.#waitingBytes);
      this.#write(this.#cut, this.#format!.payloadType, this.#marker, this.#timestamp, packetBytes);
      this.#marker = false;
      this.#waitingBytes -= packetBytes;
      this.#waitingUnits -= this.#packetUnits;
      this.#timestamp = (this.#timestamp + this.#packetUnits) >>> 0;
    }
  }

  #write(bytes: Uint8Array, payloadType: number, marker: boolean, timestamp: number, length: number): void {
    writeRtpHeader(bytes, payloadType, marker, this.#sequence, timestamp, this.#ssrc);
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.packets++;
    this.octets += length;
    this.send(bytes, RTP_HEADER_BYTES + length);
  }

  #forget(): void {
    this.#timestamp = (this.#timestamp + this.#waitingUnits) >>> 0;
    this.#waitingBytes = this.#waitingUnits = 0;
  }
}

function unitsOf(codec: Codec, ms: number): number {
  return (codec.rtpClockRate / 1000) * ms;
}

function randomUint32(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0];
}
