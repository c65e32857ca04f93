/** What a media worker was told and what still holds of it: told again, in this order, to the one that takes over. */
import type { MediaCommand, PlayId, PortId, RecordingId } from './contract.js';
import { FRAME_MS } from './frame.js';

type Command<Type extends MediaCommand['type']> = Extract<MediaCommand, { type: Type }>;

/** Of a port: the last of each kind, in this order. */
const OF_A_PORT = [
  'openPort',
  'connectPort',
  'openLine',
  'setLine',
  'join',
  'mute',
  'volume',
  'closePort',
] as const;
type OfAPort = (typeof OF_A_PORT)[number];
type PortOrders = { [Type in OfAPort]?: Command<Type> };

export class StandingOrders {
  #ports = new Map<PortId, PortOrders>();
  #plays = new Map<PlayId, { command: Command<'play'>; startedMs: number }>();
  #recordings = new Map<
    RecordingId,
    { record: Command<'record'>; ports: Map<PortId, Command<'recordPort'>> }
  >();

  /** Notes what a worker is told now. */
  note(command: MediaCommand, nowMs: number): void {
    switch (command.type) {
      case 'openPort':
      case 'openLine':
        this.#ports.set(command.port, { [command.type]: command });
        break;
      case 'leave':
        delete this.#ports.get(command.port)?.join;
        break;
      case 'closePort':
        for (const [
          play,
          {
            command: { to },
          },
        ] of this.#plays)
          if ('port' in to && to.port === command.port) this.#plays.delete(play);
        this.#notePort(command);
        break;
      case 'play':
        this.#plays.set(command.play, { command, startedMs: nowMs });
        break;
      case 'stopPlay':
        this.played(command.play);
        break;
      case 'record':
        this.#recordings.set(command.recording, { record: command, ports: new Map() });
        break;
      case 'recordPort':
        this.#recordings.get(command.recording)?.ports.set(command.port, command);
        break;
      case 'unrecordPort':
        this.#recordings.get(command.recording)?.ports.delete(command.port);
        break;
      case 'pauseRecord':
      case 'endRecord':
        this.recorded(command.recording);
        break;
      case 'sendKey':
      case 'shutdown':
        break;
      default:
        this.#notePort(command);
    }
  }

  /** A playback has not been stopped, and has not reached its end. */
  isPlaying(play: PlayId): boolean {
    return this.#plays.has(play);
  }

  /** A port is closed, or could not be opened. */
  closed(port: PortId): void {
    this.#ports.delete(port);
  }

  /** A playback is over. */
  played(play: PlayId): void {
    this.#plays.delete(play);
  }

  /** Nothing is recorded any more. */
  recorded(recording: RecordingId): void {
    this.#recordings.delete(recording);
  }

  /** All that holds; playbacks go on where they have come to. */
  *all(nowMs: number): Iterable<MediaCommand> {
    for (const orders of this.#ports.values())
      for (const type of OF_A_PORT) {
        const command = orders[type];
        if (command) yield command;
      }
    for (const { command, startedMs } of this.#plays.values())
      yield { ...command, ticks: Math.round((nowMs - startedMs) / FRAME_MS) };
    for (const { record, ports } of this.#recordings.values()) {
      yield { ...record, again: true };
      for (const command of ports.values()) yield { ...command, again: true };
    }
  }

  #notePort(command: Command<OfAPort>): void {
    const orders = this.#ports.get(command.port);
    if (orders) Object.assign(orders, { [command.type]: command });
  }
}
