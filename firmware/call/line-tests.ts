/**
 * Tests of lines, as a technician makes them: one has the line instead of its owner, until it is ended or its time is over.
 * What comes of them is seen on the line itself, as levels, hook and battery.
 */
import type { Line, LineEvent } from '../../hal/line-card.js';
import type { Clock, Timer } from '../clock.js';
import type { Media, PlayId, PlayItem, ProgressTone } from '../media/contract.js';
import { tonePlanOf } from '../tone-plans.js';
import type { LineBoard, LineOwner, OwnedLine } from './line-board.js';

export type LineTestAsked = {
  /** `tone` and `loopBack` take an exchange line, too. */
  test: 'ring' | 'offHook' | 'tone' | 'loopBack';
  /** Of a tone: Hz, and dBm0. */
  hz: number;
  levelDbm0: number;
  /** What an exchange line dials before its tone. */
  dial?: string;
};

/** Whoever forgets a test loses the line for no longer. */
const LONGEST_MS = 60_000;

/** An exchange has its dial tone after so long, and understands keys of so long; numbers of tests answer at once. */
const DIAL_TONE_MS = 1500;
const KEY_MS = 100;
const ANSWER_MS = 3000;

export type LineTestsOptions = {
  board: Pick<LineBoard, 'lines' | 'lend' | 'takeBack'>;
  media: Pick<Media, 'play' | 'stopPlay' | 'setLine'>;
  clock: Clock;
  country(): string;
};

export class LineTests {
  readonly #running = new Map<string, LineTest>();

  constructor(private readonly options: LineTestsOptions) {}

  /** The test that a line is in. */
  of(name: string): Pick<LineTest, 'asked' | 'heard'> | undefined {
    return this.#running.get(name);
  }

  /** Begins a test, or goes on to another one; returns why it cannot be, '' if it is. */
  start(name: string, asked: LineTestAsked): string {
    const now = this.options.board.lines.find(({ settings }) => settings?.name === name);
    if (!now) return 'it is not there';
    if (asked.test === 'ring' && now.kind === 'fxo') return 'an exchange line has no bell';
    if (asked.test === 'offHook' && now.kind === 'fxs') return 'only whoever is at a phone can lift it';
    const running = this.#running.get(name);
    if (running) running.goOn(asked);
    else if (now.leg) return 'it is in a call';
    else if (!this.options.board.lend(name, (owned) => this.#begin(name, owned, asked)))
      return 'it is being opened';
    return '';
  }

  /** Ends a test; false if there is none. */
  stop(name: string): boolean {
    if (!this.#running.delete(name)) return false;
    this.options.board.takeBack(name);
    return true;
  }

  #begin(name: string, owned: OwnedLine, asked: LineTestAsked): LineTest {
    const test = new LineTest(owned, this.options, {
      over: () => this.stop(name),
      closed: () => this.#running.delete(name),
    });
    this.#running.set(name, test);
    test.goOn(asked);
    return test;
  }
}

type Ends = { over(): void; closed(): void };

class LineTest implements LineOwner {
  asked!: LineTestAsked;
  /** The tone of an exchange that is recognised, '' for none. */
  heard: ProgressTone | '' = '';
  readonly #line: Line;
  #playing?: PlayId;
  #bell?: Timer;
  #end?: Timer;

  constructor(
    private readonly owned: OwnedLine,
    private readonly options: LineTestsOptions,
    private readonly ends: Ends,
  ) {
    this.#line = owned.line;
  }

  goOn(asked: LineTestAsked): void {
    this.#quiet();
    this.asked = asked;
    this.heard = '';
    const { media, clock } = this.options;
    const { port } = this.owned;
    const line = this.#line;
    const { test, hz, levelDbm0, dial = '' } = asked;
    // Neither gain nor canceller: what is measured is the line itself.
    media.setLine(port, {
      rxGainDb: 0,
      txGainDb: 0,
      keys: false,
      echoTailMs: 0,
      loopBack: test === 'loopBack',
      tones: test === 'offHook' ? this.#plan : undefined,
    });
    if (line.kind === 'fxo') line.hook(true);
    if (test === 'ring') this.#ring(0);
    if (test === 'tone') {
      const tone = { frequenciesHz: [hz], ms: LONGEST_MS, levelDbm0 };
      this.#playing = media.play({ port }, [...this.#dialling(dial), tone]);
    }
    this.#end = clock.after(LONGEST_MS, () => this.ends.over());
  }

  /** Whoever answers a bell that is tested has heard it. */
  event(event: LineEvent): void {
    if (this.asked.test === 'ring' && event.type === 'hook' && event.off) this.ends.over();
  }

  tone(tone: ProgressTone | ''): void {
    this.heard = tone;
  }

  digit(): void {}
  callerId(): void {}
  use(): void {}

  close(): void {
    this.#quiet();
    this.ends.closed();
  }

  get #plan() {
    return tonePlanOf(this.owned.settings.country ?? this.options.country());
  }

  /** Waits for the dial tone, dials, and gives the exchange time to answer. */
  #dialling(dial: string): PlayItem[] {
    if (dial === '' || this.#line.kind !== 'fxo') return [];
    return [
      { silenceMs: DIAL_TONE_MS },
      { keys: dial, onMs: KEY_MS, offMs: KEY_MS },
      { silenceMs: ANSWER_MS },
    ];
  }

  #ring(at: number): void {
    if (this.#line.kind !== 'fxs') return;
    const { bellMs } = this.#plan;
    this.#line.ring(at % 2 === 0);
    this.#bell = this.options.clock.after(bellMs[at], () => this.#ring((at + 1) % bellMs.length));
  }

  #quiet(): void {
    this.#bell?.cancel();
    this.#end?.cancel();
    if (this.#line.kind === 'fxs') this.#line.ring(false);
    if (this.#playing !== undefined) this.options.media.stopPlay(this.#playing);
    this.#playing = undefined;
  }
}
