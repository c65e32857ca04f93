/**
 * What of a room may be stored: nothing of anybody who has not heard to its end that this conference is recorded. Pure.
 * Knows leg ids, not legs.
 */
import type { Step, TimerEffect, TimerEvent } from '../machine.js';

/*
 *               start           first consent             pause
 *  off, stopped, ----> waiting --------------> recording ------> paused
 *  failed                 ^                                        |
 *                         '----------------------------------------'  resume
 *
 *  stop: stopped; trouble: failed; the last one has left: as at the beginning
 *
 *  Of each who is inside:        notify                heard
 *                       unheard --------> hearing -------------> consented
 *                          ^                 |                       |
 *                          '-----------------+-----------------------'  pause, stop, trouble
 *                             held, alone, broken
 */
export type RecordingPhase = 'off' | 'waiting' | 'recording' | 'paused' | 'stopped' | 'failed';
export type RecordingRate = 8000 | 16000;

/** One who is inside the room, as the room sees it. */
export type Insider = {
  leg: number;
  /** Does not hear us now. */
  held: boolean;
  /** Speaks a codec of more than 8000 samples a second. */
  wide: boolean;
};

type Participant = Insider & { consent: 'unheard' | 'hearing' | 'consented' };

export type RecordingState = {
  phase: RecordingPhase;
  /** Of the recording that has begun; null before. */
  rateHz: RecordingRate | null;
  /** Whether it waits for consent without having been started. */
  always: boolean;
  /** Whether a tone is heard from time to time. */
  tone: boolean;
  inside: readonly Participant[];
};

export type RecordingEvent =
  /** Everybody who is inside now. */
  | { type: 'inside'; insiders: readonly Insider[] }
  | { type: 'start' }
  | { type: 'pause' }
  | { type: 'resume' }
  | { type: 'stop' }
  /** The notice came to its end. */
  | { type: 'heard'; leg: number }
  /** What was being heard may have been cut. */
  | { type: 'broken' }
  /** Nothing can be stored any more: the recording has been ended. */
  | { type: 'trouble' };

export type RecordingEffect =
  /** That leg hears the notice; `heard` follows if nothing stops it. */
  | { type: 'notify'; leg: number }
  | { type: 'hush'; leg: number }
  | { type: 'begin'; rateHz: RecordingRate }
  | { type: 'pause' }
  | { type: 'resume' }
  | { type: 'end'; reason: string }
  /** What that leg says is stored from now on, or no more. */
  | { type: 'store'; leg: number }
  | { type: 'leave'; leg: number }
  /** Everybody inside hears it. */
  | { type: 'tell'; announcement: 'recording-paused' | 'recording-stopped' }
  | { type: 'beep' };

type RecordingStep = Step<RecordingState, RecordingEffect | TimerEffect>;
type Effects = readonly (RecordingEffect | TimerEffect)[];

/** Between two tones that say that this is recorded. */
const TONE_MS = 15_000;
const HIGHER_RATE = 'a voice needs a higher rate';
/** After so long a recording goes on as another one: a WAV file of 16 kHz has then 1.4 GB of its 4. */
const LONGEST_MS = 12 * 3600_000;

export function notRecording({ always, tone }: Pick<RecordingState, 'always' | 'tone'>): RecordingState {
  return { phase: always ? 'waiting' : 'off', rateHz: null, always, tone, inside: [] };
}

export function recording(state: RecordingState, event: RecordingEvent | TimerEvent): RecordingStep {
  switch (event.type) {
    case 'inside':
      return moved(state, event.insiders);
    case 'start':
      if (isOn(state) || state.phase === 'paused') break;
      return ask({ ...state, phase: 'waiting' }, []);
    case 'resume':
      if (state.phase !== 'paused') break;
      return ask({ ...state, phase: 'waiting' }, []);
    case 'pause': {
      if (!isOn(state)) break;
      const pause: Effects = state.rateHz === null ? [] : [{ type: 'pause' }];
      const tell: Effects = [{ type: 'tell', announcement: 'recording-paused' }];
      return asked({ ...state, phase: 'paused' }, pause, tell);
    }
    case 'stop': {
      if (!isOn(state) && state.phase !== 'paused') break;
      const end: Effects = state.rateHz === null ? [] : [{ type: 'end', reason: 'stopped by a moderator' }];
      return asked({ ...state, phase: 'stopped', rateHz: null }, end, told);
    }
    case 'trouble':
      if (!isOn(state) && state.phase !== 'paused') break;
      return asked({ ...state, phase: 'failed', rateHz: null }, [], told);
    case 'heard':
      return heard(state, event.leg);
    case 'broken': {
      const cut = state.inside.filter(({ consent }) => consent === 'hearing');
      return ask(unheard(state, cut), hushed(cut));
    }
    case 'timer':
      if (state.phase !== 'recording') break;
      if (event.name === 'tone')
        return { state, effects: [{ type: 'beep' }, { type: 'startTimer', name: 'tone', ms: TONE_MS }] };
      return goOn(state, 'it has become long', [], []);
  }
  return { state, effects: [] };
}

