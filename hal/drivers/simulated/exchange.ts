/**
 * A simulated exchange at its end of a wire: it calls, tells who calls, and takes calls, as its script wants it. Its life
 * is a generator, of which each step is a frame of 20 ms.
 *
 *     idle --call--> ringing --seized--> talking --hangUp--> over --on hook--> idle
 *       `--seized--> dialTone --keys--> dialling --> calling --answer--> talking
 */
import { FRAME_SAMPLES } from '../../frame-ring.js';
import { callerIdSignal, type CallerIdKind, type SimulatedCaller } from './caller-id-signal.js';
import { KeyEar, KEYPAD, pressKey } from './keypad.js';
import { SoundMeter } from './sound-meter.js';
import type { Wire } from './wire.js';

/** Frequencies in Hz, all at once, then ms on, off, on, off ...; without times it does not stop. */
export type ExchangeTone = readonly [frequenciesHz: readonly number[], ...onOffMs: number[]];
export type ExchangeTones = {
  bellMs: readonly number[];
  dial: ExchangeTone;
  busy: ExchangeTone;
  reorder: ExchangeTone;
  ringBack: ExchangeTone;
};

/** How an exchange lets a line know that the other side has hung up; `silence`: not at all. */
export type SimulatedRelease = 'loopBreak' | 'polarity' | 'busy' | 'reorder' | 'dial' | 'silence';
/** What comes of a number that was dialled; `glare` is a caller who rings just as the line is taken. */
export type DialOutcome = 'answer' | 'ringing' | 'busy' | 'reorder' | 'noSuchNumber';

type Life = Generator<undefined, void>;

/** Of North America; `tones` may be set to those of any country. */
const american: ExchangeTones = {
  bellMs: [2000, 4000],
  dial: [[350, 440]],
  busy: [[480, 620], 500, 500],
  reorder: [[480, 620], 250, 250],
  ringBack: [[440, 480], 2000, 4000],
};
const TONE_PEAK = 4060;
/** Special information (E.180): three notes, a pause, and then what a recording would say; here it is silent. */
const SPECIAL_HZ = [950, 1400, 1800];
const SPECIAL_MS = 330;
const KEY_FRAMES = [true, true, true, true, true, false, false, false, false, false];
const LOOP_BREAK_MS = 500;
const RATE = 8000;

export class SimulatedExchange {
  tones: ExchangeTones = american;
  /** It reverses the battery when a called party answers. */
  answersByPolarity = false;
  /** It gives no dial tone. */
  dead = false;
  /** Of numbers that were dialled; others ring once and answer. */
  readonly outcomes = new Map<string, DialOutcome>();
  /** Digits of the call that goes out, or of the last one. */
  dialled = '';
  state: 'idle' | 'ringing' | 'dialTone' | 'dialling' | 'calling' | 'talking' | 'over' = 'idle';
  /** What the party at the other end says; silence if undefined. Fills the frame. */
  say: ((frame: Int16Array) => void) | undefined;
  /** What it hears. */
  readonly meter = new SoundMeter();
  /** A number is over when no key came for so long. */
  pauseMs = 1500;
  #caller?: { caller: SimulatedCaller | undefined; kind: CallerIdKind };
  #glare = false;
  #end?: SimulatedRelease;
  #life = this.#live();
  #keys = new KeyEar();
  #sample = 0;
  /** Of each frame to come: a key's place on the keypad, -1 for none. */
  #pressed: number[] = [];

  constructor(readonly wire: Wire) {}

  /** Somebody calls: it rings until it is answered, or until `hangUp`. Without a caller nobody is told who it is. */
  call(caller?: SimulatedCaller, kind: CallerIdKind = 'bellcore'): void {
    this.#end = undefined;
    this.#caller = { caller, kind };
  }

  /** Somebody calls in the very moment in which the line is next taken: the bell rings once, then both are connected. */
  callWhenSeized(): void {
    this.#glare = true;
  }

  /** The other party presses keys: each for 100 ms, and 100 ms between them. */
  keys(keys: string): void {
    for (const key of keys)
      if (KEYPAD.includes(key))
        this.#pressed.push(...KEY_FRAMES.map((on) => (on ? KEYPAD.indexOf(key) : -1)));
  }

  /** The other party hangs up. */
  hangUp(how: SimulatedRelease = 'loopBreak'): void {
    this.#end = how;
  }

  /** Makes its next frame, before the wire advances. */
  advance(): void {
    this.wire.tx.fill(0);
    this.#life.next();
    if (this.state === 'talking') this.meter.hear(this.wire.rx);
    this.#sample += FRAME_SAMPLES;
  }

