/** The one guard against guessing: SIP passwords, passwords of administrators, API tokens, PINs of conferences. */
import type { Clock } from './clock.js';
import {
  afterPressure,
  afterWrong,
  attackOf,
  isUnderAttack,
  type Guesses,
  type Pressure,
  type Secret,
} from './guesses.js';
import { ownText } from './own-text.js';

/** A wrong answer. */
export type Guess = {
  secret: Secret;
  /** As whom it is counted, as every one of them: an address, an extension, a trunk with its caller's number. */
  sources: readonly string[];
  /** What it was for, in words: `conference 800`; undefined if there is no such thing, which nobody can see from outside. */
  target: string | undefined;
};

/** Most sources, and most targets, remembered; of those the ones kept on flash. Who guessed longest ago goes first. */
const MAX_REMEMBERED = 10_000;
const MAX_KEPT = 1000;
/** Most alarms about single targets. */
const MAX_ALARMS = 10;
const MAX_NAME = 64;

const BOX = 'the box';
const NOTHING = 'nothing';
const WHAT: Record<Secret, string> = { password: 'password', pin: 'PIN' };

type Target = Pressure & { secret: Secret | 'box' };

export class GuessGuard {
  /** Something is different that is to be remembered over restarts. */
  onChanged: () => void = () => {};
  /** By secret and name, in the order of their last guess. */
  readonly #sources = new Map<string, Guesses>();
  readonly #targets = new Map<string, Target>();

  constructor(
    private readonly clock: Clock,
    /** The time of day, ms since 1970. */
    private readonly timeMs: () => number = () => Date.now(),
  ) {}

  /** Sources that are refused now. */
  get refused(): number {
    const nowMs = this.clock.nowMs();
    return [...this.#sources.values()].filter(({ refusedUntilMs }) => refusedUntilMs > nowMs).length;
  }

  /** Whether nothing is to be judged that comes from there: not even what is right. */
  refuses(secret: Secret, ...sources: readonly string[]): boolean {
    const nowMs = this.clock.nowMs();
    return sources.some((one) => (this.#sources.get(`${secret} ${one}`)?.refusedUntilMs ?? 0) > nowMs);
  }

  /** Something wrong was said; returns for how long nothing more is taken from there, ms: 0 while it is free. */
  wrong({ secret, sources, target }: Guess): number {
    const nowMs = this.clock.nowMs();
    this.#press(BOX, 'box', nowMs);
    const name = target === undefined ? NOTHING : `the ${WHAT[secret]} of ${target}`;
    this.#press(name, secret, nowMs);
    const underAttack = this.#isUnderAttack(BOX, nowMs) || this.#isUnderAttack(name, nowMs);
    let refusalMs = 0;
    for (const source of sources) {
      const key = `${secret} ${source.slice(0, MAX_NAME)}`;
      const guesses = afterWrong(this.#sources.get(key), secret, underAttack, nowMs);
      remember(this.#sources, key, guesses);
      refusalMs = Math.max(refusalMs, guesses.refusedUntilMs - nowMs);
    }
    this.onChanged();
    return refusalMs;
  }

  /** What is under attack, for the administrator. */
  get alarms(): { code: string; text: string }[] {
    const nowMs = this.clock.nowMs();
    const attacked = [...this.#targets.keys()].filter(
      (name) => name !== NOTHING && this.#isUnderAttack(name, nowMs),
    );
    return attacked.slice(-MAX_ALARMS).map((name) => ({
      code: 'guessing',
      text:
        name === BOX
          ? 'somebody guesses passwords or PINs, from many places: see the log'
          : `somebody guesses ${name}, or uses an old one: see the log`,
    }));
  }

  /** Forgets everything. */
  clear(): void {
    this.#sources.clear();
    this.#targets.clear();
  }

  /** What is to be remembered over a restart. */
  snapshot(): object {
    const nowMs = this.clock.nowMs();
    return {
      version: 1,
      savedAt: this.timeMs(),
      sources: [...this.#sources]
        .slice(-MAX_KEPT)
        .map(([key, { wrong, lastMs, refusedUntilMs }]) => [
          key,
          wrong,
          Math.round(nowMs - lastMs),
          Math.max(0, Math.round(refusedUntilMs - nowMs)),
        ]),
      targets: [...this.#targets]
        .slice(-MAX_KEPT)
        .map(([name, { secret, level, atMs, isAttack }]) => [
          name,
          secret,
          level,
          Math.round(nowMs - atMs),
          isAttack,
        ]),
    };
  }

  /** Takes up what a snapshot says. A clock that went back meanwhile, or was not set, forgives nothing. */
  restore(document: unknown): void {
    const { savedAt, sources, targets } = document as Record<string, unknown>;
    if (typeof savedAt !== 'number' || !Array.isArray(sources) || !Array.isArray(targets)) return;
    const passedMs = Math.max(0, this.timeMs() - savedAt);
    const savedMs = this.clock.nowMs() - passedMs;
    for (const row of sources as unknown[][]) {
      const [key, wrong, agoMs, refusedMs] = row;
      if (typeof key === 'string' && isAmount(wrong) && isAmount(agoMs) && isAmount(refusedMs))
        remember(this.#sources, key, { wrong, lastMs: savedMs - agoMs, refusedUntilMs: savedMs + refusedMs });
    }
    for (const row of targets as unknown[][]) {
      const [name, secret, level, agoMs, isAttack] = row;
      if (
        typeof name === 'string' &&
        (secret === 'box' || secret === 'password' || secret === 'pin') &&
        isAmount(level) &&
        isAmount(agoMs)
      )
        remember(this.#targets, name, {
          secret,
          level,
          atMs: savedMs - agoMs,
          isAttack: isAttack === true,
        });
    }
  }

  #press(name: string, secret: Target['secret'], nowMs: number): void {
    const pressure = afterPressure(this.#targets.get(name), attackOf(secret), nowMs);
    remember(this.#targets, name, { ...pressure, secret });
  }

  #isUnderAttack(name: string, nowMs: number): boolean {
    const target = this.#targets.get(name);
    return target !== undefined && isUnderAttack(target, attackOf(target.secret), nowMs);
  }
}

function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(ownText(key), value);
  if (map.size > MAX_REMEMBERED) map.delete(map.keys().next().value!);
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