const told: Effects = [{ type: 'tell', announcement: 'recording-stopped' }];
const still: Effects = [
  { type: 'stopTimer', name: 'tone' },
  { type: 'stopTimer', name: 'longest' },
];

/** Notices are heard, or what was consented to is stored. */
function isOn({ phase }: RecordingState): boolean {
  return phase === 'waiting' || phase === 'recording';
}

/** Who is inside has changed, or what they hear. */
function moved(state: RecordingState, insiders: readonly Insider[]): RecordingStep {
  const left = state.inside.filter(({ leg }) => !insiders.some((one) => one.leg === leg));
  const effects: Effects = [
    ...hushed(left),
    ...left.flatMap(({ leg, consent }): Effects => (consent === 'consented' ? [{ type: 'leave', leg }] : [])),
  ];
  const inside = insiders.map((one): Participant => {
    const before = state.inside.find(({ leg }) => leg === one.leg);
    return { ...one, consent: before?.consent ?? 'unheard' };
  });
  const after = { ...state, inside };
  if (inside.length === 0 && state.inside.length > 0) {
    const end: Effects = state.rateHz === null ? [] : [{ type: 'end', reason: 'everybody left' }];
    return { state: notRecording(state), effects: [...effects, ...end, ...still] };
  }
  const cut = inside.filter((one) => one.consent === 'hearing' && !hears(after, one));
  const step = ask(unheard(after, cut), [...effects, ...hushed(cut)]);
  const outgrown = state.rateHz === 8000 && inside.some((one) => one.wide && one.consent === 'consented');
  return outgrown ? goOn(step.state, HIGHER_RATE, step.effects, []) : step;
}

/** Whoever is alone hears that, and music: what is said of recording comes when there is somebody to be recorded with. */
function hears({ inside }: RecordingState, one: Participant): boolean {
  return !one.held && inside.length > 1;
}

/** Lets everybody hear the notice who has not and can. */
function ask(state: RecordingState, effects: Effects): RecordingStep {
  if (!isOn(state)) return { state, effects };
  const next = state.inside.filter((one) => one.consent === 'unheard' && hears(state, one));
  const inside = state.inside.map((one): Participant =>
    next.includes(one) ? { ...one, consent: 'hearing' } : one,
  );
  return {
    state: { ...state, inside },
    effects: [...effects, ...next.map(({ leg }) => ({ type: 'notify', leg }) as const)],
  };
}

/** Nothing is stored from now on: whoever is to be stored again hears the notice again. */
function asked(after: RecordingState, effects: Effects, tell: Effects): RecordingStep {
  return {
    state: unheard(after, after.inside),
    effects: [...hushed(after.inside), ...effects, ...still, ...tell],
  };
}

function heard(state: RecordingState, leg: number): RecordingStep {
  const one = state.inside.find((candidate) => candidate.leg === leg);
  if (!isOn(state) || one?.consent !== 'hearing') return { state, effects: [] };
  const inside = state.inside.map((other): Participant =>
    other === one ? { ...one, consent: 'consented' } : other,
  );
  const after: RecordingState = { ...state, phase: 'recording', inside };
  const begun: Effects =
    state.phase === 'waiting' && state.tone ? [{ type: 'startTimer', name: 'tone', ms: TONE_MS }] : [];
  if (state.rateHz === null || (state.rateHz === 8000 && one.wide))
    return goOn(after, HIGHER_RATE, [], begun);
  const store: Effects = [{ type: 'store', leg }];
  if (state.phase === 'recording') return { state: after, effects: store };
  const longest: Effects = [{ type: 'startTimer', name: 'longest', ms: LONGEST_MS }];
  return { state: after, effects: [{ type: 'resume' }, ...store, ...longest, ...begun] };
}

/** Ends the recording, if there is one, and begins one in which all are stored who have consented. */
function goOn(state: RecordingState, reason: string, before: Effects, more: Effects): RecordingStep {
  const rateHz = state.inside.some(({ wide }) => wide) ? 16000 : 8000;
  const consented = state.inside.filter(({ consent }) => consent === 'consented');
  return {
    state: { ...state, rateHz },
    effects: [
      ...before,
      ...(state.rateHz === null ? [] : [{ type: 'end', reason } as const]),
      { type: 'begin', rateHz },
      ...consented.map(({ leg }) => ({ type: 'store', leg }) as const),
      { type: 'startTimer', name: 'longest', ms: LONGEST_MS },
      ...more,
    ],
  };
}

function unheard(state: RecordingState, which: readonly Participant[]): RecordingState {
  const inside = state.inside.map((one): Participant =>
    which.includes(one) ? { ...one, consent: 'unheard' } : one,
  );
  return { ...state, inside };
}

function hushed(participants: readonly Participant[]): Effects {
  return participants.flatMap(({ leg, consent }): Effects =>
    consent === 'hearing' ? [{ type: 'hush', leg }] : [],
  );
}
