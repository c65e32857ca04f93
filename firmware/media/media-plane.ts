/** The main thread's handle on the media worker. */
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import type { CodecName } from '../codec-formats.js';
import type {
  Media,
  MediaCommand,
  MediaEvent,
  MixId,
  PlayId,
  PlayItem,
  PlayTarget,
  PortId,
  RtpFormat,
  RtpPeer,
} from './contract.js';
import type { MediaWorkerData } from './media-worker.js';
import { createStatsBlock, readPlaneStats, readPortStats, type PlaneStats, type PortStats } from './stats.js';

export type MediaPlaneOptions = {
  /** Folder of the prompts: WAV files of 8 kHz. */
  promptsDir: string;
  /** First and last UDP port of RTP; 0,0 means any. */
  rtpPorts: readonly [number, number];
};

type Opening = {
  resolve(open: { port: PortId; localPort: number }): void;
  reject(error: Error): void;
};

export class MediaPlane implements Media {
  srtp = false;
  codecs: readonly CodecName[] = [];
  onDigit: (port: PortId, digit: string) => void = () => {};
  /** The worker died without being asked to. */
  onDied: (error: Error) => void = () => {};
  #rtpPorts: readonly [number, number];
  #worker: Worker;
  #channel: MessagePort;
  #stats: Int32Array;
  #exited: Promise<void>;
  #ready!: () => void;
  #nextPort = 1;
  #nextPlay = 1;
  #opening = new Map<PortId, Opening>();
  #closing = new Map<PortId, { closed: Promise<void>; resolve(): void }>();
  #plays = new Map<PlayId, { to: PlayTarget; ended: (() => void) | undefined }>();
  #closed = false;

  /** Resolves when the worker ticks. */
  static async start(options: MediaPlaneOptions): Promise<MediaPlane> {
    const plane = new MediaPlane(options);
    await new Promise<void>((resolve, reject) => {
      plane.#ready = resolve;
      plane.#worker.once('error', reject);
    });
    return plane;
  }

  private constructor({ promptsDir, rtpPorts }: MediaPlaneOptions) {
    this.#rtpPorts = rtpPorts;
    this.#stats = createStatsBlock();
    const { port1, port2 } = new MessageChannel();
    this.#channel = port1;
    this.#channel.on('message', (event: MediaEvent) => this.#take(event));
    const workerData: MediaWorkerData = { channel: port2, stats: this.#stats, promptsDir };
    this.#worker = new Worker(new URL('./media-worker.js', import.meta.url), {
      workerData,
      transferList: [port2],
      name: 'media',
    });
    let failure = new Error('the media worker stopped');
    this.#worker.on('error', (error) => (failure = error));
    const gone = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()));
    const closed = new Promise<void>((resolve) => this.#channel.once('close', resolve));
    this.#exited = Promise.all([gone.then(() => this.#end(failure)), closed]).then(() => {});
  }

  openPort(address: string): Promise<{ port: PortId; localPort: number }> {
    if (this.#closed) return Promise.reject(new Error('the media plane is closed'));
    const port = this.#nextPort++;
    return new Promise((resolve, reject) => {
      this.#opening.set(port, { resolve, reject });
      this.#tell({ type: 'openPort', port, address, rtpPorts: this.#rtpPorts });
    });
  }

  connectPort(
    port: PortId,
    to: { peer: RtpPeer; format: RtpFormat; sending: boolean; receiving: boolean },
  ): void {
    this.#tell({ type: 'connectPort', port, ...to });
  }

  closePort(port: PortId): Promise<void> {
    if (this.#closed) return Promise.resolve();
    for (const [play, { to }] of this.#plays) if ('port' in to && to.port === port) this.#plays.delete(play);
    const closing = this.#closing.get(port);
    if (closing) return closing.closed;
    let resolve = (): void => {};
    const closed = new Promise<void>((done) => (resolve = done));
    this.#closing.set(port, { closed, resolve });
    this.#tell({ type: 'closePort', port });
    return closed;
  }

  join(port: PortId, mix: MixId): void {
    this.#tell({ type: 'join', port, mix });
  }

  leave(port: PortId): void {
    this.#tell({ type: 'leave', port });
  }

  mute(port: PortId, muted: boolean): void {
    this.#tell({ type: 'mute', port, muted });
  }

  sendKey(port: PortId, key: string): void {
    this.#tell({ type: 'sendKey', port, key });
  }

  play(to: PlayTarget, items: PlayItem[], options: { loop?: boolean; ended?: () => void } = {}): PlayId {
    const play = this.#nextPlay++;
    this.#plays.set(play, { to, ended: options.ended });
    this.#tell({ type: 'play', play, to, items, loop: options.loop ?? false });
    return play;
  }

  stopPlay(play: PlayId): void {
    if (this.#plays.delete(play)) this.#tell({ type: 'stopPlay', play });
  }

  /** What is wrong with it, for the administrator. */
  get alarms(): { code: string; text: string }[] {
    return [
      ...(this.srtp ? [] : [missing('srtp', 'libsrtp2', 'encrypted', 'libsrtp2-1')]),
      ...(this.codecs.includes('opus') ? [] : [missing('opus', 'libopus', 'in Opus', 'libopus0')]),
    ];
  }

  counters(): PlaneStats {
    return readPlaneStats(this.#stats);
  }

  /** Undefined for a port that is not open. */
  portState(port: PortId): PortStats | undefined {
    return readPortStats(this.#stats, port);
  }

  /** Closes every port; resolves when the worker has exited and nothing of it is left. */
  close(): Promise<void> {
    this.#tell({ type: 'shutdown' });
    this.#closed = true;
    return this.#exited;
  }

  #tell(command: MediaCommand): void {
    if (!this.#closed) this.#channel.postMessage(command);
  }

  #take(event: MediaEvent): void {
    if (event.type === 'ready') {
      this.srtp = event.srtp;
      this.codecs = event.codecs;
      this.#ready();
    } else if (event.type === 'digit') this.onDigit(event.port, event.digit);
    else if (event.type === 'played') this.#ended(event.play);
    else if (event.type === 'portOpened') this.#opened(event.port)?.resolve(event);
    else if (event.type === 'portFailed') this.#opened(event.port)?.reject(new Error(event.reason));
    else if (event.type === 'portClosed') {
      this.#closing.get(event.port)?.resolve();
      this.#closing.delete(event.port);
    }
  }

  #opened(port: PortId): Opening | undefined {
    const opening = this.#opening.get(port);
    this.#opening.delete(port);
    return opening;
  }

  #ended(play: PlayId): void {
    const ended = this.#plays.get(play)?.ended;
    this.#plays.delete(play);
    ended?.();
  }

  #end(failure: Error): void {
    const died = !this.#closed;
    this.#closed = true;
    this.#channel.close();
    for (const opening of this.#opening.values()) opening.reject(failure);
    for (const closing of this.#closing.values()) closing.resolve();
    this.#opening.clear();
    this.#closing.clear();
    this.#plays.clear();
    if (died) this.onDied(failure);
  }
}

function missing(what: string, library: string, how: string, debianPackage: string) {
  const text = `${library} is missing: no call can be ${how} (Debian package ${debianPackage}, then start again)`;
  return { code: `${what}-missing`, text };
}
