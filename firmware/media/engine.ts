/** All ports, mixes and playbacks, and the 20 ms they live through together. Knows neither threads nor clocks. */
import type { MediaCommand, MediaEvent, MixId, PlayId, PlayTarget, PortId } from './contract.js';
import { FRAME_SAMPLES } from './frame.js';
import { MixBus } from './mix-bus.js';
import { addTo, clampMinusOwn, clampTo, takeFrom } from './mixer.js';
import { Playback, type Prompts } from './playback.js';
import { RTP_HEADER_BYTES } from './rtp.js';
import { RtpPort, type PacketSocket, type Traffic } from './rtp-port.js';
import { PLANE, ROW, ROW_WORDS, findRow } from './stats.js';

export type EngineOptions = {
  /** Throws if no port of the range is free. */
  openSocket(address: string, rtpPorts: readonly [number, number], startPort: number): PacketSocket;
  emit(event: MediaEvent): void;
  prompts: Prompts;
  stats: Int32Array;
};

type Play = { id: PlayId; to: PlayTarget; playback: Playback };

export class Engine {
  #options: EngineOptions;
  #ports: RtpPort[] = [];
  #rows: number[] = [];
  #mixes: MixBus[] = [];
  #plays: Play[] = [];
  #traffic: Traffic = { packetsIn: 0, packetsOut: 0, packetsDropped: 0, srtpFailures: 0 };
  #lastLocalPort = 0;
  #heard = new Int32Array(FRAME_SAMPLES);
  #pcm = new Int16Array(FRAME_SAMPLES);

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  /** Does what the main thread says; a port that is not there any more is no error. */
  handle(command: MediaCommand): void {
    if (command.type === 'openPort') this.#openPort(command);
    else if (command.type === 'connectPort') this.#connectPort(command);
    else if (command.type === 'closePort') this.#closePort(command.port);
    else if (command.type === 'join') this.#join(command.port, command.mix);
    else if (command.type === 'leave') this.#leave(command.port);
    else if (command.type === 'mute') this.#mute(command.port, command.muted);
    else if (command.type === 'sendKey') this.#find(command.port)?.sendKey(command.key);
    else if (command.type === 'play') this.#play(command);
    else if (command.type === 'stopPlay') this.#stopPlays((play) => play.id === command.play);
  }

