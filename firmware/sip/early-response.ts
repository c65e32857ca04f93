/** A provisional response that the caller acknowledges by PRACK (RFC 3262). */
import { randomInt } from 'node:crypto';
import { parseCSeq, type SipRequest, type SipResponse } from 'sip-parser';
import type { Clock } from '../clock.js';
import { MachineRunner } from '../machine.js';
import {
  reliableProvisional,
  type ReliableProvisionalEffect,
  type ReliableProvisionalEvent,
  type ReliableProvisionalState,
} from './reliable-provisional.js';
import type { ServerTransaction } from './server-transactions.js';

export class EarlyResponse {
  readonly #machine: MachineRunner<
    ReliableProvisionalState,
    ReliableProvisionalEvent,
    ReliableProvisionalEffect
  >;
  readonly #rseq = randomInt(1, 2 ** 31);
  #proceed: () => void = () => {};

  /** Sends it until the PRACK comes; `lost` is called if none does. */
  constructor(
    private readonly invite: ServerTransaction,
    private readonly response: SipResponse,
    clock: Clock,
    lost: () => void,
  ) {
    response.headers.set('Require', '100rel').set('RSeq', String(this.#rseq));
    this.#machine = new MachineRunner(
      reliableProvisional,
      { name: 'idle' },
      clock,
      (effect: ReliableProvisionalEffect) => {
        if (effect.type === 'send') invite.respond(response);
        else if (effect.type === 'acknowledged') this.#proceed();
        else lost();
      },
    );
    this.#machine.dispatch({ type: 'send', rseq: this.#rseq });
  }

  get hasSdp(): boolean {
    return this.response.body.length > 0;
  }

  /** No PRACK has come yet. */
  get waits(): boolean {
    return this.#machine.state.name !== 'done';
  }

  /** Does this when the PRACK has come. */
  whenAcked(proceed: () => void): void {
    this.#proceed = proceed;
  }

  /** Whether a PRACK is that of this response: RAck names its RSeq and the INVITE (RFC 3262 §7.2). */
  isOf(prack: SipRequest): boolean {
    const match = /^(\d{1,10})\s+(\d{1,10})\s+INVITE$/.exec(prack.headers.get('RAck') ?? '');
    const { number } = parseCSeq(this.invite.request.headers.get('CSeq') ?? '');
    return this.waits && Number(match?.[1]) === this.#rseq && Number(match?.[2]) === number;
  }

  acked(): void {
    this.#machine.dispatch({ type: 'prack', rseq: this.#rseq });
  }

  stop(): void {
    this.#machine.stop();
  }
}
