/** Tells phones what they subscribed to: SUBSCRIBE in, NOTIFY out (RFC 6665). */
import { randomBytes } from 'node:crypto';
import { parseNameAddr, parseUri, reasonPhrase, type SipRequest } from 'sip-parser';
import type { Clock } from '../clock.js';
import { MachineRunner } from '../machine.js';
import { afterRequest, dialogKey, dialogOfInvite, nextRequest, tagOf, type Dialog } from './dialog.js';
import { ProtocolError } from './protocol-error.js';
import {
  subscription,
  subscriptionStart,
  type SubscriptionEffect,
  type SubscriptionEvent,
  type SubscriptionState,
} from './subscription.js';
import { responseTo, type ServerTransaction } from './server-transactions.js';
import type { TransactionLayer } from './transaction-layer.js';
import type { Endpoint } from './transport.js';

/** What may be subscribed to under one name of the Event header. A resource is the user part of its URI. */
export type EventPackage<Snapshot> = {
  event: string;
  contentType: string;
  /** What it is now, as far as the account that asks may know; undefined if there is no such resource for it. */
  snapshot(resource: string, account: string): Snapshot | undefined;
  /** The document: all of it where `before` is undefined, else what changed; undefined if nothing did. */
  document(uri: string, version: number, after: Snapshot, before: Snapshot | undefined): string | undefined;
};

export type NotifierHome = {
  readonly layer: TransactionLayer;
  readonly clock: Clock;
  contactFor(peer: Endpoint): string;
};

/** Seconds. */
const DEFAULT_EXPIRES = 3600;
const MIN_EXPIRES = 60;
const MAX_EXPIRES = 7200;
const MAX_SUBSCRIPTIONS = 2000;

/** One phone's subscription. */
class Subscription {
  readonly runner: MachineRunner<SubscriptionState, SubscriptionEvent, SubscriptionEffect>;
  #dialog: Dialog;
  #version = 0;
  #told: unknown;
  #expiresAtMs = 0;

  constructor(
    private readonly home: NotifierHome,
    private readonly source: EventPackage<unknown>,
    readonly resource: string,
    private readonly account: string,
    /** Its Event header, with the id. */
    private readonly event: string,
    readonly uri: string,
    dialog: Dialog,
    private readonly onEnd: (key: string) => void,
  ) {
    this.#dialog = dialog;
    this.runner = new MachineRunner(
      subscription,
      subscriptionStart,
      home.clock,
      (effect: SubscriptionEffect) =>
        effect.type === 'notify' ? this.#notify(effect) : this.onEnd(this.key),
    );
  }

