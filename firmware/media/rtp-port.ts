/** One party's RTP: its socket, what it says (rx) put in order, and what it hears (tx) on its way. */
import {
  SOCKET_ADDRESS_BYTES,
  portOf,
  sameAddress,
  sameHost,
  socketAddress,
  type SocketAddress,
} from '../../hal/ffi/socket-address.js';
import { SRTP_TAG_BYTES } from '../../hal/ffi/srtp-library.js';
import { codecs, type Codec, type Encoder } from './codec.js';
import type { PortId, RtpFormat, RtpPeer } from './contract.js';
import { FRAME_SAMPLES } from './frame.js';
import { JitterBuffer } from './jitter-buffer.js';
import { KeyEraser } from './key-eraser.js';
import { KeySender } from './key-sender.js';
import { LevelMeter } from './level.js';
import type { MixBus } from './mix-bus.js';
import type { Playback } from './playback.js';
import { RTP_HEADER_BYTES, RtpHeader, writeRtpHeader } from './rtp.js';
import { Srtp } from './srtp.js';
import { TelephoneEventReceiver } from './telephone-event.js';

/** What a port needs of a socket; none of the calls of the tick may block, throw or allocate. */
export type PacketSocket = {
  readonly localPort: number;
  /** Where the last received datagram came from. */
  readonly source: SocketAddress;
  /** Length of the datagram received into `into`, or -1 if none waits. */
  receive(into: Uint8Array): number;
  connect(peer: SocketAddress): boolean;
  disconnect(): void;
  send(bytes: Uint8Array, length: number): boolean;
  sendTo(to: SocketAddress, bytes: Uint8Array, length: number): boolean;
  close(): void;
};

/** Counters of the whole plane, beside those of the port. */
export type Traffic = {
  packetsIn: number;
  packetsOut: number;
  packetsDropped: number;
  srtpFailures: number;
};

/** Datagrams taken from one socket in a tick: a flood waits in the kernel, where its room is bounded. */
const MAX_PACKETS_PER_TICK = 32;
const MAX_PAYLOAD_BYTES = 480;
/** A key without end is over when no packet of it came for this long; after an end the delayed audio has to pass. */
const KEY_HANGOVER_TICKS = 5;
const KEY_END_TICKS = 2;
/** Peak of an A-law line that is silent (G.711 has no zero there): such a frame is nobody talking. */
const IDLE_PEAK = 8;

const UNSPECIFIED = ['0.0.0.0', '::'].map((host) => socketAddress(host, 0)!);

/** A datagram is received here, of whichever port, and read before the next one. */
const datagram = new Uint8Array(2048);
const header = new RtpHeader();

export class RtpPort {
  /** What this party said in the tick, when `talks`. */
  readonly rxFrame = new Int16Array(FRAME_SAMPLES);
  talks = false;
  muted = false;
  mix: MixBus | null = null;
  /** What is played to this party alone. */
  plays: Playback[] = [];
  readonly level = new LevelMeter();
  rxPackets = 0;
  txPackets = 0;
  rxDropped = 0;
  codec: Codec = codecs.PCMU;
  encoder: Encoder = codecs.PCMU.createEncoder();
  sending = false;
  #receiving = false;
  #format: RtpFormat | null = null;
  #peer: SocketAddress | null = null;
  #allowed: SocketAddress[] = [];
  /** Where its packets really come from (symmetric RTP, RFC 4961), once the first was accepted. */
  #source: SocketAddress = new Uint8Array(SOCKET_ADDRESS_BYTES);
  #learned = false;
  #jitter = new JitterBuffer(codecs.PCMU);
  /** Once made kept until the end: its counters must not begin anew with the same key. */
  #srtp: Srtp | null = null;
  #keys = new TelephoneEventReceiver();
  #keyTicks = 0;
  /** Where no telephone events were agreed, keys are tones in the audio. */
  #eraser: KeyEraser | null = null;
  #keySender = new KeySender();
  /** The packet of the tick: the payload is written from RTP_HEADER_BYTES on. */
  readonly packet = new Uint8Array(RTP_HEADER_BYTES + MAX_PAYLOAD_BYTES + SRTP_TAG_BYTES);
  #ssrc = randomUint32();
  /** RFC 4568 §6.4: low at first, so that a receiver that misses packets cannot mistake the rollover counter. */
  #sequence = randomUint32() & 0x7fff;
  #timestamp = randomUint32();
  #marker = true;

  constructor(
    readonly id: PortId,
    readonly socket: PacketSocket,
    private readonly traffic: Traffic,
    private readonly onDigit: (port: PortId, digit: string) => void,
  ) {}

  get rxLost(): number {
    return this.#jitter.lost;
  }

