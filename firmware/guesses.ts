/** Wrong passwords and PINs: what they cost whoever gave them, and whether somebody is being attacked. Pure. */

export type Secret = 'password' | 'pin';

type Rule = {
  /** Wrong ones of a source that cost it nothing: somebody mistyped. */
  free: number;
  /** As many while whom they are for is under attack: an owner elsewhere still gets in at the first try. */
  freeUnderAttack: number;
  /** Refusals after the next ones, ms; the last one again and again. */
  refusalsMs: readonly number[];
  /** Wrong ones for one account or room, faded by `HALF_LIFE_MS`, that are an attack. */
  attack: number;
};

const MINUTE_MS = 60_000;

/** At most 6 passwords of a source are judged in 10 minutes, at most 50 PINs in a day. */
const RULES: Record<Secret, Rule> = {
  password: { free: 4, freeUnderAttack: 1, refusalsMs: minutes(1, 10, 20, 40, 60), attack: 6 },
  pin: { free: 8, freeUnderAttack: 2, refusalsMs: minutes(1, 2, 4, 8, 16, 32, 60), attack: 12 },
};
/** Wrong ones for whomever in the box, faded likewise, that are an attack. */
const ATTACK_ON_BOX = 100;
/** An attack is over when it has faded to this part. */
const OVER = 0.25;
const HALF_LIFE_MS = 60 * MINUTE_MS;
/** A source is forgiven one wrong answer for each such time in which it gave none. */
const FORGIVE_MS = 120 * MINUTE_MS;

/** Of one source. */
export type Guesses = { wrong: number; lastMs: number; refusedUntilMs: number };

/** One source gave another wrong answer. */
export function afterWrong(
  before: Guesses | undefined,
  secret: Secret,
  underAttack: boolean,
  nowMs: number,
): Guesses {
  const { free, freeUnderAttack, refusalsMs } = RULES[secret];
  const forgiven = before ? Math.floor((nowMs - before.lastMs) / FORGIVE_MS) : 0;
  const wrong = Math.max(0, (before?.wrong ?? 0) - forgiven) + 1;
  const costly = wrong - (underAttack ? freeUnderAttack : free);
  const refusalMs = costly > 0 ? refusalsMs[Math.min(costly, refusalsMs.length) - 1] : 0;
  return { wrong, lastMs: nowMs, refusedUntilMs: nowMs + refusalMs };
}

/** Wrong answers for one account, one room or the box, from wherever they came. */
export type Pressure = { level: number; atMs: number; isAttack: boolean };

export function afterPressure(before: Pressure | undefined, attack: number, nowMs: number): Pressure {
  const level = 1 + (before ? fadedLevel(before, nowMs) : 0);
  return {
    level,
    atMs: nowMs,
    isAttack: Math.round(level) >= attack || isUnderAttack(before, attack, nowMs),
  };
}

/** Whether an attack that began has not faded away yet. */
export function isUnderAttack(pressure: Pressure | undefined, attack: number, nowMs: number): boolean {
  return pressure !== undefined && pressure.isAttack && fadedLevel(pressure, nowMs) >= OVER * attack;
}

/** How many are an attack: on one account or room, or on the box. */
export function attackOf(secret: Secret | 'box'): number {
  return secret === 'box' ? ATTACK_ON_BOX : RULES[secret].attack;
}

function fadedLevel({ level, atMs }: Pressure, nowMs: number): number {
  return level * 2 ** (-(nowMs - atMs) / HALF_LIFE_MS);
}

function minutes(...many: number[]): number[] {
  return many.map((one) => one * MINUTE_MS);
}
