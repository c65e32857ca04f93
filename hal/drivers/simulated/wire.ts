/**
 * Two wires between an exchange and what hangs on them, as a model: battery, loop, ringing, polarity, and the sound of
 * both ends. Advances by the frames it is given; nothing else is time.
 */
import { FRAME_SAMPLES } from '../../frame-ring.js';

/** What hangs on the wires: a phone, or an FXO line. It draws current while it is off hook. */
export type Station = { off: boolean; readonly tx: Int16Array; readonly rx: Int16Array };

/** The line in figures; all levels in dB. */
export type WireSettings = {
  /** From end to end. */
  lossDb: number;
  /** What an end hears of itself is so much softer. */
  echoLossDb: number;
  /** Mean level of the noise, dBm0; -Infinity for none. */
  noiseDbm0: number;
};

export const quietWire: WireSettings = { lossDb: 0, echoLossDb: Infinity, noiseDbm0: -Infinity };

/** The echo: what the hybrid lets through at once, and a little later, and later still. */
const ECHO_TAPS = [0, 0, 0, 0, 0.8, 0.5, -0.3, 0.1];
const ECHO_POWER = Math.sqrt(ECHO_TAPS.reduce((sum, tap) => sum + tap * tap, 0));
/** Peak of noise of 0 dBm0, evenly spread. */
const NOISE_PEAK = 22827 * Math.sqrt(1.5);

export class Wire {
  /** At the exchange's end. */
  battery = true;
  reversed = false;
  ringing = false;
  /** Whether it was ringing a frame ago. */
  rang = false;
  readonly tx = new Int16Array(FRAME_SAMPLES);
  readonly rx = new Int16Array(FRAME_SAMPLES);
  readonly stations: Station[] = [];
  /** False: cut, or the plug is out. */
  whole = true;
  #settings = quietWire;
  #gain = 1;
  #echo = new Float64Array(ECHO_TAPS.length);
  #noise = 0;
  #seed = 1;
  #officeTail = new Int16Array(ECHO_TAPS.length);
  #stationTail = new Int16Array(ECHO_TAPS.length);
  #fromStations = new Int16Array(FRAME_SAMPLES);

  constructor(settings: WireSettings = quietWire) {
    this.settings = settings;
  }

  set settings(settings: WireSettings) {
    this.#settings = settings;
    this.#gain = 10 ** (-settings.lossDb / 20);
    const echoGain = 10 ** (-settings.echoLossDb / 20) / ECHO_POWER;
    this.#echo = Float64Array.from(ECHO_TAPS, (tap) => tap * echoGain);
    this.#noise = NOISE_PEAK * 10 ** (settings.noiseDbm0 / 20);
  }

  get settings(): WireSettings {
    return this.#settings;
  }

  /** Whether current flows: something is off hook, and there is battery. */
  get current(): boolean {
    return this.whole && this.battery && this.stations.some((station) => station.off);
  }

  /** The next 20 ms: from every `tx` to every `rx`. A station on hook hears too, but is not heard. */
  advance(): void {
    const sent = this.#fromStations.fill(0);
    for (const { off, tx } of this.stations)
      if (off && this.current) for (let i = 0; i < FRAME_SAMPLES; i++) sent[i] = clamp(sent[i] + tx[i]);
    for (let i = 0; i < FRAME_SAMPLES; i++) {
      const noise = this.#noise > 0 ? this.#noise * this.#random() : 0;
      const officeEcho = this.#echoAt(this.tx, this.#officeTail, i);
      this.rx[i] = this.whole ? clamp(this.#gain * sent[i] + officeEcho + noise) : 0;
    }
    for (const station of this.stations)
      for (let i = 0; i < FRAME_SAMPLES; i++) {
        const echo = station.off ? this.#echoAt(station.tx, this.#stationTail, i) : 0;
        const others = station.off ? this.#gain * (sent[i] - station.tx[i]) : this.#gain * sent[i];
        const noise = this.#noise > 0 ? this.#noise * this.#random() : 0;
        station.rx[i] = this.whole ? clamp(this.#gain * this.tx[i] + others + echo + noise) : 0;
      }
    this.#officeTail.set(this.tx.subarray(FRAME_SAMPLES - ECHO_TAPS.length));
    this.#stationTail.set(sent.subarray(FRAME_SAMPLES - ECHO_TAPS.length));
  }

  #echoAt(sent: Int16Array, before: Int16Array, at: number): number {
    let sum = 0;
    for (let tap = 0; tap < this.#echo.length; tap++)
      sum += this.#echo[tap] * (at >= tap ? sent[at - tap] : before[ECHO_TAPS.length + at - tap]);
    return sum;
  }

  /** -1 to 1, the same in every run. */
  #random(): number {
    this.#seed = (Math.imul(this.#seed, 1664525) + 1013904223) >>> 0;
    return this.#seed / 2 ** 31 - 1;
  }
}

function clamp(sample: number): number {
  return sample > 32767 ? 32767 : sample < -32768 ? -32768 : Math.round(sample);
}
