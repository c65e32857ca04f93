/** The main thread's handle on the media workers: one at work, and a spare that takes over when that one dies or stalls. */
import type { CodecName } from '../codec-formats.js';
import { createLog } from '../log.js';
import type {
  LineHandlers,
  LineSettings,
  LineSound,
  Media,
  MediaCommand,
  MediaEvent,
  MixId,
  MixSettings,
  PlayId,
  PlayItem,
  PlayTarget,
  PortId,
  RecordingId,
  RtpFormat,
  RtpPeer,
} from './contract.js';
import { isFull } from './load.js';
import { MediaThread } from './media-thread.js';
import { createRecordingBlock } from './recording-ring.js';
import { StandingOrders } from './standing-orders.js';
import {
  PLANE,
  createStatsBlock,
  readPlaneStats,
  readPortStats,
  type PlaneStats,
  type PortStats,
} from './stats.js';
import { TickWatch, WATCH_MS } from './tick-watch.js';

/** What the configuration says of it. */
export type MediaSettings = {
  /** Folder of the prompts of a language: see prompt-files.ts. */
  promptsDir: string;
  /** First and last UDP port of RTP; 0,0 means any. */
  rtpPorts: readonly [number, number];
};

export type MediaPlaneOptions = {
  /** A worker is begun before they are known. If they never are, the plane is to be closed. */
  settings: MediaSettings | Promise<MediaSettings>;
  /** The CPU on which its worker runs, from 0 on, if there is such a one; undefined is any. */
  cpu?: number;
};

const log = createLog('media');

/** After more deaths than this within a minute there is no use in another one. */
const MAX_DEATHS = 5;
const DEATHS_MS = 60_000;
/** So long it is said that one was replaced. */
const REPLACED_MS = 3_600_000;

type Opening = {
  resolve(open: { port: PortId; localPort: number }): void;
  reject(error: Error): void;
};

export class MediaPlane implements Media {
  /** Resolves when a worker ticks; rejects with what it died of before, and nothing of the plane is left then. */
  readonly ready: Promise<void>;
  srtp = false;
  codecs: readonly CodecName[] = [];
  onDigit: (port: PortId, digit: string) => void = () => {};
  /** A recording was paused: what it stores is not written fast enough. */
  onOverrun: (recording: RecordingId) => void = () => {};
  /** A worker died, and another one has taken over. */
  onReplaced: (why: Error) => void = () => {};
  /** Workers die again and again: there is no media plane any more. */
  onDied: (why: Error) => void = () => {};
  /** Where recordings come out: see recording-ring.ts. */
  readonly recordings = createRecordingBlock();
  #options: MediaPlaneOptions;
  #settings: MediaSettings | undefined;
  /** What the first worker said. */
  #found: Extract<MediaEvent, { type: 'ready' }> | undefined;
  #stats = createStatsBlock();
  #thread: MediaThread;
  #spare: MediaThread | undefined;
  #nextPort = 1;
  #nextPlay = 1;
  #orders = new StandingOrders();
  #opening = new Map<PortId, Opening>();
  #closing = new Map<PortId, { closed: Promise<void>; resolve(): void }>();
  #lines = new Map<PortId, LineHandlers>();
  #whenPlayed = new Map<PlayId, () => void>();
  #closed = false;
  #deathsMs: number[] = [];
  #watch: NodeJS.Timeout;
  #ended!: () => void;
  #end = new Promise<void>((resolve) => (this.#ended = resolve));

  /** Begins to load a worker. */
  static begin(options: MediaPlaneOptions): MediaPlane {
    return new MediaPlane(options);
  }

  private constructor(options: MediaPlaneOptions) {
    this.#options = options;
    this.#thread = this.#newThread();
    this.#watch = this.#watchTicks();
    this.ready = this.#start();
    this.ready.catch(() => {}); // whoever began it may look later
  }

  async #start(): Promise<void> {
    try {
      this.#settings = await this.#options.settings;
      if (!this.#closed) this.#thread.learn(this.#settings.promptsDir);
      this.#found = await this.#thread.ready;
      this.srtp = this.#found.srtp;
      this.codecs = this.#found.codecs;
    } catch (error) {
      await this.close();
      throw error;
    }
    this.#begin(this.#thread);
  }

  /** Begins another worker unless there is one, once the first ticks: it shares its prompts, and soon stands by to take over. */
  standBy(): void {
    if (this.#spare) return;
    this.#spare = this.#newThread();
    void this.#spare.ready.then(
      () => log.info({}, 'a second media worker stands by'),
      () => {}, // it says so once it is needed
    );
  }