  /** Applies what an offer/answer agreed. A peer that stays the same keeps the source port it was learned at. */
  connect(peer: RtpPeer, format: RtpFormat, sending: boolean, receiving: boolean): void {
    const address = socketAddress(peer.address, peer.port);
    this.#allowed = peer.allowed.map((host) => socketAddress(host, 0)).filter((host) => host !== null);
    if (!address || !this.#peer || !sameAddress(address, this.#peer)) {
      if (this.#learned) this.socket.disconnect();
      this.#learned = false;
      this.#peer = address;
    }
    if (format.eventPayloadType !== undefined) this.#eraser = null;
    else if (!this.#eraser || this.#format?.codec !== format.codec)
      this.#eraser = new KeyEraser(codecs[format.codec].sampleRate);
    if (this.#format?.codec !== format.codec) {
      this.codec = codecs[format.codec];
      this.encoder.close();
      this.encoder = this.codec.createEncoder();
      this.#jitter.close();
      this.#jitter = new JitterBuffer(this.codec);
    } else if (receiving && !this.#receiving) this.#jitter.reset();
    if (format.eventPayloadType === undefined) this.#keySender = new KeySender();
    if (format.srtp) (this.#srtp ??= new Srtp()).use(format.srtp);
    this.#format = format;
    if (sending && !this.sending) this.#marker = true;
    this.sending = sending && address !== null && portOf(address) !== 0 && !isUnspecified(address);
    this.#receiving = receiving;
  }

  /** Takes in what waits at the socket, then sets `rxFrame` and `talks` for this tick. */
  receive(): void {
    for (let i = 0; i < MAX_PACKETS_PER_TICK; i++) {
      const length = this.socket.receive(datagram);
      if (length < 0) break;
      if (!this.#accept(length)) {
        this.rxDropped++;
        this.traffic.packetsDropped++;
      }
    }
    this.#pull();
  }

  /** Sends a key in the next ticks, if telephone events were agreed. */
  sendKey(key: string): void {
    if (this.#format?.eventPayloadType !== undefined) this.#keySender.add(key);
  }

  /** Sends the packet, or a key in its place; the packet's payload of `length` bytes is written already. */
  send(length: number): void {
    const format = this.#format;
    if (!format || !this.#peer) return;
    const key = this.#keySender.write(this.packet, RTP_HEADER_BYTES, this.#timestamp);
    writeRtpHeader(
      this.packet,
      key > 0 ? format.eventPayloadType! : format.payloadType,
      key > 0 ? this.#keySender.begins : this.#marker,
      this.#sequence,
      key > 0 ? this.#keySender.timestamp : this.#timestamp,
      this.#ssrc,
    );
    if (key === 0) this.#marker = false;
    this.#sequence = (this.#sequence + 1) & 0xffff;
    let bytes = RTP_HEADER_BYTES + (key > 0 ? key : length);
    if (format.srtp) bytes = this.#srtp!.protect(this.packet, bytes);
    if (bytes < 0) return;
    const sent = this.#learned
      ? this.socket.send(this.packet, bytes)
      : this.socket.sendTo(this.#peer, this.packet, bytes);
    if (!sent) return;
    this.txPackets++;
    this.traffic.packetsOut++;
  }

  /** Time goes on, sent or not (RFC 3550 §5.1: the timestamp also counts what was not sent). */
  advanceTimestamp(): void {
    this.#timestamp = (this.#timestamp + FRAME_SAMPLES) >>> 0;
  }

  close(): void {
    this.socket.close();
    this.encoder.close();
    this.#jitter.close();
    this.#srtp?.close();
  }

  #accept(length: number): boolean {
    const format = this.#format;
    if (!format || !this.#isPeer(this.socket.source)) return false;
    if (format.srtp) {
      length = this.#srtp!.unprotect(datagram, length);
      if (length < 0) {
        this.traffic.srtpFailures++;
        return false;
      }
    }
    if (!header.read(datagram, length)) return false;
    const isKey = header.payloadType === format.eventPayloadType;
    if (!isKey && header.payloadType !== format.payloadType) return false;
    if (!this.#learned) {
      this.#source.set(this.socket.source);
      this.#learned = this.socket.connect(this.#source);
    }
    this.rxPackets++;
    this.traffic.packetsIn++;
    if (isKey) this.#hearKey();
    else
      this.#jitter.put(
        header.ssrc,
        header.sequence,
        header.timestamp,
        datagram,
        header.payloadOffset,
        header.payloadLength,
      );
    return true;
  }

  #hearKey(): void {
    this.#jitter.skip(header.ssrc, header.sequence, header.timestamp);
    const digit = this.#keys.receive(
      header.ssrc,
      header.timestamp,
      datagram,
      header.payloadOffset,
      header.payloadLength,
    );
    this.#keyTicks = this.#keys.pressing ? KEY_HANGOVER_TICKS : KEY_END_TICKS;
    if (digit !== '') this.onDigit(this.id, digit);
  }

  #pull(): void {
    this.#jitter.pull(this.rxFrame);
    const digit = this.#eraser?.pass(this.rxFrame) ?? '';
    if (digit !== '' && this.#receiving) this.onDigit(this.id, digit);
    const pressing = this.#keyTicks > 0;
    if (pressing) {
      this.#keyTicks--;
      this.#jitter.forgetSound();
    }
    this.talks = this.#receiving && !pressing && !isIdle(this.rxFrame);
    if (this.talks) this.level.hear(this.rxFrame);
    else this.level.silence();
    if (this.muted) this.talks = false;
  }

  /** Also when connected: a stranger's datagram may wait in the kernel since before. */
  #isPeer(source: SocketAddress): boolean {
    if (this.#learned) return sameAddress(source, this.#source);
    for (let i = 0; i < this.#allowed.length; i++) if (sameHost(source, this.#allowed[i])) return true;
    return false;
  }
}

function isIdle(frame: Int16Array): boolean {
  for (let i = 0; i < frame.length; i++) if (frame[i] > IDLE_PEAK || frame[i] < -IDLE_PEAK) return false;
  return true;
}

/** 0.0.0.0 or ::, hold in the dialect of old phones. */
function isUnspecified(address: SocketAddress): boolean {
  return UNSPECIFIED.some((unspecified) => sameHost(address, unspecified));
}

function randomUint32(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0];
}
