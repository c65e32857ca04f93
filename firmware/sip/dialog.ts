/** Dialogs as data (RFC 3261 §12): what both sides must remember to send requests within a call. */
import { Headers, parseCSeq, parseNameAddr, parseUri, type SipRequest, type SipResponse } from 'sip-parser';
import type { Endpoint } from './transport.js';

export type Dialog = {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  /** From value of our requests, tag included. */
  readonly local: string;
  /** To value of our requests, tag included. */
  readonly remote: string;
  /** CSeq number of our last request. */
  readonly localSeq: number;
  /** CSeq number of their last request; undefined before the first. */
  readonly remoteSeq?: number;
  /** The peer's Contact: Request-URI of our requests. */
  readonly target: string;
  /** Route values of our requests, in order. */
  readonly routes: readonly string[];
  /** Where the peer's messages come from, and ours go: the way through a router. */
  readonly peer: Endpoint;
};

/** How a dialog is found from a message's Call-ID and tags (RFC 3261 §12.2.2). */
export function dialogKey(callId: string, localTag: string, remoteTag: string): string {
  return `${callId}\n${localTag}\n${remoteTag}`;
}

/** The dialog that our answer with `localTag` to an INVITE opens (RFC 3261 §12.1.1). */
export function dialogOfInvite(invite: SipRequest, localTag: string, peer: Endpoint): Dialog {
  const { headers } = invite;
  const from = headers.get('From') ?? '';
  return {
    callId: headers.get('Call-ID') ?? '',
    localTag,
    remoteTag: tagOf(from),
    local: `${headers.get('To') ?? ''};tag=${localTag}`,
    remote: from,
    localSeq: 0,
    remoteSeq: parseCSeq(headers.get('CSeq') ?? '').number,
    target: targetOf(headers, invite),
    routes: headers.all('Record-Route'),
    peer,
  };
}

/** The dialog that a response to our INVITE opens (RFC 3261 §12.1.2). */
export function dialogOfResponse(invite: SipRequest, response: SipResponse, peer: Endpoint): Dialog {
  const from = invite.headers.get('From') ?? '';
  const to = response.headers.get('To') ?? '';
  return {
    callId: invite.headers.get('Call-ID') ?? '',
    localTag: tagOf(from),
    remoteTag: tagOf(to),
    local: from,
    remote: to,
    localSeq: parseCSeq(invite.headers.get('CSeq') ?? '').number,
    target: targetOf(response.headers, invite),
    routes: response.headers.all('Record-Route').reverse(),
    peer,
  };
}

/** Our next request in a dialog, and the dialog afterwards (RFC 3261 §12.2.1.1). */
export function nextRequest(dialog: Dialog, method: string): { dialog: Dialog; request: SipRequest } {
  const after = { ...dialog, localSeq: dialog.localSeq + 1 };
  return { dialog: after, request: requestIn(after, method, after.localSeq) };
}

/** The ACK of a 2xx bears the number of its INVITE (RFC 3261 §13.2.2.4). */
export function ackIn(dialog: Dialog, inviteSeq: number): SipRequest {
  return requestIn(dialog, 'ACK', inviteSeq);
}

/**
 * The dialog after a request of the peer that came from `source`; undefined if the request comes out of order and is
 * answered 500 (RFC 3261 §12.2.2).
 */
export function afterRequest(dialog: Dialog, request: SipRequest, source: Endpoint): Dialog | undefined {
  const { number } = parseCSeq(request.headers.get('CSeq') ?? '');
  if (dialog.remoteSeq !== undefined && number <= dialog.remoteSeq) return undefined;
  return { ...dialog, remoteSeq: number, peer: source };
}

/** The dialog after an INVITE or UPDATE of the peer was accepted, or ours by it: its Contact may have moved. */
export function retargeted(dialog: Dialog, message: SipRequest | SipResponse): Dialog {
  const contact = message.headers.all('Contact')[0];
  return contact === undefined ? dialog : { ...dialog, target: parseNameAddr(contact).uri };
}

/** The tag of a From or To value; empty for a phone of RFC 2543 (RFC 3261 §12.1.1). */
export function tagOf(value: string): string {
  return parseNameAddr(value).params.get('tag') ?? '';
}

/** RFC 3261 §12.2.1.1: a first router that does not say `lr` is addressed itself, and the target goes last. */
function requestIn(dialog: Dialog, method: string, seq: number): SipRequest {
  let { target: uri, routes } = dialog;
  const first = routes.length > 0 ? parseNameAddr(routes[0]).uri : '';
  if (first !== '' && !parseUri(first).params.has('lr'))
    [uri, routes] = [first, [...routes.slice(1), `<${dialog.target}>`]];
  const headers = new Headers();
  for (const route of routes) headers.append('Route', route);
  headers.append('From', dialog.local).append('To', dialog.remote).append('Call-ID', dialog.callId);
  headers.append('CSeq', `${seq} ${method}`).append('Max-Forwards', '70');
  return { kind: 'request', method, uri, headers, body: Buffer.alloc(0) };
}

function targetOf(headers: Headers, request: SipRequest): string {
  const contact = headers.all('Contact')[0];
  return contact === undefined ? request.uri : parseNameAddr(contact).uri;
}
