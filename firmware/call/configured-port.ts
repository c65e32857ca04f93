/** One audio port of the configuration: its device and its button are opened again and again until they are there. */
import type { AudioPort as OpenPort, OpenAudioPort } from '../../hal/audio-port.js';
import { InputDevice } from '../../hal/input-device.js';
import type { Clock, Timer } from '../clock.js';
import type { AudioPort } from '../config/schema.js';
import { createLog } from '../log.js';
import { AudioStation, type StationOptions } from './audio-station.js';

const log = createLog('audio');

/** What could not be opened, or is gone, is tried again after this, then after twice as long, to the longest. */
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 30_000;
/** One that was there for so long has its first retry again. */
const STEADY_MS = 60_000;

export type ConfiguredPortOptions = StationOptions & { open: OpenAudioPort; clock: Clock };

export class ConfiguredPort {
  /** Why its device is not open, and its button not read; '' for nothing. */
  trouble = '';
  buttonTrouble = '';
  readonly xruns = { capture: 0, playback: 0 };
  station?: AudioStation;
  #open?: OpenPort;
  #button?: InputDevice;
  #closed = false;
  readonly #deviceRetry: Retry;
  readonly #buttonRetry: Retry;

  constructor(
    public settings: AudioPort,
    private readonly options: ConfiguredPortOptions,
  ) {
    this.#deviceRetry = new Retry(options.clock);
    this.#buttonRetry = new Retry(options.clock);
    void this.#openDevice();
    this.#openButton();
  }

  use(settings: AudioPort): void {
    this.settings = settings;
    this.station?.use(settings);
  }

  /** Resolves when its devices are free. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#deviceRetry.cancel();
    this.#buttonRetry.cancel();
    this.#button?.close();
    await this.#giveUp();
  }

  async #openDevice(): Promise<void> {
    const { capture, playback, rate, number } = this.settings;
    try {
      const open = await this.options.open({ capture, playback, rate });
      this.#open = open;
      open.onEvent = (event) => {
        if (event.type === 'xrun') this.xruns[event.capture ? 'capture' : 'playback'] += 1;
        else this.#lose(event.reason);
      };
      const sound = { rx: open.rx.memory, tx: open.tx.memory, keptFrames: 0 };
      const settings = { rxGainDb: 0, txGainDb: 0, keys: false, echoTailMs: 0 };
      const handlers = { digit: () => {}, tone: () => {}, callerId: () => {} };
      const port = await this.options.media.openLine(sound, settings, handlers);
      if (this.#closed || this.#open !== open) {
        void this.options.media.closePort(port);
        return void (await open.close());
      }
      this.station = new AudioStation(port, this.settings, this.options);
      this.trouble = '';
      this.#deviceRetry.opened();
      log.info({ number }, 'an audio port is there');
    } catch (error) {
      this.#lose(error instanceof Error ? error.message : String(error));
    }
  }

  #lose(reason: string): void {
    if (this.#closed) return;
    if (this.trouble !== reason) log.warn({ number: this.settings.number, reason }, 'an audio port is gone');
    this.trouble = reason;
    void this.#giveUp();
    this.#deviceRetry.after(() => void this.#openDevice());
  }

  async #giveUp(): Promise<void> {
    const [open, station] = [this.#open, this.station];
    this.#open = undefined;
    this.station = undefined;
    station?.close();
    if (station) void this.options.media.closePort(station.port);
    await open?.close();
  }

  #openButton(): void {
    const { button: path, number } = this.settings;
    if (path === undefined) return;
    const button = new InputDevice(path);
    this.#button = button;
    this.buttonTrouble = '';
    this.#buttonRetry.opened();
    button.onPress = () => this.station?.press();
    button.onLost = (reason) => {
      log.warn({ number, reason }, 'the button of an audio port is gone');
      this.buttonTrouble = reason;
      this.#buttonRetry.after(() => this.#openButton());
    };
  }
}

/** Something that is opened again and again until it is there. */
class Retry {
  #ms = FIRST_RETRY_MS;
  #openedMs = Infinity;
  #timer?: Timer;

  constructor(private readonly clock: Clock) {}

  opened(): void {
    this.#openedMs = this.clock.nowMs();
  }

  after(again: () => void): void {
    if (this.clock.nowMs() - this.#openedMs > STEADY_MS) this.#ms = FIRST_RETRY_MS;
    this.#openedMs = Infinity;
    this.#timer = this.clock.after(this.#ms, again);
    this.#ms = Math.min(2 * this.#ms, LONGEST_RETRY_MS);
  }

  cancel(): void {
    this.#timer?.cancel();
  }
}
