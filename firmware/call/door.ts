/** What a caller goes through before being inside a conference: number, PIN, three tries. Pure. */
import type { Step, TimerEffect, TimerEvent } from '../machine.js';
import type { Announcement } from './announcements.js';

/*
 *                     static, no PIN
 *  closed, finding --------------------------.
 *    |   | static, PIN     wrong (up to 3)   v      welcome
 *    |   |--------------> pin ----------> checking ----------> inside
 *    |   | dynamic         ^               |    | opened
 *    |   `---> number -----'          full |    `--> readBack --> inside
 *    | any                                 v
 *    `--> conference --> finding        leaving --> hung up
 *             ^ not found  |               ^
 *             '------------+---------------'  third time
 */
export type DoorState = {
  step:
    'closed' | 'conference' | 'finding' | 'number' | 'pin' | 'checking' | 'readBack' | 'inside' | 'leaving';
  /** Number of the conference within a dynamic one; empty for a static one. */
  number: string;
  /** Digits keyed so far for what is being asked. */
  entry: string;
  /** Keys that came while something else was going on. */
  ahead: string;
  wrongPins: number;
  /** Times that no conference had the number keyed. */
  wrongConferences: number;
  /** Times that we asked without getting a key. */
  unanswered: number;
};

export type DoorEvent =
  /**
   * At the door of a conference, known or found; or of any (`conference`): then its number is asked first. `number`: has a
   * seat within it already.
   */
  | { type: 'start'; ask: 'conference' | 'number' | 'pin' | 'nothing'; number?: string }
  /** No conference has the number keyed. */
  | { type: 'notFound' }
  /** One of 0-9 * #; others mean nothing here. */
  | { type: 'digit'; digit: string }
  /** What was played last came to its end. */
  | { type: 'played' }
  | { type: 'verdict'; verdict: Verdict }
  /** Has lost its seat: is told so, and hung up. */
  | { type: 'putOut'; why: 'removed' | 'ended' };

/**
 * `opened`: a new dynamic conference has been made and the caller is its first member; `refused`: it has guessed too much,
 * and what it keyed was not looked at.
 */
export type Verdict = 'welcome' | 'opened' | 'wrongPin' | 'refused' | 'full' | 'locked';

export type DoorEffect =
  | { type: 'say'; announcements: Announcement[] }
  | { type: 'hush' }
  /** Looks for the conference of a number; `start` or `notFound` must follow. */
  | { type: 'find'; number: string }
  /** Asks the directory; a `verdict` must follow. */
  | { type: 'check'; number: string; pin: string }
  | { type: 'enter' }
  | { type: 'hangUp' };

/** A pause this long after a digit ends an entry. */
const ENTRY_PAUSE_MS = 4000;
/** Silence after a prompt until it is said again. */
const SILENCE_MS = 10_000;
const TRIES = 3;
/** Digits of an entry that are kept; a longer one matches nothing. */
const MAX_ENTRY = 16;

type DoorStep = Step<DoorState, DoorEffect | TimerEffect>;

export const doorStart: DoorState = {
  step: 'closed',
  number: '',
  entry: '',
  ahead: '',
  wrongPins: 0,
  wrongConferences: 0,
  unanswered: 0,
};

export function door(state: DoorState, event: DoorEvent | TimerEvent): DoorStep {
  switch (event.type) {
    case 'start':
      if (event.ask === 'nothing') return check({ ...state, number: event.number ?? '' }, '');
      return ask({ ...state, step: event.ask }, []);
    case 'notFound': {
      if (state.step !== 'finding') break;
      const wrongConferences = state.wrongConferences + 1;
      if (wrongConferences >= TRIES) return leave(state, []);
      // What was keyed after the number was for a conference that is not there.
      return ask({ ...state, step: 'conference', ahead: '', wrongConferences }, []);
    }
    case 'digit':
      return digit(state, event.digit);
    case 'played':
      if (state.step === 'readBack')
        return { state: { ...state, step: 'inside' }, effects: [{ type: 'enter' }] };
      if (state.step === 'leaving') return { state, effects: [{ type: 'hangUp' }] };
      if (!asking(state)) break;
      return { state, effects: [{ type: 'startTimer', name: 'silence', ms: SILENCE_MS }] };
    case 'timer':
      if (!asking(state)) break;
      if (event.name === 'pause') return complete(state);
      if (state.unanswered + 1 >= TRIES) return leave(state, []);
      return ask({ ...state, unanswered: state.unanswered + 1 }, []);
    case 'verdict':
      if (state.step === 'checking') return judged(state, event.verdict);
      break;
    case 'putOut':
      return leave(state, event.why === 'removed' ? ['removed'] : []);
  }
  return { state, effects: [] };
}

