/** All ports, mixes and playbacks, and the 20 ms they live through together. Knows neither threads nor clocks. */
import { settle } from './codec.js';
import type { MediaCommand, MediaEvent, MixId, PlayId, PlayItem, PlayTarget, PortId } from './contract.js';
import { RATES, type Rate } from './frame.js';
import { LinePort } from './line-port.js';
import { MixBus } from './mix-bus.js';
import { Playback, type Prompts } from './playback.js';
import { wallMs, whereItStood, writeLineRow, writeRtpRow } from './port-rows.js';
import { RecordingTap } from './recording-tap.js';
import { RtpPort, type PacketSocket, type Traffic } from './rtp-port.js';
import { PLANE, ROW, ROW_WORDS, findRow, writeLong } from './stats.js';
import { SteadyStreams, type Ring } from './steady-streams.js';

/** Tells which of the sockets it was given have something to receive; no call in the tick waits or allocates. */
export type Readiness = {
  readonly handle: number;
  add(handle: number, name: number): void;
  poll(): number;
  nameAt(index: number): number;
  close(): void;
};

export type EngineOptions = {
  sockets: {
    /** Throws if no port of the range is free. */
    open(address: string, rtpPorts: readonly [number, number], startPort: number): PacketSocket;
    /** Takes over the socket of a worker that has died. */
    adopt(handle: number): PacketSocket;
    /** Watches those sockets that seldom have something; takes over what a worker that has died watched with, if not 0. */
    watch(handle: number): Readiness;
    /** What serves the connected ones together; null if each serves itself. */
    ring: Ring | null;
  };
  emit(event: MediaEvent): void;
  prompts: Prompts;
  stats: Int32Array;
  /** Where recordings go: see recording-ring.ts. */
  recordings: Int32Array;
};

/** One playback, with a voice for each rate at which it is heard. */
type Play = {
  id: PlayId;
  to: PlayTarget;
  items: PlayItem[];
  loop: boolean;
  ticks: number;
  voices: Playback[];
};

