/** A line to the telephone exchange: calls that come, calls that go, and how a call is known to be over. Pure. */
import type { Step, TimerEffect, TimerEvent } from '../machine.js';
import type { CallerId } from './caller-id-message.js';

/*
 *  idle --ring--> ringing --answer--> talking --release--> guard --> idle
 *    `--seize--> seizing --dial tone, or none in an emergency--> dialling --dialled--> talking
 *                   `--ring: glare, the exchange was first--> talking, with the caller who came
 */
export type FxoState = {
  name: 'idle' | 'ringing' | 'seizing' | 'dialling' | 'talking' | 'guard';
  digits: string;
  /** An emergency: the number is dialled, dial tone or not. */
  urgent: boolean;
  rings: number;
  caller?: CallerId;
  /** Whether the owner knows of the call that rings. */
  offered: boolean;
  outgoing: boolean;
  /** Reversals of the battery since the number was dialled: the first is the answer, the next the end. */
  reversals: number;
};

export type FxoSettings = {
  /** Longest call, ms; 0 for no limit. */
  maxCallMs: number;
  /** A reversed battery means answer and hang-up here. */
  polarity: boolean;
};

export type FxoEvent =
  | { type: 'ring'; on: boolean }
  | { type: 'callerId'; caller: CallerId }
  /** Takes the call that rings. */
  | { type: 'answer' }
  /** Takes the line to dial out. */
  | { type: 'seize'; digits: string; urgent?: boolean }
  /** The number has been sent. */
  | { type: 'dialled' }
  | { type: 'battery'; on: boolean }
  | { type: 'polarity' }
  /** Of the line's own audio; '' where a tone ended. */
  | { type: 'tone'; tone: 'busy' | 'reorder' | 'dial' | 'ringBack' | '' }
  /** Nobody has said anything for as long as is allowed. */
  | { type: 'silent' }
  | { type: 'hangUp' };

export type ReleaseReason = 'hungUp' | 'loopBreak' | 'polarity' | 'tone' | 'silence' | 'maxLength';

export type FxoEffect =
  | { type: 'hook'; off: boolean }
  | { type: 'offer'; caller?: CallerId }
  /** The caller gave up before anybody answered. */
  | { type: 'missed' }
  /** Whoever rang is on the line, as it was seized at that moment. */
  | { type: 'glare'; caller?: CallerId }
  | { type: 'dial'; digits: string }
  /** The called party has answered, as far as the exchange says so. */
  | { type: 'answered' }
  /** The line cannot be had: in use, or without dial tone. */
  | { type: 'refused'; reason: 'inUse' | 'noDialTone' }
  | { type: 'released'; reason: ReleaseReason };

/** From ring to ring at most 6 s in any country. */
const RING_GONE_MS = 8000;
/** A caller told before the ring. */
const CALLER_GONE_MS = 6000;
const DIAL_TONE_MS = 8000;
/** A loop broken for less is a disturbance: exchanges break it for 100 ms and more. */
const LOOP_BREAK_MS = 90;
/** Dial tone within a call that has gone on for so long after it was recognised: the other side has hung up. */
const DIAL_TONE_BACK_MS = 1500;
/** On hook for so long, the exchange knows for sure. */
const GUARD_MS = 2000;

type FxoStep = Step<FxoState, FxoEffect | TimerEffect>;

export const fxoStart: FxoState = {
  name: 'idle',
  digits: '',
  urgent: false,
  rings: 0,
  offered: false,
  outgoing: false,
  reversals: 0,
};

const start = (name: string, ms: number) => ({ type: 'startTimer', name, ms }) as const;
const stop = (name: string) => ({ type: 'stopTimer', name }) as const;
const none = (state: FxoState): FxoStep => ({ state, effects: [] });

/** The machine of a line with these settings. */
export function fxo(settings: FxoSettings): (state: FxoState, event: FxoEvent | TimerEvent) => FxoStep {
  return (state, event) => {
    switch (state.name) {
      case 'idle':
        return idle(state, event);
      case 'ringing':
        return ringing(state, event, settings);
      case 'seizing':
        return seizing(state, event, settings);
      case 'dialling':
        return dialling(state, event, settings);
      case 'talking':
        return talking(state, event, settings);
      case 'guard':
        return guard(state, event);
    }
  };
}

/** Whoever wants the line waits until the exchange has noticed that it was left; the next caller may come sooner. */
function guard(state: FxoState, event: FxoEvent | TimerEvent): FxoStep {
  switch (event.type) {
    case 'seize':
      return none({ ...state, digits: event.digits, urgent: event.urgent ?? false });
    case 'hangUp':
      return none({ ...state, digits: '' });
    case 'callerId':
      return idle(state, event);
    case 'ring': {
      if (!event.on) return none(state);
      const refused = state.digits === '' ? [] : [{ type: 'refused', reason: 'inUse' } as const];
      const next = idle({ ...state, digits: '' }, event);
      return { state: next.state, effects: [stop('guard'), ...refused, ...next.effects] };
    }
    case 'timer':
      if (event.name === 'caller') return none({ ...state, caller: undefined });
      if (event.name !== 'guard') return none(state);
      if (state.digits !== '')
        return idle(fxoStart, { type: 'seize', digits: state.digits, urgent: state.urgent });
      return none({ ...state, name: 'idle' });
    default:
      return none(state);
  }
}