function digit(state: DoorState, key: string): DoorStep {
  if (!/^[0-9*#]$/.test(key)) return { state, effects: [] };
  if (state.step === 'readBack')
    return { state: { ...state, step: 'inside' }, effects: [{ type: 'hush' }, { type: 'enter' }] };
  if (!asking(state)) {
    const before = state.step === 'closed' || state.step === 'finding';
    const early = before && state.ahead.length < 2 * MAX_ENTRY;
    return { state: early ? { ...state, ahead: state.ahead + key } : state, effects: [] };
  }
  const hush: (DoorEffect | TimerEffect)[] = [{ type: 'hush' }, { type: 'stopTimer', name: 'silence' }];
  const heard = { ...state, unanswered: 0 };
  if (key === '#') {
    const { state: after, effects } = complete(heard);
    return { state: after, effects: [...hush, ...effects] };
  }
  // A star takes back what was keyed.
  const entry = key === '*' ? '' : (heard.entry + key).slice(0, MAX_ENTRY + 1);
  const wait: TimerEffect =
    entry === ''
      ? { type: 'startTimer', name: 'silence', ms: SILENCE_MS }
      : { type: 'startTimer', name: 'pause', ms: ENTRY_PAUSE_MS };
  const stop: TimerEffect[] = entry === '' ? [{ type: 'stopTimer', name: 'pause' }] : [];
  return { state: { ...heard, entry }, effects: [...hush, ...stop, wait] };
}

/** The entry is ended by # or by a pause. */
function complete(state: DoorState): DoorStep {
  const { entry } = state;
  const stop: TimerEffect = { type: 'stopTimer', name: 'pause' };
  const next = entered(state, entry);
  return { state: next.state, effects: [stop, ...next.effects] };
}

function entered(state: DoorState, entry: string): DoorStep {
  if (state.step === 'pin') return check(state, entry);
  if (entry === '' || entry.length > MAX_ENTRY) return ask({ ...state, entry: '' }, []);
  if (state.step === 'number') return ask({ ...state, step: 'pin', number: entry }, []);
  return { state: { ...state, step: 'finding', entry: '' }, effects: [{ type: 'find', number: entry }] };
}

function check(state: DoorState, pin: string): DoorStep {
  return {
    state: { ...state, step: 'checking', entry: '' },
    effects: [{ type: 'check', number: state.number, pin }],
  };
}

function judged(state: DoorState, verdict: Verdict): DoorStep {
  switch (verdict) {
    case 'welcome':
      return { state: { ...state, step: 'inside' }, effects: [{ type: 'enter' }] };
    case 'opened':
      return {
        state: { ...state, step: 'readBack' },
        effects: [{ type: 'say', announcements: ['new-conference', { digits: state.number }] }],
      };
    case 'refused':
      return leave(state, []);
    case 'full':
      return leave(state, ['conference-full']);
    case 'locked':
      return leave(state, ['conference-locked']);
    case 'wrongPin': {
      const wrongPins = state.wrongPins + 1;
      if (wrongPins >= TRIES) return leave(state, ['invalid-pin']);
      return ask({ ...state, step: 'pin', wrongPins }, ['invalid-pin']);
    }
  }
}

/** Asks for what the step wants; keys that came before the first prompt count as its answer. */
function ask(state: DoorState, before: Announcement[]): DoorStep {
  const prompt =
    state.step === 'number' || state.step === 'conference'
      ? 'enter-conference-number'
      : state.number === ''
        ? 'enter-pin'
        : 'enter-pin-or-none';
  let step: DoorStep = {
    state: { ...state, entry: '', ahead: '' },
    effects: [{ type: 'say', announcements: [...before, prompt] }],
  };
  for (const key of state.ahead) {
    const next = door(step.state, { type: 'digit', digit: key });
    step = { state: next.state, effects: [...step.effects, ...next.effects] };
  }
  return step;
}

function leave(state: DoorState, announcements: Announcement[]): DoorStep {
  return {
    state: { ...state, step: 'leaving' },
    effects: [{ type: 'say', announcements: [...announcements, 'goodbye'] }],
  };
}

function asking(state: DoorState): boolean {
  return state.step === 'conference' || state.step === 'number' || state.step === 'pin';
}
