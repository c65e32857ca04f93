/** One party's RTP: its socket, what it says (rx) put in order, and what it hears (tx) on its way. */
import {
  SOCKET_ADDRESS_BYTES,
  portOf,
  sameAddress,
  sameHost,
  socketAddress,
  type SocketAddress,
} from '../../hal/ffi/socket-address.js';
import { codecs, type Codec } from './codec.js';
import type { MixSettings, PortId, RtpFormat, RtpPeer } from './contract.js';
import { Ear } from './ear.js';
import { FRAME_MS, frameSamples, isIdle, type Rate } from './frame.js';
import { JitterBuffer } from './jitter-buffer.js';
import { KeyEraser } from './key-eraser.js';
import type { Band, MixBus } from './mix-bus.js';
import { Mouth } from './mouth.js';
import { PacketWriter } from './packet-writer.js';
import type { Port } from './port.js';
import { isRtcp } from './rtcp.js';
import { RtcpSession } from './rtcp-session.js';
import { RtpHeader } from './rtp.js';
import { Srtp } from './srtp.js';
import { PAYLOAD_BYTES, RUN } from './kernels/steady/record.js';
import { SteadyStream } from './steady-stream.js';
import { TelephoneEventReceiver } from './telephone-event.js';

/** What a port needs of a socket; none of the calls of the tick may block, throw or allocate. */
export type PacketSocket = {
  readonly localPort: number;
  /** The system's number for it. */
  readonly handle: number;
  /** The peer it is connected to, or null. */
  readonly peer: SocketAddress | null;
  /** One on the port after this one; null if somebody else has that. Not in the tick. */
  next(): PacketSocket | null;
  /** For a connected one: length of the datagram received, negative if none waits. */
  receive(): number;
  /** For any: the same, which also says in `source` where it came from. */
  receiveFrom(): number;
  readonly source: SocketAddress;
  /** What was received last: until the next datagram is received, at whichever socket. */
  readonly datagram: Uint8Array;
  /** From now on the socket takes nothing in but what comes from there; what waits already may be of others. */
  connect(peer: SocketAddress): boolean;
  disconnect(): void;
  send(bytes: Uint8Array, length: number): boolean;
  /** Sends at the end of the tick: until then the bytes, always of the same array, must stay as they are. */
  post(bytes: Uint8Array, length: number): boolean;
  /** Has the ring send the same with `sendAgain`, to the place that is returned; -1 without a ring. */
  prepare(bytes: Uint8Array, length: number): number;
  sendTo(to: SocketAddress, bytes: Uint8Array, length: number): boolean;
  close(): void;
};

