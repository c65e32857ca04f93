/** The audio ports of the configuration, as they are now. */
import type { AudioPort } from '../config/schema.js';
import type { PortId } from '../media/contract.js';
import type { Cause } from './cause.js';
import { ConfiguredPort, type ConfiguredPortOptions } from './configured-port.js';
import type { Leg, Party } from './leg.js';

/** One of them as it is now. */
export type AudioPortNow = {
  settings: AudioPort;
  /** Why its device is not open, and its button not read; '' while they are. */
  trouble: string;
  buttonTrouble: string;
  port: PortId | undefined;
  leg: Leg | undefined;
  /** How often sound was lost at its device since the box started. */
  xruns: { capture: number; playback: number };
};

export class AudioPortBoard {
  #known: ConfiguredPort[] = [];
  /** Devices that are being closed: they are not to be opened again before. */
  #closing: Promise<void> = Promise.resolve();
  #closed = false;

  /** Opens what is configured; what is not there now is tried again. */
  constructor(private readonly options: ConfiguredPortOptions) {
    this.apply();
  }

  /** The configuration has changed. */
  apply(): void {
    const wanted = this.options.config().audioPorts;
    const stays = ({ settings: old }: ConfiguredPort) =>
      wanted.find((now) => DEVICES.every((field) => now[field] === old[field]));
    const leaving = this.#known.filter((one) => !stays(one));
    this.#known = this.#known.filter((one) => stays(one));
    for (const one of this.#known) one.use(stays(one)!);
    this.#closing = Promise.all([this.#closing, ...leaving.map((one) => one.close())]).then(() => {
      for (const port of this.options.config().audioPorts)
        if (!this.#closed && !this.#known.some(({ settings }) => settings.number === port.number))
          this.#known.push(new ConfiguredPort(port, this.options));
    });
  }

  get ports(): readonly AudioPortNow[] {
    return this.options
      .config()
      .audioPorts.flatMap(({ number }) => this.#find(number) ?? [])
      .map((one) => ({
        settings: one.settings,
        trouble: one.trouble,
        buttonTrouble: one.buttonTrouble,
        port: one.station?.port,
        leg: one.station?.leg,
        xruns: one.xruns,
      }));
  }

  get alarms(): { code: string; text: string }[] {
    return this.ports.flatMap(({ settings, trouble, buttonTrouble }) => {
      const alarm = (what: string, why: string) =>
        why === ''
          ? []
          : [{ code: 'audio-port', text: `${what} ${settings.number}: ${why}; it is tried again and again` }];
      return [...alarm('audio port', trouble), ...alarm('button of audio port', buttonTrouble)];
    });
  }

  /** Somebody calls one of them. */
  call({ number }: AudioPort, from: Party): Leg | Cause {
    return this.#find(number)?.station?.call(from) ?? 'unavailable';
  }

  /** As if its button was pressed; false if its device is not there, or it has nothing to do by that. */
  press(number: string): boolean {
    return this.#find(number)?.station?.press() ?? false;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#closing;
    await Promise.all(this.#known.splice(0).map((one) => one.close()));
  }

  #find(number: string): ConfiguredPort | undefined {
    return this.#known.find(({ settings }) => settings.number === number);
  }
}

/** A port for which one of these changes is another one. */
const DEVICES = ['number', 'capture', 'playback', 'rate', 'button'] as const;
