/** Tells other programs what happens: each webhook in order, on its own, never waited for. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.js';
import { createLog } from '../log.js';
import { MachineRunner } from '../machine.js';
import {
  delivery,
  idle,
  type DeliveryEffect,
  type DeliveryEvent,
  type DeliveryState,
  type Message,
  type Outcome,
} from './delivery.js';

const log = createLog('webhook');

/** What is remembered of the last messages of each webhook. */
const MAX_SHOWN = 20;

export type WebhookSettings = { name: string; url: string; secret: string; events: readonly string[] };

/** How far a message is; `time` is when it happened, ISO 8601. */
export type Delivery = {
  id: string;
  event: string;
  time: string;
  state: 'waiting' | 'delivered' | 'failed';
  attempts: number;
  /** What the receiver answered last. */
  status?: number;
  /** What came of the last attempt, in words. */
  outcome?: string;
};

export type WebhooksOptions = {
  clock: Clock;
  /** ms since 1970. */
  nowMs(): number;
  post(settings: WebhookSettings, message: Message, nowMs: number, signal: AbortSignal): Promise<Outcome>;
};

type Hook = {
  settings: WebhookSettings;
  runner: MachineRunner<DeliveryState, DeliveryEvent, DeliveryEffect>;
  shown: Delivery[];
  closing: AbortController;
};

export class Webhooks {
  readonly #hooks = new Map<string, Hook>();

  constructor(private readonly options: WebhooksOptions) {}

  /** From now on it is these; what waits for one that stays goes where that one is now. */
  apply(all: readonly WebhookSettings[]): void {
    for (const [name, hook] of this.#hooks)
      if (!all.some((one) => one.name === name)) {
        hook.runner.stop();
        hook.closing.abort();
        this.#hooks.delete(name);
      }
    for (const settings of all) {
      const hook = this.#hooks.get(settings.name);
      if (hook) hook.settings = settings;
      else this.#hooks.set(settings.name, this.#open(settings));
    }
  }

  /** Something happened: whoever wants to know is told, soon. */
  tell(event: string, data: object): void {
    const message = this.#message(event, data);
    for (const { settings, runner } of this.#hooks.values())
      if (settings.events.includes(event)) runner.dispatch({ type: 'happened', message });
  }

  /** Sends a message `test` now, once, past those that wait; undefined if there is no such webhook. */
  async test(name: string): Promise<Delivery | undefined> {
    const hook = this.#hooks.get(name);
    if (!hook) return undefined;
    const message = this.#message('test', { webhook: name });
    this.#note(hook, message, 'waiting', 0);
    const outcome = await this.#post(hook, message);
    return this.#note(hook, message, outcome.ok ? 'delivered' : 'failed', 1, outcome);
  }

  /** How many messages wait, and the last ones, newest first; undefined if there is no such webhook. */
  deliveries(name: string): { waiting: number; deliveries: readonly Delivery[] } | undefined {
    const hook = this.#hooks.get(name);
    return hook && { waiting: hook.runner.state.waiting.length, deliveries: [...hook.shown].reverse() };
  }

  #open(settings: WebhookSettings): Hook {
    const hook: Hook = {
      settings,
      shown: [],
      closing: new AbortController(),
      runner: new MachineRunner<DeliveryState, DeliveryEvent, DeliveryEffect>(
        delivery,
        idle,
        this.options.clock,
        (effect) => this.#perform(hook, effect),
      ),
    };
    return hook;
  }

  #perform(hook: Hook, effect: DeliveryEffect): void {
    if (effect.type === 'send')
      void this.#post(hook, effect.message).then((outcome) =>
        hook.runner.dispatch({ type: 'tried', outcome, nowMs: this.options.clock.nowMs() }),
      );
    if (effect.type !== 'note') return;
    const { message, state, attempts, outcome } = effect;
    this.#note(hook, message, state, attempts, outcome);
    if (state === 'failed')
      log.warn({ webhook: hook.settings.name, event: message.event, why: outcome?.why }, 'could not be told');
  }

  #post(hook: Hook, message: Message): Promise<Outcome> {
    return this.options.post(hook.settings, message, this.options.nowMs(), hook.closing.signal);
  }

  #note(
    { shown }: Hook,
    { id, event, time }: Message,
    state: Delivery['state'],
    attempts: number,
    outcome?: Outcome,
  ): Delivery {
    const noted = { id, event, time, state, attempts, status: outcome?.status, outcome: outcome?.why };
    const at = shown.findIndex((one) => one.id === id);
    if (at >= 0) shown[at] = noted;
    else shown.push(noted);
    if (shown.length > MAX_SHOWN) shown.shift();
    return noted;
  }

  #message(type: string, data: object): Message {
    const time = new Date(this.options.nowMs()).toISOString();
    const body = JSON.stringify({ type, timestamp: time, data });
    return { id: `msg_${randomUUID()}`, event: type, time, atMs: this.options.clock.nowMs(), body };
  }
}
