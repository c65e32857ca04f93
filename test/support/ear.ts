/** The talking end of a test phone: an RTP socket that sends 50 packets a second and keeps what it gets. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import type { Endpoint } from '../../firmware/sip/transport.js';
import type { SrtpKeys } from '../../firmware/media/contract.js';
import { Srtp } from '../../firmware/media/srtp.js';
import { beginSrtp, SRTP_TAG_BYTES } from '../../hal/ffi/srtp-library.js';
import { keySamples } from './key-tones.js';
import { voiceOf, type Voice, type VoiceName } from './voice-codec.js';

/** Where a call's sound is sent to and comes from. */
export type MediaEnd = {
  /** RTP payload type of its codec: a static one (RFC 3551 §6). */
  readonly payloadType: number;
  readonly localPort: number;
  /** Its own address; 127.0.0.1 if absent. */
  readonly address?: string;
  /** From now on everything is encrypted (SRTP). */
  secure?(keys: SrtpKeys): void;
  /** The call stands: sound may flow. */
  start(remote: Endpoint): void;
  close(): Promise<void>;
};

beginSrtp();

export class Ear implements MediaEnd {
  /** Next frame to send, 20 ms at the rate of its voice; silence by default. */
  source: () => Int16Array = () => new Int16Array(this.voice.rate / 50);
  /** Sends nothing at all, as a phone that has gone. */
  quiet = false;
  readonly packets: { seq: number; timestamp: number; payload: Buffer; marker: boolean }[] = [];
  #waiting: (() => void)[] = [];
  #remote?: Endpoint;
  #seq = 1000;
  #timestamp = 5000;
  #timer?: NodeJS.Timeout;
  #nextMs = 0;
  #keys: Buffer[] = [];
  #open = true;
  #srtp?: Srtp;

  private constructor(
    /** Another one counts from the next frame on. */
    public voice: Voice,
    private readonly socket: Socket,
    readonly address: string,
  ) {
    socket.on('message', (packet) => this.#receive(packet));
  }

  static async open(voice: VoiceName, address: string): Promise<Ear> {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    socket.bind(0, address);
    await once(socket, 'listening');
    return new Ear(voiceOf(voice), socket, address);
  }

  get payloadType(): number {
    return this.voice.payloadType;
  }

  get localPort(): number {
    return this.socket.address().port;
  }

  /** Where we send our sound: the box's RTP port. */
  get remote(): Endpoint {
    return this.#remote!;
  }

  start(remote: Endpoint): void {
    this.#remote = remote;
    this.#nextMs = performance.now();
    this.#tick();
  }

  secure(keys: SrtpKeys): void {
    this.#srtp ??= new Srtp();
    this.#srtp.use(keys);
  }

  /** Sends octets as they are, whatever was agreed. */
  sendOctets(octets: Buffer): void {
    this.socket.send(octets, this.#remote!.port, this.#remote!.address);
  }

  /** Keys sent as RFC 4733 events, each 60 ms with 40 ms between, the end three times. */
  keys(digits: string): void {
    for (const digit of digits) {
      const event = '0123456789*#ABCD'.indexOf(digit);
      const durations = [160, 320, 480];
      for (const duration of durations) this.#keys.push(eventPayload(event, false, duration));
      for (let end = 0; end < 3; end += 1) this.#keys.push(eventPayload(event, true, 480));
      this.#keys.push(Buffer.alloc(0), Buffer.alloc(0));
    }
  }

  /** Keys as tones, in place of its sound. */
  keyTones(digits: string): void {
    const samples = keySamples(digits);
    const { source } = this;
    let at = 0;
    this.source = () => {
      if (at >= samples.length) this.source = source;
      return at < samples.length ? samples.subarray(at, (at += 160)) : source();
    };
  }

  /** Resolves when `count` more packets have come; forgets what came before, and what waits to be read. */
  async listen(count: number): Promise<Int16Array> {
    do {
      this.packets.length = 0;
      await readSockets();
    } while (this.packets.length > 0);
    while (this.packets.length < count && this.#open)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    const heard = this.packets.slice(0, count).flatMap(({ payload }) => [...this.voice.decode(payload)]);
    return Int16Array.from(heard);
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    clearTimeout(this.#timer);
    this.#srtp?.close();
    for (const wake of this.#waiting.splice(0)) wake();
    const closed = once(this.socket, 'close');
    this.socket.close();
    await closed;
  }

  #tick(): void {
    if (!this.#open) return;
    for (; this.#nextMs <= performance.now(); this.#nextMs += 20) this.#sendFrame();
    this.#timer = setTimeout(() => this.#tick(), this.#nextMs - performance.now());
  }

  #sendFrame(): void {
    if (this.quiet) return;
    const key = this.#keys.shift();
    if (key?.length === 0 || key === undefined) this.#timestamp += 160;
    if (key && key.length > 0) {
      this.#sendRtp(101, key);
      if (this.#keys[0]?.length === 0) this.#timestamp += 960;
    } else {
      this.#sendRtp(this.payloadType, Buffer.from(this.voice.encode(this.source())));
    }
  }

  #sendRtp(payloadType: number, payload: Buffer): void {
    const packet = Buffer.alloc(12 + payload.length + (this.#srtp ? SRTP_TAG_BYTES : 0));
    packet[0] = 0x80;
    packet[1] = payloadType;
    packet.writeUInt16BE(this.#seq++ & 0xffff, 2);
    packet.writeUInt32BE(this.#timestamp >>> 0, 4);
    packet.writeUInt32BE(0x1234abcd, 8);
    payload.copy(packet, 12);
    const length = this.#srtp ? this.#srtp.protect(packet, 12 + payload.length) : packet.length;
    if (length < 0) throw new Error('a packet could not be encrypted');
    this.socket.send(packet.subarray(0, length), this.#remote!.port, this.#remote!.address, () => {});
  }

  #receive(datagram: Buffer): void {
    if (!this.#open || datagram.length < 12 || datagram[0] >> 6 !== 2) return;
    const length = this.#srtp ? this.#srtp.unprotect(datagram, datagram.length) : datagram.length;
    if (length < 0) return; // plain or forged: as if it had not come
    const packet = datagram.subarray(0, length);
    this.packets.push({
      seq: packet.readUInt16BE(2),
      timestamp: packet.readUInt32BE(4),
      marker: (packet[1] & 0x80) !== 0,
      payload: Buffer.from(packet.subarray(12)),
    });
    if (this.packets.length > 6000) this.packets.shift();
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

function eventPayload(event: number, end: boolean, duration: number): Buffer {
  const payload = Buffer.from([event, (end ? 0x80 : 0) | 10, 0, 0]);
  payload.writeUInt16BE(duration, 2);
  return payload;
}

/** Between two turns of the event loop what sockets hold is read. */
async function readSockets(): Promise<void> {
  await turn();
  await turn();
}