/** Where the port of a worker that died stood. */
export type Resumed = {
  rxPackets: number;
  txPackets: number;
  rxDropped: number;
  rxLost: number;
  ssrc: number;
  sequence: number;
  timestamp: number;
  /** How long ago, ms. */
  agoMs: number;
  srtp: { rx: number; tx: number };
  control: PacketSocket | null;
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
const MAX_REPORTS_PER_TICK = 4;
/** A key without end is over when no packet of it came for this long. Either way, what the jitter buffer delays has to pass. */
const KEY_HANGOVER_TICKS = 5;
const KEY_END_TICKS = 2;
/** Payload type of comfort noise: phones send it unasked (RFC 3551 §6, RFC 3389). */
const COMFORT_NOISE = 13;

const UNSPECIFIED = ['0.0.0.0', '::'].map((host) => socketAddress(host, 0)!);

/** The one in hand, of whichever port, read before the next one. */
let datagram: Uint8Array;
const header = new RtpHeader();

export class RtpPort implements Port {
  row = -1;
  readonly steady = new SteadyStream();
  /** At the rate of its codec. */
  rxFrame = new Int16Array(frameSamples(codecs.PCMU.sampleRate));
  talks = false;
  mix: MixBus | null = null;
  band: Band | null = null;
  settings: MixSettings | undefined;
  readonly mouth = new Mouth();
  rxPackets = 0;
  txPackets = 0;
  rxDropped = 0;
  codec: Codec = codecs.PCMU;
  ear: Ear;
  readonly rtcp = new RtcpSession();
  sending = false;
  /** Where RTCP comes and goes if not on the port of RTP. */
  control: PacketSocket | null = null;
  #controlPeer: SocketAddress | null = null;
  #receiving = false;
  #reachable = false;
  #resumed: Resumed | null = null;
  #lostBefore = 0;
  #format: RtpFormat | null = null;
  #peer: SocketAddress | null = null;
  #allowed: SocketAddress[] = [];
  /** Where its packets really come from (symmetric RTP, RFC 4961), once the first was accepted. */
  #source: SocketAddress = new Uint8Array(SOCKET_ADDRESS_BYTES);
  #learned = false;
  jitter = new JitterBuffer(codecs.PCMU);
  /** Once made kept until the end: its counters must not begin anew with the same key. */
  #srtp: Srtp | null = null;
  #keys = new TelephoneEventReceiver();
  #keyTicks = 0;
  /** Where no telephone events were agreed, keys are tones in the audio. */
  #eraser: KeyEraser | null = null;
  #encodedBytes = 0;
  /** What it hears, on its way. */
  readonly writer = new PacketWriter((bytes, length) => this.#send(bytes, length), this.steady.packet);

  constructor(
    readonly id: PortId,
    readonly socket: PacketSocket,
    readonly traffic: Traffic,
    private readonly onDigit: (port: PortId, digit: string) => void,
    resumed?: Resumed,
  ) {
    this.ear = new Ear(id, this.rate, this.codec);
    if (!resumed) return;
    this.rxPackets = resumed.rxPackets;
    this.txPackets = resumed.txPackets;
    this.rxDropped = resumed.rxDropped;
    this.#lostBefore = resumed.rxLost;
    this.control = resumed.control;
    this.#resumed = resumed;
    if (resumed.srtp.rx + resumed.srtp.tx > 0) this.#srtp = new Srtp(resumed.srtp);
  }

  get rate(): Rate {
    return this.codec.sampleRate;
  }

  get rxLost(): number {
    return this.#lostBefore + this.jitter.lost;
  }

  get srtpContexts(): { rx: number; tx: number } {
    return this.#srtp?.contexts ?? { rx: 0, tx: 0 };
  }

  /** Applies what an offer/answer agreed. A peer that stays the same keeps the source port it was learned at. */
  connect(peer: RtpPeer, format: RtpFormat, sending: boolean, receiving: boolean): void {
    const address = socketAddress(peer.address, peer.port);
    this.#allowed = peer.allowed.map((host) => socketAddress(host, 0)).filter((host) => host !== null);
    const resumed = this.#resumed;
    if (resumed) {
      // The socket knows whom it heard.
      this.#peer = address;
      const heard = this.socket.peer;
      if (heard) this.#source.set(heard);
      this.#learned = heard !== null;
    } else if (!address || !this.#peer || !sameAddress(address, this.#peer)) {
      if (this.#learned) this.socket.disconnect();
      this.#learned = false;
      this.#peer = address;
    }
    if (format.eventPayloadType !== undefined) this.#eraser = null;
    else if (!this.#eraser || this.#format?.codec !== format.codec)
      this.#eraser = new KeyEraser(codecs[format.codec].sampleRate);
    if (this.#format?.codec !== format.codec) {
      this.#speak(codecs[format.codec]);
    } else if (receiving && !this.#receiving) this.jitter.reset();
    this.#openControl(peer, format.rtcpMux ?? false);
    if (format.srtp) (this.#srtp ??= new Srtp()).use(format.srtp);
    this.#format = format;
    this.writer.use(format);
    if (resumed) this.writer.resume(resumed.ssrc, resumed.sequence, resumed.timestamp, resumed.agoMs);
    this.#resumed = null;
    if (sending && !this.sending) this.writer.mark();
    this.#reachable = address !== null && portOf(address) !== 0 && !isUnspecified(address);
    this.sending = sending && this.#reachable;
    this.#receiving = receiving;
    if (resumed && this.#learned) this.#hearStragglers();
  }

  receive(): void {
    for (let i = 0; i < MAX_PACKETS_PER_TICK; i++) {
      const length = this.#learned ? this.socket.receive() : this.socket.receiveFrom();
      if (length < 0) break;
      datagram = this.socket.datagram;
      const known = this.#learned || this.#mayBePeer(this.socket.source);
      if (!known || !this.#accept(length)) this.#drop();
      else if (!this.#learned) this.#learn();
    }
  }

  encode(): void {
    const { writer } = this;
    const own = this.talks && this.band ? this.rxFrame : null;
    if (this.sending) this.#encodedBytes = this.ear.encode(own, writer.bytes, writer.offset);
  }

  send(): void {
    if (this.sending) this.writer.add(this.#encodedBytes);
    else this.writer.pause();
    if (this.rtcp.tick()) this.judge();
  }

  /** An interval of its reports is over. */
  judge(): void {
    this.rtcp.judge(this.codec, this.jitter.delayMs + (this.#eraser ? FRAME_MS : 0));
    this.#report(false);
  }

  /** Whether it needs nothing but its codec, and its delay stays as it is for a run: see steady-streams.ts. */
  isSteady(): boolean {
    return (
      this.sending &&
      this.#receiving &&
      this.#learned &&
      this.band !== null &&
      this.#format!.srtp === undefined &&
      this.#eraser === null &&
      this.#keyTicks === 0 &&
      this.mouth.isPlain(this.settings) &&
      this.ear.isSteady(this.talks) &&
      this.writer.isSteady(PAYLOAD_BYTES) &&
      this.jitter.isSteady(RUN)
    );
  }

  show(): void {
    if (!this.steady.hasRun) return;
    this.steady.catchUp(this);
    const { pcm, at } = this.jitter.line;
    const { rxFrame } = this;
    for (let i = 0; i < rxFrame.length; i++) rxFrame[i] = pcm[at - rxFrame.length + i];
  }

  tune(): void {
    this.band = this.mix?.band(this.rate) ?? null;
    this.ear.listenTo(this.mix);
  }

  #speak(codec: Codec): void {
    this.codec = codec;
    this.rxFrame = new Int16Array(frameSamples(codec.sampleRate));
    this.ear.close();
    this.ear = new Ear(this.id, codec.sampleRate, codec);
    this.#lostBefore += this.jitter.lost;
    this.jitter.close();
    this.jitter = new JitterBuffer(codec);
  }

  #send(bytes: Uint8Array, length: number): void {
    if (!this.#peer) return;
    if (this.#format?.srtp) length = this.#srtp!.protect(bytes, length);
    if (length < 0) return;
    if (!this.#put(bytes, length)) return;
    this.txPackets++;
    this.traffic.packetsOut++;
  }

  #put(bytes: Uint8Array, length: number): boolean {
    if (!this.#learned) return this.socket.sendTo(this.#peer!, bytes, length);
    return bytes === this.writer.bytes ? this.socket.post(bytes, length) : this.socket.send(bytes, length);
  }

  /** Sends our RTCP report, where that was agreed. */
  #report(leaves: boolean): void {
    if (!this.#reachable) return;
    const { ssrc, timestamp, packets, octets } = this.writer;
    this.rtcp.write(ssrc, timestamp, packets, octets, leaves);
    const { bytes, length } = this.rtcp.writer;
    const protectedLength = this.#format?.srtp ? this.#srtp!.protectRtcp(bytes, length) : length;
    if (protectedLength < 0) return;
    if (this.#format?.rtcpMux) this.#put(bytes, protectedLength);
    else if (this.#controlPeer) this.control?.sendTo(this.#controlPeer, bytes, protectedLength);
  }

  /** Takes in the RTCP that waits at its own socket. */
  hearControl(): void {
    const { control } = this;
    for (let i = 0; control && i < MAX_REPORTS_PER_TICK; i++) {
      const length = control.receiveFrom();
      if (length < 0) return;
      datagram = control.datagram;
      const { source } = control;
      const isKnown = this.#mayBePeer(source) || sameHost(source, this.#controlPeer!);
      if (!isKnown || !this.#hearRtcp(length)) this.rxDropped++;
      // Their router may have another port for it than they know (RFC 4961).
      else this.#controlPeer!.set(source);
    }
  }

  #openControl(peer: RtpPeer, mux: boolean): void {
    if (mux) {
      this.control?.close();
      this.control = null;
    } else this.control ??= this.socket.next();
    const { address, port } = peer.rtcp ?? { address: peer.address, port: peer.port + 1 };
    this.#controlPeer = mux ? null : socketAddress(address, port);
  }

  #hearRtcp(length: number): boolean {
    if (this.#format!.srtp) {
      length = this.#srtp!.unprotectRtcp(datagram, length);
      if (length < 0) this.traffic.srtpFailures++;
    }
    return length > 0 && this.rtcp.hearRtcp(datagram, length, this.writer.ssrc, this.codec.rtpClockRate);
  }

  close(): void {
    if (this.rtcp.said) this.#report(true);
    this.socket.close();
    this.control?.close();
    this.ear.close();
    this.jitter.close();
    this.#srtp?.close();
    this.steady.close();
  }

  #drop(): void {
    this.rxDropped++;
    this.traffic.packetsDropped++;
  }

  /** From where the first good packet came, all come; what the kernel took in from others before is put away. */
  #learn(): void {
    this.#source.set(this.socket.source);
    this.#learned = this.socket.connect(this.#source);
    if (this.#learned) this.#hearStragglers();
  }

  #hearStragglers(): void {
    const { socket } = this;
    for (;;) {
      const length = socket.receiveFrom();
      if (length < 0) return;
      datagram = socket.datagram;
      if (!sameAddress(socket.source, this.#source) || !this.#accept(length)) this.#drop();
    }
  }

  #accept(length: number): boolean {
    const format = this.#format;
    if (!format) return false;
    if (format.rtcpMux && isRtcp(datagram, length)) return this.#hearRtcp(length);
    if (format.srtp) {
      length = this.#srtp!.unprotect(datagram, length);
      if (length < 0) {
        this.traffic.srtpFailures++;
        return false;
      }
    }
    if (!header.read(datagram, length)) return false;
    const isKey = header.payloadType === format.eventPayloadType;
    const isNoise = header.payloadType === COMFORT_NOISE;
    if (!isKey && !isNoise && header.payloadType !== format.payloadType) return false;
    this.rxPackets++;
    this.traffic.packetsIn++;
    if (isKey) this.rtcp.reception.skip(header.ssrc, header.sequence);
    else this.rtcp.hearRtp(header.ssrc, header.sequence, header.timestamp, this.codec.rtpClockRate);
    if (isKey) this.#hearKey();
    else if (isNoise) this.jitter.silence(header.ssrc, header.sequence, header.timestamp);
    else
      this.jitter.put(
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
    this.jitter.skip(header.ssrc, header.sequence, header.timestamp);
    const digit = this.#keys.receive(
      header.ssrc,
      header.timestamp,
      datagram,
      header.payloadOffset,
      header.payloadLength,
    );
    const delayTicks = Math.ceil(this.jitter.delayMs / FRAME_MS);
    this.#keyTicks = (this.#keys.pressing ? KEY_HANGOVER_TICKS : KEY_END_TICKS) + delayTicks;
    if (digit !== '') this.onDigit(this.id, digit);
  }

  listen(): void {
    this.jitter.pull(this.rxFrame);
    const digit = this.#eraser?.pass(this.rxFrame) ?? '';
    if (digit !== '' && this.#receiving) this.onDigit(this.id, digit);
    const pressing = this.#keyTicks > 0;
    if (pressing) {
      this.#keyTicks--;
      this.jitter.forgetSound();
    }
    const sounds = this.#receiving && !pressing && !isIdle(this.rxFrame);
    this.talks = this.mouth.speak(this.rxFrame, sounds, this.settings);
  }

  #mayBePeer(source: SocketAddress): boolean {
    for (let i = 0; i < this.#allowed.length; i++) if (sameHost(source, this.#allowed[i])) return true;
    return false;
  }
}

/** 0.0.0.0 or ::, hold in the dialect of old phones. */
function isUnspecified(address: SocketAddress): boolean {
  return UNSPECIFIED.some((unspecified) => sameHost(address, unspecified));
}