  openPort(address: string): Promise<{ port: PortId; localPort: number }> {
    if (this.#closed) return Promise.reject(new Error('the media plane is closed'));
    if (isFull(this.#stats[PLANE.loadUs]))
      return Promise.reject(new Error('no time is left for another port'));
    const port = this.#nextPort++;
    return new Promise((resolve, reject) => {
      this.#opening.set(port, { resolve, reject });
      this.#tell({ type: 'openPort', port, address, rtpPorts: this.#settings!.rtpPorts });
    });
  }

  connectPort(
    port: PortId,
    to: { peer: RtpPeer; format: RtpFormat; sending: boolean; receiving: boolean },
  ): void {
    this.#tell({ type: 'connectPort', port, ...to });
  }

  openLine(sound: LineSound, settings: LineSettings, handlers: LineHandlers): Promise<PortId> {
    if (this.#closed) return Promise.reject(new Error('the media plane is closed'));
    const port = this.#nextPort++;
    this.#lines.set(port, handlers);
    const opened = new Promise<PortId>((resolve, reject) =>
      this.#opening.set(port, { resolve: () => resolve(port), reject }),
    );
    this.#tell({ type: 'openLine', port, sound });
    this.setLine(port, settings);
    return opened;
  }

  setLine(port: PortId, settings: LineSettings): void {
    this.#tell({ type: 'setLine', port, settings });
  }

  closePort(port: PortId): Promise<void> {
    if (this.#closed) return Promise.resolve();
    const closing = this.#closing.get(port);
    if (closing) return closing.closed;
    let resolve = (): void => {};
    const closed = new Promise<void>((done) => (resolve = done));
    this.#closing.set(port, { closed, resolve });
    this.#tell({ type: 'closePort', port });
    for (const play of this.#whenPlayed.keys())
      if (!this.#orders.isPlaying(play)) this.#whenPlayed.delete(play);
    return closed;
  }

  join(port: PortId, mix: MixId, settings?: MixSettings): void {
    this.#tell({ type: 'join', port, mix, settings });
  }

  leave(port: PortId): void {
    this.#tell({ type: 'leave', port });
  }

  mute(port: PortId, muted: boolean): void {
    this.#tell({ type: 'mute', port, muted });
  }

  volume(port: PortId, gainDb: number): void {
    this.#tell({ type: 'volume', port, gainDb });
  }

  sendKey(port: PortId, key: string): void {
    this.#tell({ type: 'sendKey', port, key });
  }

  play(to: PlayTarget, items: PlayItem[], options: { loop?: boolean; ended?: () => void } = {}): PlayId {
    const play = this.#nextPlay++;
    if (options.ended) this.#whenPlayed.set(play, options.ended);
    this.#tell({ type: 'play', play, to, items, loop: options.loop ?? false });
    return play;
  }

  stopPlay(play: PlayId): void {
    this.#whenPlayed.delete(play);
    if (this.#orders.isPlaying(play)) this.#tell({ type: 'stopPlay', play });
  }

  hasPrompt(name: string): boolean {
    const set = this.#found?.promptSet;
    return set !== undefined && set[8000].has(name) && set[16000].has(name);
  }

  record(recording: RecordingId, mix: MixId): void {
    this.#tell({ type: 'record', recording, mix });
  }

  recordPort(recording: RecordingId, port: PortId, track: number): void {
    this.#tell({ type: 'recordPort', recording, port, track });
  }

  unrecordPort(recording: RecordingId, port: PortId): void {
    this.#tell({ type: 'unrecordPort', recording, port });
  }

  pauseRecord(recording: RecordingId): void {
    this.#tell({ type: 'pauseRecord', recording });
  }

  endRecord(recording: RecordingId): void {
    this.#tell({ type: 'endRecord', recording });
  }

  /** What is wrong with it, for the administrator. */
  get alarms(): { code: string; text: string }[] {
    const replaced =
      'the media worker failed and was replaced; calls went on after a short silence (see the log)';
    const full = 'the sound needs nearly all of its time: nobody else is let in until it needs less';
    const replacedLately = performance.now() - (this.#deathsMs.at(-1) ?? -Infinity) < REPLACED_MS;
    return [
      ...(this.srtp ? [] : [missing('srtp', 'libsrtp2', 'encrypted', 'libsrtp2-1')]),
      ...(this.codecs.includes('opus') ? [] : [missing('opus', 'libopus', 'in Opus', 'libopus0')]),
      ...(replacedLately ? [{ code: 'media-replaced', text: replaced }] : []),
      ...(isFull(this.#stats[PLANE.loadUs]) ? [{ code: 'media-full', text: full }] : []),
    ];
  }

  counters(): PlaneStats {
    return readPlaneStats(this.#stats);
  }

  /** Undefined for a port that is not open. */
  portState(port: PortId): PortStats | undefined {
    return readPortStats(this.#stats, port);
  }

  /** Closes every port; resolves when the workers have exited and nothing of them is left. */
  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      if (!this.#settings) this.#thread.learn('');
      this.#thread.tell({ type: 'shutdown' });
      this.#thread.go();
      this.#finish(new Error('the media plane is closed'));
    }
    await this.#end;
  }

  #newThread(): MediaThread {
    const shared = {
      stats: this.#stats,
      recordings: this.recordings,
      cpu: this.#options.cpu,
      before: this.#found,
    };
    return new MediaThread(shared, (event, from) => {
      if (from === this.#thread) this.#take(event);
    });
  }

  /** Sets a thread to work. */
  #begin(thread: MediaThread): void {
    void thread.gone.then((why) => {
      if (!this.#closed) this.#replace(why);
    });
    thread.go();
  }

  /** The worker is gone; its sockets and its counters are not. The spare goes on with them. */
  #replace(why: Error): void {
    const nowMs = performance.now();
    this.#deathsMs = [...this.#deathsMs.filter((ms) => nowMs - ms < DEATHS_MS), nowMs];
    if (this.#deathsMs.length > MAX_DEATHS) {
      this.#closed = true;
      this.#finish(why);
      return this.onDied(why);
    }
    this.#thread = this.#spare ?? this.#newThread();
    this.#spare = undefined;
    for (const command of this.#orders.all(nowMs)) this.#thread.tell(command);
    this.#begin(this.#thread);
    this.standBy();
    this.onReplaced(why);
  }

  /** Kills a worker that has stopped ticking. */
  #watchTicks(): NodeJS.Timeout {
    const watch = new TickWatch(performance.now());
    const look = () => {
      const { loading } = this.#thread;
      if (watch.hangs(performance.now(), this.#stats[PLANE.ticks], loading)) this.#thread.kill();
    };
    return setInterval(look, WATCH_MS).unref();
  }

  #tell(command: MediaCommand): void {
    if (this.#closed) return;
    this.#orders.note(command, performance.now());
    this.#thread.tell(command);
  }

  #take(event: MediaEvent): void {
    if (event.type === 'digit') this.#pressed(event.port, event.digit);
    else if (event.type === 'tone') this.#lines.get(event.port)?.tone(event.tone);
    else if (event.type === 'callerId') this.#lines.get(event.port)?.callerId(event.message);
    else if (event.type === 'learned') this.#lines.get(event.port)?.learned?.(event.tone);
    else if (event.type === 'played') this.#played(event.play);
    else if (event.type === 'recordingOverrun') {
      this.#orders.recorded(event.recording);
      this.onOverrun(event.recording);
    } else if (event.type === 'portOpened') this.#opened(event.port)?.resolve(event);
    else if (event.type === 'portFailed') {
      this.#forget(event.port);
      this.#opened(event.port)?.reject(new Error(event.reason));
    } else if (event.type === 'portClosed') {
      this.#forget(event.port);
      this.#closing.get(event.port)?.resolve();
      this.#closing.delete(event.port);
    }
  }

  #pressed(port: PortId, digit: string): void {
    const line = this.#lines.get(port);
    if (line) line.digit(digit);
    else this.onDigit(port, digit);
  }

  #forget(port: PortId): void {
    this.#orders.closed(port);
    this.#lines.delete(port);
  }

  #opened(port: PortId): Opening | undefined {
    const opening = this.#opening.get(port);
    this.#opening.delete(port);
    return opening;
  }

  #played(play: PlayId): void {
    this.#orders.played(play);
    const ended = this.#whenPlayed.get(play);
    this.#whenPlayed.delete(play);
    ended?.();
  }

  /** Nothing will be opened, closed or played any more. */
  #finish(why: Error): void {
    clearInterval(this.#watch);
    this.#spare?.kill();
    void Promise.all([this.#thread.gone, this.#spare?.gone]).then(() => {
      for (const opening of this.#opening.values()) opening.reject(why);
      for (const closing of this.#closing.values()) closing.resolve();
      this.#opening.clear();
      this.#closing.clear();
      this.#whenPlayed.clear();
      this.#ended();
    });
  }
}

function missing(what: string, library: string, how: string, debianPackage: string) {
  const text = `${library} is missing: no call can be ${how} (Debian package ${debianPackage}, then start again)`;
  return { code: `${what}-missing`, text };
}
