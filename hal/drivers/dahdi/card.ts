/** A span of DAHDI with analog lines: control here, frames in a thread of their own. */
import { Worker } from 'node:worker_threads';
import { FrameRing, frameRingMemory } from '../../frame-ring.js';
import { HardwareError } from '../../hardware-error.js';
import type { Line, LineCard, LineEvent } from '../../line-card.js';
import { Channel } from './channel.js';
import { alarmWords, type ChannelParams } from './layout.js';
import { WAITING_FRAMES } from './pump.js';
import type { PumpMessage, PumpWork } from './pump-worker.js';
import { atFirst, EVENT, signals, type Happened, type Signals } from './signals.js';

const program = new URL('./pump-worker.js', import.meta.url);
const RING_FRAMES = 16;

type Port = {
  line: Line;
  channel: Channel;
  signals: Signals;
  /** Of the last event. */
  atMs: number;
};

export class DahdiCard implements LineCard {
  onEvent: (event: LineEvent) => void = () => undefined;
  readonly lines: readonly Line[];
  #ports: Port[] = [];
  #control: Int32Array;
  #worker: Worker;
  #ended: Promise<void>;
  #open = true;
  #running: () => void = () => undefined;
  #error: Error | undefined;

  private constructor(
    readonly name: string,
    channels: readonly ChannelParams[],
  ) {
    try {
      for (const params of channels) this.#ports.push(this.#port(new Channel(params), this.#ports.length));
    } catch (error) {
      for (const { channel } of this.#ports) channel.close();
      throw error;
    }
    this.lines = this.#ports.map(({ line }) => line);
    this.#control = new Int32Array(new SharedArrayBuffer(4 * (1 + this.#ports.length)));
    const workerData: PumpWork = {
      lines: this.#ports.map(({ channel, line }) => ({
        fd: channel.fd,
        rx: line.rx.memory,
        tx: line.tx.memory,
      })),
      control: this.#control,
    };
    this.#worker = new Worker(program, { workerData, name: 'line card' });
    this.#ended = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        for (const { channel } of this.#ports) channel.close();
        resolve();
        this.#lost();
      });
    });
    this.#worker.once('error', (error: Error) => (this.#error = error));
    this.#worker.on('message', (message: PumpMessage) => {
      if (message === 'running') this.#running();
      else this.#happened(this.#ports[message.line], message.event, message.atMs);
    });
  }

  /** Rejects with a HardwareError if one of the channels is not to be had. */
  static async open(name: string, channels: readonly ChannelParams[]): Promise<DahdiCard> {
    const card = new DahdiCard(name, channels);
    await new Promise<void>((resolve) => {
      card.#running = resolve;
      void card.#ended.then(resolve);
    });
    if (!card.#open) throw card.#error ?? new HardwareError('lost', `${name} was gone at once`);
    setImmediate(() => card.#tellHowItIs());
    return card;
  }

  /** Leaves every line on hook. */
  async close(): Promise<void> {
    if (this.#open) for (const { channel } of this.#ports) channel.hook('on');
    this.#open = false;
    Atomics.store(this.#control, 0, 1);
    this.#worker.ref();
    await this.#ended;
  }

  #lost(): void {
    if (!this.#open) return;
    this.#open = false;
    this.onEvent({ type: 'lost', error: this.#error });
  }

  /** What was so before anybody listened. */
  #tellHowItIs(): void {
    if (!this.#open) return;
    for (const port of this.#ports) {
      const { offHook, alarms } = port.channel.now();
      if (port.line.kind === 'fxs' && offHook) this.#happened(port, EVENT.ringOrOffHook, 0);
      if (alarms !== 0) this.#happened(port, EVENT.alarm, 0);
    }
  }

  #happened(port: Port, event: number, atMs: number): void {
    const { channel, line } = port;
    port.atMs = atMs;
    if (event === EVENT.alarm || event === EVENT.noAlarm)
      return this.#tell(port, { type: 'alarm', alarm: alarmWords(line.kind, channel.now().alarms), atMs });
    if (line.kind === 'fxs' && event === EVENT.ringOrOffHook) {
      // Where the card itself does not stop ringing for it.
      channel.hook('ringOff');
      channel.cancelEcho(true);
    }
    if (line.kind === 'fxs' && event === EVENT.onHook) channel.cancelEcho(false);
    this.#tell(port, { type: 'event', event, atMs });
  }

  #tell(port: Port, happened: Happened): void {
    if (!this.#open) return;
    const { state, events } = signals(port.signals, happened);
    port.signals = state;
    for (const event of events) this.onEvent(event);
  }

  #port(channel: Channel, index: number): Port {
    const { place } = channel.params;
    const seat = {
      place,
      rx: new FrameRing(frameRingMemory(RING_FRAMES)),
      tx: new FrameRing(frameRingMemory(RING_FRAMES)),
      keptFrames: WAITING_FRAMES,
      cancelsEcho: channel.cancelsEcho,
    };
    const line: Line =
      channel.params.kind === 'fxs'
        ? { kind: 'fxs', ...seat, ...this.#phone(channel, index) }
        : { kind: 'fxo', ...seat, hook: (off) => this.#take(index, off) };
    return { line, channel, atMs: 0, signals: atFirst(line.kind, place) };
  }

  #phone(channel: Channel, index: number) {
    return {
      ring: (on: boolean) => {
        if (!this.#open) return;
        channel.hook(on ? 'ring' : 'ringOff');
        if (!on) channel.sendOnHook();
      },
      reverse: (reversed: boolean) => {
        if (!this.#open) return;
        channel.reverse(reversed);
        channel.sendOnHook();
      },
      // The driver takes the battery off for 500 ms if a line in use is put on hook, and throws its frames away.
      feed: (on: boolean) => {
        if (!this.#open) return;
        if (on) return channel.hook('ringOff');
        channel.hook('off');
        channel.hook('on');
        Atomics.store(this.#control, 1 + index, 1);
      },
      lamp: (on: boolean) => this.#open && channel.lamp(on),
    };
  }

  #take(index: number, off: boolean): void {
    if (!this.#open) return;
    const port = this.#ports[index];
    port.channel.hook(off ? 'off' : 'ringOff');
    port.channel.cancelEcho(off);
    if (!off) this.#tell(port, { type: 'left', atMs: port.atMs });
  }
}