  /** 20 ms: everybody is heard, then everybody is spoken to. */
  tick(): void {
    for (let i = 0; i < this.#plays.length; i++) this.#plays[i].playback.advance();
    for (let i = 0; i < this.#mixes.length; i++) this.#mixes[i].begin();
    for (let i = 0; i < this.#ports.length; i++) {
      const port = this.#ports[i];
      port.receive();
      if (port.talks) port.mix?.add(port.rxFrame);
    }
    for (let i = 0; i < this.#ports.length; i++) {
      const port = this.#ports[i];
      if (port.sending) port.send(this.#encode(port));
      port.advanceTimestamp();
      this.#writeStats(port, this.#rows[i]);
    }
    this.#endPlays();
    this.#writePlaneStats();
  }

  close(): void {
    for (const port of this.#ports.slice()) this.#closePort(port.id);
  }

  /** Writes what the port hears into its packet; returns the payload's length. */
  #encode(port: RtpPort): number {
    const { mix, encoder, codec, packet } = port;
    const talks = port.talks && mix !== null;
    const own = port.plays.length > 0 || (mix !== null && mix.hasExcepted(port.id));
    if (mix && !talks && !own) return mix.encodeShared(codec, packet, RTP_HEADER_BYTES);
    if (mix && !own) clampMinusOwn(this.#pcm, mix.sum, port.rxFrame);
    else {
      const heard = this.#heard;
      if (mix) {
        heard.set(mix.sum);
        if (talks) takeFrom(heard, port.rxFrame);
        mix.takeExcepted(heard, port.id);
      } else heard.fill(0);
      for (let i = 0; i < port.plays.length; i++) addTo(heard, port.plays[i].frame);
      clampTo(this.#pcm, heard);
    }
    return encoder.encode(this.#pcm, FRAME_SAMPLES, packet, RTP_HEADER_BYTES);
  }

  #openPort({ port, address, rtpPorts }: MediaCommand & { type: 'openPort' }): void {
    const options = this.#options;
    const { stats } = options;
    const emit = (event: MediaEvent) => options.emit(event);
    const row = findRow(stats, 0);
    if (row < 0) return emit({ type: 'portFailed', port, reason: 'too many ports' });
    try {
      const socket = options.openSocket(address, rtpPorts, this.#lastLocalPort + 2);
      this.#lastLocalPort = socket.localPort;
      const onDigit = (of: PortId, digit: string) => emit({ type: 'digit', port: of, digit });
      this.#ports.push(new RtpPort(port, socket, this.#traffic, onDigit));
      this.#rows.push(row);
      stats[row + ROW.port] = port + 1;
      emit({ type: 'portOpened', port, localPort: socket.localPort });
    } catch (error) {
      emit({ type: 'portFailed', port, reason: error instanceof Error ? error.message : String(error) });
    }
  }

  #connectPort(command: MediaCommand & { type: 'connectPort' }): void {
    const port = this.#find(command.port);
    if (!port) return;
    port.connect(command.peer, command.format, command.sending, command.receiving);
    port.mix?.prepare(port.codec);
  }

  #closePort(id: PortId): void {
    const at = this.#ports.findIndex((port) => port.id === id);
    if (at >= 0) {
      this.#leave(id);
      this.#stopPlays(({ to }) => 'port' in to && to.port === id);
      this.#ports[at].close();
      this.#options.stats.fill(0, this.#rows[at], this.#rows[at] + ROW_WORDS);
      this.#ports.splice(at, 1);
      this.#rows.splice(at, 1);
    }
    this.#options.emit({ type: 'portClosed', port: id });
  }

  #join(id: PortId, mixId: MixId): void {
    const port = this.#find(id);
    if (!port) return;
    this.#leave(id);
    let mix = this.#mixes.find((other) => other.id === mixId);
    if (!mix) this.#mixes.push((mix = new MixBus(mixId)));
    mix.prepare(port.codec);
    port.mix = mix;
    this.#assignPlays({ mix: mixId });
  }

  #leave(id: PortId): void {
    const port = this.#find(id);
    if (!port) return;
    const { mix } = port;
    port.mix = null;
    if (!mix || this.#ports.some((other) => other.mix === mix)) return;
    mix.close();
    this.#mixes.splice(this.#mixes.indexOf(mix), 1);
  }

  #mute(id: PortId, muted: boolean): void {
    const port = this.#find(id);
    if (port) port.muted = muted;
  }

  #play({ play, to, items, loop }: MediaCommand & { type: 'play' }): void {
    this.#plays.push({ id: play, to, playback: new Playback(items, loop, this.#options.prompts) });
    this.#assignPlays(to);
  }

  #stopPlays(which: (play: Play) => boolean): void {
    const stopped = this.#plays.filter(which);
    this.#plays = this.#plays.filter((play) => !which(play));
    for (const { to } of stopped) this.#assignPlays(to);
  }

  /** Tells the port or the mix what is played to it now, so that the tick need not look for it. */
  #assignPlays(target: { port: PortId } | { mix: MixId }): void {
    if ('port' in target) {
      const port = this.#find(target.port);
      const own = this.#plays.filter(({ to }) => 'port' in to && to.port === target.port);
      if (port) port.plays = own.map(({ playback }) => playback);
      return;
    }
    const mix = this.#mixes.find(({ id }) => id === target.mix);
    if (mix)
      mix.plays = this.#plays.flatMap(({ to, playback }) =>
        'mix' in to && to.mix === mix.id ? [{ frame: playback.frame, except: to.except }] : [],
      );
  }

  #endPlays(): void {
    for (let i = 0; i < this.#plays.length; i++) {
      if (!this.#plays[i].playback.ended) continue;
      const ended = this.#plays.filter(({ playback }) => playback.ended);
      this.#stopPlays(({ playback }) => playback.ended);
      for (const { id } of ended) this.#options.emit({ type: 'played', play: id });
      return;
    }
  }

  #find(id: PortId): RtpPort | undefined {
    return this.#ports.find((port) => port.id === id);
  }

  #writeStats(port: RtpPort, row: number): void {
    const { stats } = this.#options;
    stats[row + ROW.rxPackets] = port.rxPackets;
    stats[row + ROW.txPackets] = port.txPackets;
    stats[row + ROW.rxLost] = port.rxLost;
    stats[row + ROW.rxDropped] = port.rxDropped;
    stats[row + ROW.levelDbm0] = port.level.levelDbm0;
    stats[row + ROW.speaking] = port.level.speaking ? 1 : 0;
  }

  #writePlaneStats(): void {
    const { stats } = this.#options;
    stats[PLANE.ticks]++;
    stats[PLANE.packetsIn] = this.#traffic.packetsIn;
    stats[PLANE.packetsOut] = this.#traffic.packetsOut;
    stats[PLANE.packetsDropped] = this.#traffic.packetsDropped;
    stats[PLANE.srtpFailures] = this.#traffic.srtpFailures;
    stats[PLANE.ports] = this.#ports.length;
  }
}