export class Engine {
  #options: EngineOptions;
  #ports: (RtpPort | LinePort)[] = [];
  /** Those of them that are served one by one; the others are steady streams. */
  #attended: (RtpPort | LinePort)[] = [];
  #steady: SteadyStreams;
  #mixes: MixBus[] = [];
  #plays: Play[] = [];
  #traffic: Traffic;
  #lastLocalPort = 0;
  #readiness: Readiness | null = null;
  #tap: RecordingTap;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#tap = new RecordingTap(options.recordings, (event) => options.emit(event));
    const { stats } = options;
    this.#steady = new SteadyStreams(options.sockets.ring, stats);
    this.#traffic = {
      packetsIn: stats[PLANE.packetsIn],
      packetsOut: stats[PLANE.packetsOut],
      packetsDropped: stats[PLANE.packetsDropped],
      srtpFailures: stats[PLANE.srtpFailures],
    };
  }

  /** Does what the main thread says; a port that is not there any more is no error. */
  handle(command: MediaCommand): void {
    const changed = portOf(command);
    if (changed !== undefined) this.#attend(changed);
    if (command.type === 'openPort') this.#openPort(command);
    else if (command.type === 'openLine') this.#openLine(command);
    else if (command.type === 'setLine') this.#setLine(command);
    else if (command.type === 'connectPort') this.#connectPort(command);
    else if (command.type === 'closePort') this.#closePort(command.port);
    else if (command.type === 'join') this.#join(command);
    else if (command.type === 'leave') this.#leave(command.port);
    else if (command.type === 'mute') this.#mute(command.port, command.muted);
    else if (command.type === 'volume') this.#find(command.port)?.mouth.volume.set(command.gainDb);
    else if (command.type === 'sendKey') this.#findRtp(command.port)?.writer.sendKey(command.key);
    else if (command.type === 'play') this.#play(command);
    else if (command.type === 'stopPlay') this.#stopPlays((play) => play.id === command.play);
    else if (command.type !== 'shutdown') this.#tap.handle(command, (id) => this.#find(id));
  }

  /** A port is served by itself again, if it was one of the steady streams. */
  #attend(id: PortId): void {
    const port = this.#findRtp(id);
    if (port) this.#steady.leave(port, this.#attended);
  }

  /** 20 ms: everybody is heard, then everybody is spoken to. */
  tick(): void {
    for (let i = 0; i < this.#plays.length; i++) advance(this.#plays[i]);
    for (let i = 0; i < this.#mixes.length; i++) this.#mixes[i].begin();
    this.#options.sockets.ring?.receive();
    this.#hearControls();
    this.#steady.hear(this.#attended);
    const attended = this.#attended;
    for (let i = 0; i < attended.length; i++) attended[i].receive();
    for (let i = 0; i < attended.length; i++) {
      const port = attended[i];
      port.listen();
      port.ear.prepare(port.talks);
      if (port.talks) port.band?.add(port.rxFrame);
    }
    this.#tap.tick();
    for (let i = 0; i < this.#mixes.length; i++) this.#mixes[i].finish();
    this.#steady.say();
    for (let i = 0; i < attended.length; i++) attended[i].encode();
    settle();
    for (let i = 0; i < attended.length; i++) {
      const port = attended[i];
      port.send();
      if (port instanceof RtpPort) writeRtpRow(this.#options.stats, port.row, port);
      else writeLineRow(this.#options.stats, port.row, port);
    }
    this.#options.sockets.ring?.flush();
    this.#steady.endTick(attended);
    this.#letGo();
    this.#endPlays();
    this.#writePlaneStats();
  }

  /** Those on which nothing happens need no attention in the next tick. */
  #letGo(): void {
    const attended = this.#attended;
    for (let i = attended.length - 1; i >= 0; i--) {
      const port = attended[i];
      if (!(port instanceof RtpPort) || !this.#steady.enter(port)) continue;
      const last = attended.pop()!;
      if (last !== port) attended[i] = last;
    }
  }

  close(): void {
    this.#steady.leaveAll(this.#attended);
    for (const port of this.#ports.slice()) this.#closePort(port.id);
    this.#stopPlays(() => true);
  }

  /** RTCP, for those to whom it does not come with the RTP. */
  #hearControls(): void {
    const ready = this.#readiness?.poll() ?? 0;
    for (let i = 0; i < ready; i++) {
      const id = this.#readiness!.nameAt(i);
      for (let at = 0; at < this.#ports.length; at++) {
        const port = this.#ports[at];
        if (port.id !== id || !(port instanceof RtpPort)) continue;
        this.#steady.leave(port, this.#attended);
        port.hearControl();
      }
    }
  }

  /** Sees that the port's own socket of RTCP, if it has one, is listened to. */
  #watchControl(port: RtpPort, row: number): void {
    const { stats, sockets } = this.#options;
    const handle = port.control?.handle ?? 0;
    if (handle !== 0) {
      this.#readiness ??= sockets.watch(stats[PLANE.readiness]);
      stats[PLANE.readiness] = this.#readiness.handle;
      if (stats[row + ROW.controlSocket] !== handle) this.#readiness.add(handle, port.id);
    }
    stats[row + ROW.controlSocket] = handle;
  }

  /** Opens a port, or takes over the one that a worker that has died left behind. */
  #openPort({ port, address, rtpPorts }: MediaCommand & { type: 'openPort' }): void {
    const { stats, sockets } = this.#options;
    this.#open(port, (row, isLeft) => {
      const socket = isLeft
        ? sockets.adopt(stats[row + ROW.socket])
        : sockets.open(address, rtpPorts, this.#lastLocalPort + 2);
      this.#lastLocalPort = socket.localPort;
      const onDigit = (of: PortId, digit: string) => this.#emit({ type: 'digit', port: of, digit });
      const resumed = isLeft ? whereItStood(stats, row, (handle) => sockets.adopt(handle)) : undefined;
      const opened = new RtpPort(port, socket, this.#traffic, onDigit, resumed);
      stats[row + ROW.socket] = socket.handle;
      if (!isLeft) writeRtpRow(stats, row, opened);
      return opened;
    });
  }

  #openLine({ port, sound }: MediaCommand & { type: 'openLine' }): void {
    this.#open(port, () => new LinePort(port, sound, (event) => this.#emit(event)));
  }

  /** `isLeft`: a worker that has died had it open, in this row. */
  #open(port: PortId, make: (row: number, isLeft: boolean) => RtpPort | LinePort): void {
    const { stats } = this.#options;
    const left = findRow(stats, port + 1);
    const row = left < 0 ? findRow(stats, 0) : left;
    if (row < 0) return this.#emit({ type: 'portFailed', port, reason: 'too many ports' });
    try {
      const opened = make(row, left >= 0);
      opened.row = row;
      this.#ports.push(opened);
      this.#attended.push(opened);
      stats[row + ROW.port] = port + 1;
      const localPort = opened instanceof RtpPort ? opened.socket.localPort : 0;
      this.#emit({ type: 'portOpened', port, localPort });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#emit({ type: 'portFailed', port, reason });
    }
  }

  #setLine({ port: id, settings }: MediaCommand & { type: 'setLine' }): void {
    const port = this.#find(id);
    if (port instanceof LinePort) port.set(settings);
  }

  #connectPort(command: MediaCommand & { type: 'connectPort' }): void {
    const port = this.#findRtp(command.port);
    if (!port) return;
    port.connect(command.peer, command.format, command.sending, command.receiving);
    const { row } = port;
    const { rx, tx } = port.srtpContexts;
    writeLong(this.#options.stats, row + ROW.srtpRx, rx);
    writeLong(this.#options.stats, row + ROW.srtpTx, tx);
    this.#watchControl(port, row);
    if (port.mix) this.#arrange(port.mix, port);
    this.#assignPlays({ port: port.id });
  }

  #watchNone(): void {
    this.#readiness?.close();
    this.#readiness = null;
    this.#options.stats[PLANE.readiness] = 0;
  }

  #closePort(id: PortId): void {
    const at = this.#ports.findIndex((port) => port.id === id);
    if (at >= 0) {
      this.#leave(id);
      this.#tap.forget(id);
      this.#stopPlays(({ to }) => 'port' in to && to.port === id);
      const port = this.#ports[at];
      port.close();
      this.#options.stats.fill(0, port.row, port.row + ROW_WORDS);
      this.#ports.splice(at, 1);
      this.#attended.splice(this.#attended.indexOf(port), 1);
      if (!this.#ports.some((port) => port instanceof RtpPort && port.control)) this.#watchNone();
    }
    this.#emit({ type: 'portClosed', port: id });
  }

  #join({ port: id, mix: mixId, settings }: MediaCommand & { type: 'join' }): void {
    const port = this.#find(id);
    if (!port) return;
    this.#leave(id);
    let mix = this.#mixes.find((other) => other.id === mixId);
    if (!mix) this.#mixes.push((mix = new MixBus(mixId)));
    port.mix = mix;
    port.settings = settings;
    this.#arrange(mix, port);
  }

  #leave(id: PortId): void {
    const port = this.#find(id);
    if (!port?.mix) return;
    const { mix } = port;
    port.mix = null;
    port.tune();
    if (this.#ports.some((other) => other.mix === mix)) return this.#arrange(mix);
    mix.close();
    this.#mixes.splice(this.#mixes.indexOf(mix), 1);
  }

  /** Those in a mix have changed: `port` is new, or its codec is; or one has left. */
  #arrange(mix: MixBus, port?: RtpPort | LinePort): void {
    const inside = this.#ports.filter((one) => one.mix === mix);
    const codecs = new Set(inside.flatMap(({ codec }) => codec ?? []));
    const plain = new Set(inside.flatMap(({ codec, rate }) => (codec ? [] : rate)));
    mix.arrange([...codecs], [...plain]);
    // What the others hear stays where it is as long as one of them needs it.
    port?.tune();
    this.#assignPlays({ mix: mix.id });
  }

  #mute(id: PortId, muted: boolean): void {
    const port = this.#find(id);
    if (port) port.mouth.muted = muted;
  }

  #play({ play, to, items, loop, ticks = 0 }: MediaCommand & { type: 'play' }): void {
    const started: Play = { id: play, to, items, loop, ticks, voices: [] };
    this.#plays.push(started);
    this.#assignPlays(to);
    // Also if nobody is there to hear it, it comes to its end.
    if (started.voices.length === 0) voice(started, RATES[0], this.#options.prompts);
  }

  #stopPlays(which: (play: Play) => boolean): void {
    const stopped = this.#plays.filter(which);
    this.#plays = this.#plays.filter((play) => !which(play));
    for (const { to } of stopped) this.#assignPlays(to);
    for (const { voices } of stopped) for (const one of voices) one.close();
  }

  /** Tells the port or the mix what is played to it now, so that the tick need not look for it. */
  #assignPlays(target: { port: PortId } | { mix: MixId }): void {
    const { prompts } = this.#options;
    if ('port' in target) {
      const port = this.#find(target.port);
      const own = this.#plays.filter(({ to }) => 'port' in to && to.port === target.port);
      if (!port) return;
      port.ear.plays = own.map((play) => voice(play, port.rate, prompts));
      port.ear.alone = own.some(({ to }) => 'port' in to && to.alone);
      return;
    }
    const mix = this.#mixes.find(({ id }) => id === target.mix);
    for (const band of mix?.bands ?? [])
      band.plays = this.#plays.flatMap((play) =>
        'mix' in play.to && play.to.mix === target.mix
          ? [{ frame: voice(play, band.rate, prompts).frame, except: play.to.except }]
          : [],
      );
  }

  #endPlays(): void {
    for (let i = 0; i < this.#plays.length; i++) {
      if (!hasEnded(this.#plays[i])) continue;
      const ended = this.#plays.filter(hasEnded);
      this.#stopPlays(hasEnded);
      for (const { id } of ended) this.#emit({ type: 'played', play: id });
      return;
    }
  }

  #find(id: PortId): RtpPort | LinePort | undefined {
    return this.#ports.find((port) => port.id === id);
  }

  #findRtp(id: PortId): RtpPort | undefined {
    const port = this.#find(id);
    return port instanceof RtpPort ? port : undefined;
  }

  #emit(event: MediaEvent): void {
    this.#options.emit(event);
  }

  #writePlaneStats(): void {
    const { stats } = this.#options;
    stats[PLANE.ticks]++;
    stats[PLANE.lastTickMs] = wallMs();
    stats[PLANE.packetsIn] = this.#traffic.packetsIn;
    stats[PLANE.packetsOut] = this.#traffic.packetsOut;
    stats[PLANE.packetsDropped] = this.#traffic.packetsDropped;
    stats[PLANE.srtpFailures] = this.#traffic.srtpFailures;
    stats[PLANE.ports] = this.#ports.length;
  }
}

function advance(play: Play): void {
  play.ticks++;
  for (let i = 0; i < play.voices.length; i++) play.voices[i].advance();
}

/** The voice of a playback at a rate; one that joins late goes on where the others are. */
function voice(play: Play, rate: Rate, prompts: Prompts): Playback {
  const known = play.voices.find((one) => one.rate === rate);
  if (known) return known;
  const late = new Playback(play.items, play.loop, prompts, rate, play.ticks);
  play.voices.push(late);
  return late;
}

function hasEnded(play: Play): boolean {
  for (let i = 0; i < play.voices.length; i++) if (!play.voices[i].ended) return false;
  return true;
}

/** The port whose stream a command may change; other streams go on as they were. */
function portOf(command: MediaCommand): PortId | undefined {
  if (command.type === 'play') return 'port' in command.to ? command.to.port : command.to.except;
  return 'port' in command ? command.port : undefined;
}
