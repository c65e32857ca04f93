/**
 * A simulated card, as a model without a clock: `frame` lets 20 ms of its own clock pass, `tick` those of a clock that runs
 * `skewPpm` slower than it.
 *
 *     FXS 1 ---+--- FXO 1        pairs, each an FXS line wired to the FXO line beside it,
 *              `--- phone 1      with a phone on the same wires
 *     exchange --- FXO           and two more FXO lines, each with an exchange at its other end
 */
import { FrameRing, frameRingMemory, FRAME_SAMPLES } from '../../frame-ring.js';
import type { FxoLine, FxsLine, Line, LineCard, LineEvent } from '../../line-card.js';
import { SimulatedExchange } from './exchange.js';
import { SimulatedPhone } from './phone.js';
import { quietWire, Wire, type Station, type WireSettings } from './wire.js';

const RING_FRAMES = 8;
const EXCHANGES = 2;

type Fxs = { line: FxsLine; wire: Wire; phone: SimulatedPhone; off: boolean };
type Fxo = {
  line: FxoLine;
  wire: Wire;
  station: Station;
  ringing: boolean;
  battery: boolean;
  reversed: boolean;
};

export class SimulatedCard implements LineCard {
  readonly name: string;
  onEvent: (event: LineEvent) => void = () => undefined;
  /** FXS lines have the places 1 to N, FXO lines N+1 to 2N+2; the last two of these hang on the exchanges. */
  readonly lines: readonly Line[];
  readonly phones: readonly SimulatedPhone[];
  readonly exchanges: readonly SimulatedExchange[];
  #fxs: Fxs[] = [];
  #fxo: Fxo[] = [];
  #frames = 0;
  #due = 0;
  #plugged = true;

  constructor(
    pairs: number,
    settings: WireSettings = quietWire,
    public skewPpm = 0,
  ) {
    this.name = `simulated card of ${pairs} pairs`;
    for (let place = 1; place <= pairs; place++) {
      const wire = new Wire(settings);
      const phone = new SimulatedPhone();
      this.#fxs.push({ line: fxsLine(place, wire, phone), wire, phone, off: false });
      this.#fxo.push(fxoOn(pairs + place, wire));
      wire.stations.push(phone);
    }
    this.exchanges = Array.from({ length: EXCHANGES }, () => new SimulatedExchange(new Wire(settings)));
    for (const { wire } of this.exchanges)
      this.#fxo.push(fxoOn(this.#fxs.length + this.#fxo.length + 1, wire));
    this.lines = [...this.#fxs, ...this.#fxo].map(({ line }) => line);
    this.phones = this.#fxs.map(({ phone }) => phone);
  }

  /** 20 ms of the box: as many frames of the card as its clock makes of them. */
  tick(): void {
    for (this.#due += 1 + this.skewPpm / 1e6; this.#due >= 1; this.#due--) this.frame();
  }

  /** 20 ms of the card. */
  frame(): void {
    if (!this.#plugged) return;
    this.#frames++;
    for (const { line, wire, phone } of this.#fxs) {
      line.tx.read(wire.tx);
      phone.ringing = wire.ringing && wire.whole && !wire.current;
      phone.advance();
    }
    for (const exchange of this.exchanges) exchange.advance();
    for (const { line, station } of this.#fxo) line.tx.read(station.tx);
    for (const { wire } of this.#fxo) wire.advance();
    for (const fxs of this.#fxs) {
      fxs.line.rx.write(fxs.wire.rx);
      this.#watchPhone(fxs);
    }
    for (const fxo of this.#fxo) {
      fxo.line.rx.write(fxo.station.rx);
      this.#watchExchange(fxo);
    }
  }

  /** Pulls the card out: nothing more comes of it. */
  unplug(): void {
    if (!this.#plugged) return;
    this.#plugged = false;
    this.onEvent({ type: 'lost' });
  }

  close(): Promise<void> {
    this.#plugged = false;
    return Promise.resolve();
  }

  get plugged(): boolean {
    return this.#plugged;
  }

  get #atMs(): number {
    return this.#frames * 20;
  }

  #watchPhone(fxs: Fxs): void {
    const off = fxs.wire.current;
    if (off === fxs.off || !fxs.wire.battery) return;
    fxs.off = off;
    this.onEvent({ type: 'hook', place: fxs.line.place, off, atMs: this.#atMs });
  }

  #watchExchange(fxo: Fxo): void {
    const { wire, line } = fxo;
    const { place } = line;
    const battery = wire.whole && wire.battery;
    if (battery !== fxo.battery) {
      fxo.battery = battery;
      this.onEvent({ type: 'battery', place, on: battery, atMs: this.#atMs });
    }
    if (wire.reversed !== fxo.reversed && battery) {
      fxo.reversed = wire.reversed;
      this.onEvent({ type: 'polarity', place, reversed: wire.reversed });
    }
    // A bell that begins is heard, though the line is taken in the same moment.
    const ringing = wire.whole && wire.ringing && !(wire.current && wire.rang);
    wire.rang = wire.ringing;
    if (ringing !== fxo.ringing) {
      fxo.ringing = ringing;
      this.onEvent({ type: 'ring', place, on: ringing, atMs: this.#atMs });
    }
  }
}

function rings(): { rx: FrameRing; tx: FrameRing } {
  return { rx: new FrameRing(frameRingMemory(RING_FRAMES)), tx: new FrameRing(frameRingMemory(RING_FRAMES)) };
}

function fxsLine(place: number, wire: Wire, phone: SimulatedPhone): FxsLine {
  return {
    kind: 'fxs',
    place,
    ...rings(),
    ring: (on) => void (wire.ringing = on),
    reverse: (reversed) => void (wire.reversed = reversed),
    feed: (on) => void (wire.battery = on),
    lamp: (on) => void (phone.lamp = on),
  };
}

function fxoOn(place: number, wire: Wire): Fxo {
  const station = { off: false, tx: new Int16Array(FRAME_SAMPLES), rx: new Int16Array(FRAME_SAMPLES) };
  wire.stations.push(station);
  const line: FxoLine = {
    kind: 'fxo',
    place,
    ...rings(),
    hook: (off) => void (station.off = off),
  };
  return { line, wire, station, ringing: false, battery: true, reversed: false };
}