  get key(): string {
    return dialogKey(this.#dialog.callId, this.#dialog.localTag, this.#dialog.remoteTag);
  }

  get localTag(): string {
    return this.#dialog.localTag;
  }

  get package(): string {
    return this.source.event;
  }

  /** A refresh in our dialog; false if it came out of order. */
  take({ request, source }: ServerTransaction): boolean {
    const dialog = afterRequest(this.#dialog, request, source);
    if (dialog) this.#dialog = dialog;
    return dialog !== undefined;
  }

  subscribed(seconds: number): void {
    this.#expiresAtMs = this.home.clock.nowMs() + seconds * 1000;
    this.runner.dispatch({ type: 'subscribed', seconds });
  }

  changed(): void {
    if (this.source.snapshot(this.resource, this.account) === undefined)
      this.runner.dispatch({ type: 'gone' });
    else this.runner.dispatch({ type: 'changed' });
  }

  #notify({ whole, ending }: Extract<SubscriptionEffect, { type: 'notify' }>): void {
    const now = this.source.snapshot(this.resource, this.account);
    const before = whole ? undefined : this.#told;
    const document =
      now === undefined ? undefined : this.source.document(this.uri, this.#version, now, before);
    if (document === undefined && !whole) return this.runner.dispatch({ type: 'answered', accepted: true });
    this.#told = now;
    this.#version += 1;
    const { dialog, request } = nextRequest(this.#dialog, 'NOTIFY');
    this.#dialog = dialog;
    const leftSeconds = Math.max(0, Math.ceil((this.#expiresAtMs - this.home.clock.nowMs()) / 1000));
    request.headers
      .append('Contact', this.home.contactFor(dialog.peer))
      .append('Event', this.event)
      .append('Subscription-State', ending ? `terminated;reason=${ending}` : `active;expires=${leftSeconds}`);
    if (document !== undefined) {
      request.headers.append('Content-Type', this.source.contentType);
      request.body = Buffer.from(document);
    }
    const answered = (accepted: boolean) => this.runner.dispatch({ type: 'answered', accepted });
    this.home.layer.send(request, dialog.peer, {
      response: ({ status }) => status >= 200 && answered(status < 300),
      failed: () => answered(false),
    });
  }
}

export class Notifier {
  readonly #subscriptions = new Map<string, Subscription>();

  constructor(
    private readonly home: NotifierHome,
    private readonly packages: readonly EventPackage<unknown>[],
  ) {}

  /** Subscriptions that stand. */
  get open(): number {
    return this.#subscriptions.size;
  }

  /** Names for Allow-Events. */
  get events(): string {
    return this.packages.map(({ event }) => event).join(', ');
  }

  /**
   * Serves a SUBSCRIBE of an authenticated account; the answer goes before the NOTIFY. Throws ProtocolError: 404 (no such
   * resource), 423, 481 (no such subscription), 489 (no such event), 500 (out of order), 503 (too many).
   */
  serve(transaction: ServerTransaction, account: string): void {
    const { request } = transaction;
    const seconds = expiresOf(request);
    const known = this.#of(request);
    if (!known && tagOf(request.headers.get('To') ?? '') !== '')
      throw new ProtocolError(481, reasonPhrase(481));
    if (known && !known.take(transaction)) throw new ProtocolError(500, 'CSeq Out Of Order');
    const subscribed = known ?? this.#open(transaction, account);
    const response = responseTo(request, 200, 'OK');
    const to = request.headers.get('To') ?? '';
    if (!known) response.headers.set('To', `${to};tag=${subscribed.localTag}`);
    response.headers.set('Expires', String(seconds)).set('Contact', this.home.contactFor(transaction.source));
    transaction.respond(response);
    subscribed.subscribed(seconds);
  }

  /** Something happened to a resource. */
  changed(event: string, resource: string): void {
    for (const one of this.#subscriptions.values())
      if (one.package === event && one.resource === resource) one.changed();
  }

  /** Ends every subscription, silently. */
  stop(): void {
    for (const { runner } of this.#subscriptions.values()) runner.stop();
    this.#subscriptions.clear();
  }

  #of({ headers }: SipRequest): Subscription | undefined {
    const [callId, to, from] = ['Call-ID', 'To', 'From'].map((name) => headers.get(name) ?? '');
    return this.#subscriptions.get(dialogKey(callId, tagOf(to), tagOf(from)));
  }

  #open({ request, source }: ServerTransaction, account: string): Subscription {
    const event = request.headers.get('Event') ?? '';
    const name = event.split(';')[0].trim().toLowerCase();
    const found = this.packages.find((one) => one.event === name);
    if (!found) throw new ProtocolError(489, reasonPhrase(489), [['Allow-Events', this.events]]);
    const resource = parseUri(request.uri).user ?? '';
    if (found.snapshot(resource, account) === undefined) throw new ProtocolError(404, reasonPhrase(404));
    if (this.#subscriptions.size >= MAX_SUBSCRIPTIONS)
      throw new ProtocolError(503, reasonPhrase(503), [['Retry-After', '60']]);
    const dialog = dialogOfInvite(request, randomBytes(8).toString('hex'), source);
    const { uri } = parseNameAddr(request.headers.get('To') ?? '');
    const opened = new Subscription(this.home, found, resource, account, event, uri, dialog, (key) =>
      this.#subscriptions.delete(key),
    );
    this.#subscriptions.set(opened.key, opened);
    return opened;
  }
}

/** How long a SUBSCRIBE is granted, s (RFC 6665 §4.2.1.1). Throws 423 if it wants too short a time. */
function expiresOf({ headers }: SipRequest): number {
  const text = headers.get('Expires')?.trim();
  const wanted = text === undefined || !/^\d{1,10}$/.test(text) ? DEFAULT_EXPIRES : Number(text);
  if (wanted > 0 && wanted < MIN_EXPIRES)
    throw new ProtocolError(423, reasonPhrase(423), [['Min-Expires', String(MIN_EXPIRES)]]);
  return Math.min(wanted, MAX_EXPIRES);
}