function idle(state: FxoState, event: FxoEvent | TimerEvent): FxoStep {
  switch (event.type) {
    case 'callerId':
      return { state: { ...state, caller: event.caller }, effects: [start('caller', CALLER_GONE_MS)] };
    case 'timer':
      return event.name === 'caller' ? none(fxoStart) : none(state);
    case 'ring': {
      if (!event.on) return none(state);
      const { caller } = state;
      const next = { ...state, name: 'ringing', rings: 1, offered: caller !== undefined } as const;
      const timers = [stop('caller'), start('ring', RING_GONE_MS)];
      return { state: next, effects: caller ? [...timers, { type: 'offer', caller }] : timers };
    }
    case 'seize':
      return {
        state: {
          ...fxoStart,
          name: 'seizing',
          digits: event.digits,
          urgent: event.urgent ?? false,
          outgoing: true,
        },
        effects: [stop('caller'), { type: 'hook', off: true }, start('dialTone', DIAL_TONE_MS)],
      };
    default:
      return none(state);
  }
}

/** The owner is told of the call with its caller, or at the second ring: until then there may come one. */
function ringing(state: FxoState, event: FxoEvent | TimerEvent, settings: FxoSettings): FxoStep {
  switch (event.type) {
    case 'ring': {
      if (!event.on) return { state, effects: [start('ring', RING_GONE_MS)] };
      const next = { ...state, rings: state.rings + 1, offered: true };
      return {
        state: next,
        effects: [start('ring', RING_GONE_MS), ...(state.offered ? [] : [offer(state)])],
      };
    }
    case 'callerId': {
      const next = { ...state, caller: event.caller, offered: true };
      return { state: next, effects: state.offered ? [] : [offer(next)] };
    }
    case 'answer':
      return talk(state, [stop('ring'), { type: 'hook', off: true }], settings);
    case 'seize':
      return { state, effects: [{ type: 'refused', reason: 'inUse' }] };
    case 'timer':
      if (event.name !== 'ring') return none(state);
      return { state: fxoStart, effects: state.offered ? [{ type: 'missed' }] : [] };
    default:
      return none(state);
  }
}

function seizing(state: FxoState, event: FxoEvent | TimerEvent, settings: FxoSettings): FxoStep {
  switch (event.type) {
    case 'ring': {
      if (!event.on) return none(state);
      // Glare: the exchange rang when the line was taken. Nobody has dialled yet; whoever called is there now.
      const effects = [stop('dialTone'), { type: 'glare', caller: state.caller } as const];
      return talk({ ...state, outgoing: false, digits: '' }, effects, settings);
    }
    case 'tone':
      return event.tone === 'dial' ? dial(state, [stop('dialTone')]) : none(state);
    case 'timer':
      if (event.name !== 'dialTone') return none(state);
      if (state.urgent) return dial(state, []);
      return leave([{ type: 'refused', reason: 'noDialTone' }]);
    case 'hangUp':
      return leave([{ type: 'released', reason: 'hungUp' }]);
    default:
      return none(state);
  }
}

function dial(state: FxoState, effects: TimerEffect[]): FxoStep {
  return {
    state: { ...state, name: 'dialling' },
    effects: [...effects, { type: 'dial', digits: state.digits }],
  };
}

function dialling(state: FxoState, event: FxoEvent | TimerEvent, settings: FxoSettings): FxoStep {
  if (event.type === 'dialled') return talk(state, [], settings);
  if (event.type === 'hangUp') return leave([{ type: 'released', reason: 'hungUp' }]);
  return none(state);
}

function talking(state: FxoState, event: FxoEvent | TimerEvent, settings: FxoSettings): FxoStep {
  switch (event.type) {
    case 'battery':
      return { state, effects: [event.on ? stop('loop') : start('loop', LOOP_BREAK_MS)] };
    case 'polarity': {
      if (!settings.polarity) return none(state);
      const reversals = state.reversals + 1;
      if (state.outgoing && reversals === 1)
        return { state: { ...state, reversals }, effects: [{ type: 'answered' }] };
      return release('polarity');
    }
    case 'tone':
      if (event.tone === 'busy' || event.tone === 'reorder') return release('tone');
      return {
        state,
        effects: [event.tone === 'dial' ? start('dialToneBack', DIAL_TONE_BACK_MS) : stop('dialToneBack')],
      };
    case 'silent':
      return release('silence');
    case 'hangUp':
      return release('hungUp');
    case 'timer':
      if (event.name === 'loop') return release('loopBreak');
      if (event.name === 'dialToneBack') return release('tone');
      return event.name === 'max' ? release('maxLength') : none(state);
    default:
      return none(state);
  }
}

function offer({ caller }: FxoState): FxoEffect {
  return { type: 'offer', caller };
}

function talk(state: FxoState, effects: (FxoEffect | TimerEffect)[], settings: FxoSettings): FxoStep {
  const max = settings.maxCallMs > 0 ? [start('max', settings.maxCallMs)] : [];
  return { state: { ...state, name: 'talking' }, effects: [...effects, ...max] };
}

function release(reason: ReleaseReason): FxoStep {
  return leave([stop('loop'), stop('dialToneBack'), stop('max'), { type: 'released', reason }]);
}

function leave(effects: (FxoEffect | TimerEffect)[]): FxoStep {
  return {
    state: { ...fxoStart, name: 'guard' },
    effects: [stop('dialTone'), { type: 'hook', off: false }, ...effects, start('guard', GUARD_MS)],
  };
}
