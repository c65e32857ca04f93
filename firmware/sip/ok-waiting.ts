/** A 2xx of ours on its way, until its ACK has come. */
import { parseCSeq, type SipRequest, type SipResponse } from 'sip-parser';
import type { Clock } from '../clock.js';
import { MachineRunner } from '../machine.js';
import {
  okRepeater,
  type OkRepeaterEffect,
  type OkRepeaterEvent,
  type OkRepeaterState,
} from './ok-repeater.js';
import type { ServerTransaction } from './server-transactions.js';

export class OkWaiting {
  readonly #repeater: MachineRunner<OkRepeaterState, OkRepeaterEvent, OkRepeaterEffect>;

  /** Sends it. `done` is told whether it was acknowledged at last. */
  constructor(
    private readonly invite: ServerTransaction,
    ok: SipResponse,
    clock: Clock,
    done: (acknowledged: boolean) => void,
  ) {
    this.#repeater = new MachineRunner(okRepeater, { name: 'idle' }, clock, (effect: OkRepeaterEffect) => {
      if (effect.type === 'sendAgain') invite.respond(ok);
      else done(effect.type === 'acked');
    });
    invite.respond(ok);
    this.#repeater.dispatch({ type: 'sent' });
  }

  /** Whether an ACK is that of this 2xx: it bears the number of the INVITE. */
  isOf(ack: SipRequest): boolean {
    return numberOf(ack) === numberOf(this.invite.request);
  }

  acked(): void {
    this.#repeater.dispatch({ type: 'ack' });
  }

  stop(): void {
    this.#repeater.stop();
  }
}

function numberOf({ headers }: SipRequest): number {
  return parseCSeq(headers.get('CSeq') ?? '').number;
}
