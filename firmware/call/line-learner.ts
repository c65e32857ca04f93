/** Learns an exchange line: takes it from its owner, places a call, and tells what the exchange did. */
import type { FxoLine, LineEvent } from '../../hal/line-card.js';
import type { Clock } from '../clock.js';
import type { LineSettings } from '../config/schema.js';
import {
  isLike,
  learning,
  learningStart,
  type Learned,
  type LearningEffect,
  type LearningEvent,
  type LearningState,
} from '../line/learning.js';
import { MachineRunner } from '../machine.js';
import type { Media, PlayId } from '../media/contract.js';
import { tonePlanOf, type HeardTone } from '../tone-plans.js';
import type { LineBoard, LineOwner, OwnedLine } from './line-board.js';

export type LineLearnerOptions = {
  board: Pick<LineBoard, 'lines' | 'lend' | 'takeBack'>;
  media: Pick<Media, 'play' | 'stopPlay' | 'setLine'>;
  clock: Clock;
  country(): string;
};

/** Why a line could not be learned, for people. */
export class LearningError extends Error {
  override name = 'LearningError';
}

/** Dial tone is as loud as ours when it has come over a line of usual length. */
const DIAL_TONE_DBM0 = -13;
const MOST_GAIN_DB = 6;
const KEY_MS = 100;

const WHY = { noDialTone: 'no dial tone came', called: 'somebody called on it at this moment' };

export class LineLearner {
  readonly #running = new Set<string>();

  constructor(private readonly options: LineLearnerOptions) {}

  /**
   * Calls a number on a line, and listens to what the exchange does until it is over: up to a minute and a half. The number of
   * the line itself is busy; one where somebody answers and hangs up teaches the ring and the release. Rejects with a
   * LearningError; the line is with its owner again in any case.
   */
  async learn(name: string, number: string): Promise<Learned> {
    const { board } = this.options;
    const now = board.lines.find(({ settings }) => settings?.name === name);
    const trouble = !now
      ? 'it is not there'
      : now.kind === 'fxs'
        ? 'a phone is attached to it'
        : now.leg || now.offHook || now.ringing || this.#running.has(name)
          ? 'it is in use'
          : '';
    if (trouble !== '') throw new LearningError(trouble);
    this.#running.add(name);
    try {
      return await new Promise<Learned>((resolve, reject) => {
        const over = { resolve, reject: (why: string) => reject(new LearningError(why)) };
        const lent = board.lend(
          name,
          (owned) => new Lesson(owned as OwnedLine<FxoLine>, number, this.options, over),
        );
        if (!lent) over.reject('it is being opened');
      });
    } finally {
      this.#running.delete(name);
      board.takeBack(name);
    }
  }
}

type Over = { resolve(learned: Learned): void; reject(why: string): void };

class Lesson implements LineOwner {
  readonly #machine: MachineRunner<LearningState, LearningEvent, LearningEffect>;
  #dialling?: PlayId;

  constructor(
    private readonly owned: OwnedLine<FxoLine>,
    private readonly number: string,
    private readonly options: LineLearnerOptions,
    private readonly over: Over,
  ) {
    const { line, port, settings } = owned;
    const plan = tonePlanOf(settings.country ?? options.country());
    this.#machine = new MachineRunner(
      learning(plan),
      learningStart,
      options.clock,
      (effect: LearningEffect) => this.#perform(effect),
    );
    const echoTailMs = line.cancelsEcho ? 0 : settings.echoTailMs;
    options.media.setLine(port, { rxGainDb: 0, txGainDb: 0, keys: false, echoTailMs, learns: true });
    line.hook(true);
    this.#machine.dispatch({ type: 'start' });
  }

  event(event: LineEvent): void {
    if (event.type === 'ring' && event.on) this.#machine.dispatch({ type: 'ring' });
    else if (event.type === 'battery') this.#machine.dispatch(event);
    else if (event.type === 'polarity') this.#machine.dispatch({ type: 'polarity' });
  }

  learned(tone: HeardTone): void {
    this.#machine.dispatch({ type: 'tone', tone });
  }

  digit(): void {}
  tone(): void {}
  callerId(): void {}
  use(): void {}

  /** Taken back; or the line is gone. */
  close(): void {
    this.#machine.stop();
    if (this.#dialling !== undefined) this.options.media.stopPlay(this.#dialling);
    this.over.reject('the line is gone');
  }

  #perform(effect: LearningEffect): void {
    if (effect.type === 'done') this.over.resolve(effect.learned);
    else if (effect.type === 'failed') this.over.reject(WHY[effect.why]);
    else {
      const ended = () => this.#machine.dispatch({ type: 'dialled' });
      const keys = { keys: this.number, onMs: KEY_MS, offMs: KEY_MS };
      this.#dialling = this.options.media.play({ port: this.owned.port }, [keys], { ended });
    }
  }
}

/**
 * The settings of a line with what was learned of it: tones that are not as in its country, a gain by which its dial tone is as
 * loud as ours, and whether its battery tells. What was not heard stays as it was.
 */
export function withLearned(line: LineSettings, { tones, polarity }: Learned, country: string): LineSettings {
  const plan = tonePlanOf(line.country ?? country);
  const own = { ...line.tones };
  for (const name of ['dial', 'ringBack', 'busy', 'reorder'] as const) {
    const heard = tones[name];
    if (!heard) continue;
    const { frequenciesHz, onOffMs } = heard;
    if (isLike(heard, plan[name])) delete own[name];
    else own[name] = { frequenciesHz, onOffMs };
  }
  const gainDb = tones.dial ? Math.round(DIAL_TONE_DBM0 - tones.dial.levelDbm0) : line.rxGainDb;
  return {
    ...line,
    tones: Object.keys(own).length > 0 ? own : undefined,
    polarity: polarity || line.polarity,
    rxGainDb: Math.max(-MOST_GAIN_DB, Math.min(MOST_GAIN_DB, gainDb)),
  };
}