  get #seized(): boolean {
    return this.wire.whole && this.wire.stations.some(({ off }) => off);
  }

  *#live(): Life {
    for (;;) {
      this.state = 'idle';
      this.wire.reversed = this.wire.ringing = false;
      if (this.#seized) yield* this.#serve();
      else if (this.#caller) yield* this.#ring(this.#caller);
      else yield;
    }
  }

  /** A call to the line. */
  *#ring({ caller, kind }: { caller: SimulatedCaller | undefined; kind: CallerIdKind }): Life {
    this.state = 'ringing';
    const told = caller && callerIdSignal(kind, caller);
    // ETSI EN 300 659-1 §6.1.2: before the first ring, behind a reversal of the battery; Bellcore: behind the first ring.
    if (told && kind !== 'bellcore') {
      this.wire.reversed = true;
      yield* this.#while(300, () => !this.#seized);
      yield* this.#sound(told);
      yield* this.#while(300, () => !this.#seized);
      this.wire.reversed = false;
    }
    const rings = () => !this.#seized && this.#end === undefined;
    for (let first = true; rings(); first = false)
      for (const [at, ms] of this.tones.bellMs.entries()) {
        this.wire.ringing = at % 2 === 0 && rings();
        const last = at === this.tones.bellMs.length - 1;
        const left = told && kind === 'bellcore' && first && last ? yield* this.#between(told, ms) : ms;
        yield* this.#while(left, rings);
      }
    this.wire.ringing = false;
    this.#caller = undefined;
    if (this.#seized) yield* this.#talk(false);
    this.#end = undefined;
  }

  /** The signal half a second behind the ring; returns how much of the pause is left. */
  *#between(told: Int16Array, ms: number): Generator<undefined, number> {
    yield* this.#while(500, () => !this.#seized);
    yield* this.#sound(told);
    return ms - 500 - (told.length * 1000) / RATE;
  }

  /** A call from the line. */
  *#serve(): Life {
    this.#end = undefined;
    if (this.#glare) {
      this.#glare = false;
      this.wire.ringing = true;
      yield;
      this.wire.ringing = false;
      return yield* this.#talk(false);
    }
    this.dialled = '';
    this.state = 'dialTone';
    let pauseMs = 0;
    for (let atMs = 0; this.#seized && pauseMs < this.pauseMs; atMs += 20, yield) {
      const key = this.#keys.hear(this.wire.rx);
      this.dialled += key;
      if (this.dialled === '') {
        if (!this.dead) this.#tone(this.tones.dial, atMs);
        continue;
      }
      this.state = 'dialling';
      pauseMs = key === '' ? pauseMs + 20 : 0;
    }
    if (this.#seized) yield* this.#connect(this.outcomes.get(this.dialled) ?? 'answer');
  }

  *#connect(outcome: DialOutcome): Life {
    this.state = 'calling';
    if (outcome === 'busy' || outcome === 'reorder') return yield* this.#over(outcome);
    if (outcome === 'noSuchNumber') {
      for (const hz of SPECIAL_HZ) yield* this.#play([[hz]], SPECIAL_MS);
      return yield* this.#over('silence');
    }
    const [, onMs, offMs] = this.tones.ringBack;
    const ringMs = outcome === 'ringing' ? Infinity : onMs + offMs;
    yield* this.#play(this.tones.ringBack, ringMs);
    if (this.#seized) yield* this.#talk(true);
  }

  *#talk(outgoing: boolean): Life {
    this.state = 'talking';
    this.wire.reversed = outgoing && this.answersByPolarity;
    for (; this.#seized && this.#end === undefined; yield) {
      const key = this.#pressed.shift();
      if (key === undefined) this.say?.(this.wire.tx);
      else if (key >= 0) pressKey(key, this.#sample, this.wire.tx);
    }
    this.#pressed = [];
    const end = this.#end;
    this.#end = undefined;
    if (end !== undefined && this.#seized) yield* this.#over(end);
  }

  /** The other party has gone; until the line is on hook. */
  *#over(how: SimulatedRelease): Life {
    this.state = 'over';
    if (how === 'loopBreak') {
      this.wire.battery = false;
      yield* this.#while(LOOP_BREAK_MS, () => true);
      this.wire.battery = true;
    } else if (how === 'polarity') this.wire.reversed = !this.wire.reversed;
    if (how === 'busy' || how === 'reorder' || how === 'dial') yield* this.#play(this.tones[how], Infinity);
    yield* this.#while(Infinity, () => this.#seized);
  }

  /** So long, or until it is no longer so. */
  *#while(ms: number, so: () => boolean): Life {
    for (let left = ms; left > 0 && so(); left -= 20) yield;
  }

  /** A tone, for so long as the line is seized and nobody has hung up. */
  *#play(tone: ExchangeTone, ms: number): Life {
    for (let at = 0; at < ms && this.#seized && this.#end === undefined; at += 20, yield)
      this.#tone(tone, at);
  }

  *#sound(samples: Int16Array): Life {
    for (let at = 0; at < samples.length && !this.#seized; at += FRAME_SAMPLES, yield)
      this.wire.tx.set(samples.subarray(at, at + FRAME_SAMPLES));
  }

  /** A frame of a tone, `atMs` behind its beginning; on and off to the sample. */
  #tone([frequenciesHz, ...onOffMs]: ExchangeTone, atMs: number): void {
    const turnMs = onOffMs.reduce((sum, ms) => sum + ms, 0);
    for (let i = 0; i < FRAME_SAMPLES; i++) {
      let left = turnMs > 0 ? (atMs + (i * 1000) / RATE) % turnMs : 0;
      const run = onOffMs.findIndex((ms) => (left -= ms) < 0);
      if (run % 2 === 1) continue;
      for (const hz of frequenciesHz)
        this.wire.tx[i] +=
          (TONE_PEAK / frequenciesHz.length) * Math.sin((2 * Math.PI * hz * (this.#sample + i)) / RATE);
    }
  }
}
