/** Sends the refreshes that the session timer asks for, by UPDATE where the peer takes it, else by re-INVITE. */
import { randomInt } from 'node:crypto';
import type { SipResponse } from 'sip-parser';
import type { Clock } from '../clock.js';
import { MachineRunner } from '../machine.js';
import type { InDialog } from './in-dialog.js';
import { minSeconds, termsAsked, termsOfResponse, type SessionTerms } from './session-expires.js';
import {
  sessionTimer,
  type SessionTimerEffect,
  type SessionTimerEvent,
  type SessionTimerState,
} from './session-timer.js';

/** What a refresh needs of its call. */
export type RefreshedCall = {
  /** Undefined before there is a dialog. */
  dialog(): InDialog | undefined;
  /** Another exchange is under way: ours has to wait. */
  busy(): boolean;
  takesUpdate(): boolean;
  /** Contact, Allow and their like, for requests of ours that may move the target. */
  headers(): [name: string, value: string][];
  /** Our offer for a re-INVITE. */
  offer(): Buffer | undefined;
  /** Their answer to it. */
  answered(sdp: Buffer): void;
  expired(): void;
  /** Whether the Call-ID is ours: then we wait longer after a glare. */
  readonly calling: boolean;
};

/** After a refusal that may pass, ms. */
const RETRY_MS = 10_000;

export class SessionRefresh {
  /** A re-INVITE of ours waits for its answer. */
  offering = false;
  readonly #timer: MachineRunner<SessionTimerState, SessionTimerEvent, SessionTimerEffect>;

  constructor(
    clock: Clock,
    private readonly call: RefreshedCall,
  ) {
    this.#timer = new MachineRunner(sessionTimer, { name: 'off' }, clock, (effect: SessionTimerEffect) =>
      effect.type === 'refresh' ? this.#refresh(effect.terms) : call.expired(),
    );
  }

  /** An INVITE or UPDATE went well, on these terms. */
  agreed(terms: SessionTerms): void {
    this.#timer.dispatch({ type: 'agreed', terms });
  }

  stop(): void {
    this.#timer.stop();
  }

  #refresh(terms: SessionTerms): void {
    const { call } = this;
    const dialog = call.dialog();
    if (!dialog || call.busy()) return this.#timer.dispatch({ type: 'busy', retryMs: this.#glareMs() });
    const update = call.takesUpdate();
    const offer = update ? undefined : call.offer();
    const headers = [...call.headers(), ...termsAsked(terms.seconds, 'uac')];
    if (offer) headers.push(['Content-Type', 'application/sdp']);
    this.offering = !update;
    let done = false;
    dialog.send(update ? 'UPDATE' : 'INVITE', headers, offer, {
      response: (response) => {
        if (response.status < 200) return;
        if (response.status < 300 && !update) dialog.ack(response);
        if (done) return; // a repeated 2xx
        done = true;
        this.offering = false;
        if (response.status >= 300) return this.#refused(response);
        dialog.retarget(response);
        this.agreed(termsOfResponse(response, terms.seconds));
        if (!update) call.answered(response.body);
      },
      failed: () => {
        this.offering = false;
        this.#timer.dispatch({ type: 'failed' });
      },
    });
  }

  #refused({ status, headers }: SipResponse): void {
    const retryMs = status === 491 ? this.#glareMs() : RETRY_MS;
    this.#timer.dispatch({ type: 'refused', status, minSeconds: minSeconds(headers), retryMs });
  }

  /** RFC 3261 §14.1: in steps of 10 ms, longer for who owns the Call-ID, so that both do not meet again. */
  #glareMs(): number {
    return 10 * (this.call.calling ? randomInt(210, 401) : randomInt(0, 201));
  }
}
