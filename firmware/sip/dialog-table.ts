/** The calls whose dialogs stand, and where their peers are (RFC 3261 §12.2.2). */
import type { SipRequest } from 'sip-parser';
import { dialogKey, tagOf } from './dialog.js';
import type { SipCall } from './sip-call.js';

export class DialogTable {
  readonly #calls = new Map<string, SipCall>();
  /** Dialogs that stand, by address of the peer. */
  readonly #talking = new Map<string, number>();

  get size(): number {
    return this.#calls.size;
  }

  /** Whether somebody at that address is in a call. */
  isTalking(address: string): boolean {
    return this.#talking.has(address);
  }

  adopt(key: string, call: SipCall): void {
    this.#calls.set(key, call);
    const { address } = call.peer;
    this.#talking.set(address, (this.#talking.get(address) ?? 0) + 1);
  }

  release(key: string, call: SipCall): void {
    if (this.#calls.get(key) !== call) return;
    this.#calls.delete(key);
    const { address } = call.peer;
    const left = this.#talking.get(address)! - 1;
    if (left > 0) this.#talking.set(address, left);
    else this.#talking.delete(address);
  }

  find(key: string): SipCall | undefined {
    return this.#calls.get(key);
  }

  /** The call that a request belongs to. */
  of({ headers }: SipRequest): SipCall | undefined {
    const [callId, to, from] = ['Call-ID', 'To', 'From'].map((name) => headers.get(name) ?? '');
    return this.#calls.get(dialogKey(callId, tagOf(to), tagOf(from)));
  }
}
