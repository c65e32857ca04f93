/** REFER (RFC 3515): what it asks for, its answer, and the reports that follow. */
import {
  parseCSeq,
  parseNameAddr,
  parseUri,
  reasonPhrase,
  SipParseError,
  type SipRequest,
  type SipResponse,
} from 'sip-parser';
import { dialogKey } from './dialog.js';
import type { InDialog } from './in-dialog.js';
import { ProtocolError } from './protocol-error.js';
import type { ServerTransaction } from './server-transactions.js';

export type ReferTarget = {
  /** BYE: whoever it is is to be put out of a conference (RFC 4579 §5). */
  method: 'INVITE' | 'BYE';
  /** User part of Refer-To. */
  number: string;
  /** Its parameter `leg`: one endpoint of that number, as conference documents name it (RFC 4575 §5.7). */
  leg?: string;
  /** Key of the dialog that is to be taken over (RFC 3891), if one is named. */
  replaces?: string;
};

/** Tells who asked how it goes, as a SIP status; a final one is the last. */
export type Report = (status: number) => void;

/** Reads a REFER. Throws ProtocolError: 400 without exactly one Refer-To, 403 for another method than INVITE or BYE. */
export function readRefer({ headers }: SipRequest): ReferTarget {
  const values = headers.all('Refer-To');
  if (values.length !== 1) throw new ProtocolError(400, 'A REFER Needs One Refer-To');
  try {
    const uri = parseUri(parseNameAddr(values[0]).uri);
    const method = (uri.params.get('method') ?? 'INVITE').toUpperCase();
    if (method !== 'INVITE' && method !== 'BYE')
      throw new ProtocolError(403, 'Only INVITE And BYE Are Done For Others');
    const replaces = [...uri.headers].find(([name]) => name.toLowerCase() === 'replaces')?.[1];
    return {
      method,
      number: uri.user ?? '',
      leg: uri.params.get('leg'),
      replaces: replaces === undefined ? undefined : readReplaces(replaces).key,
    };
  } catch (error) {
    if (error instanceof SipParseError) throw new ProtocolError(400, 'Malformed Refer-To');
    throw error;
  }
}

/** Reads a Replaces value: the key of our dialog that it names (RFC 3891 §6.1). Throws ProtocolError 400. */
export function readReplaces(value: string): { key: string; earlyOnly: boolean } {
  const [callId, ...params] = value.split(';').map((part) => part.trim());
  const param = (name: string) =>
    params.find((part) => part.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
  const [toTag, fromTag] = [param('to-tag'), param('from-tag')];
  if (callId === '' || toTag === undefined || fromTag === undefined)
    throw new ProtocolError(400, 'Replaces Needs Call-ID, to-tag And from-tag');
  return {
    key: dialogKey(callId, toTag, fromTag),
    earlyOnly: params.some((part) => part.toLowerCase() === 'early-only'),
  };
}

/**
 * Serves a REFER: `act` returns 202 or the status that refuses; `accepted` makes the answer 202. What `act` reports at
 * once comes after the answer, and after BYE (`isOver`) nothing comes. Throws ProtocolError where `act` refuses.
 */
export function serveRefer(
  transaction: ServerTransaction,
  reports: ReferReport,
  act: (report: Report) => number,
  accepted: () => SipResponse,
  isOver: () => boolean = () => false,
): void {
  let said: number[] | undefined = [100];
  const status = act((progress) => {
    if (said) said.push(progress);
    else if (!isOver()) reports.say(progress);
  });
  if (status !== 202) throw new ProtocolError(status, reasonPhrase(status));
  const response = accepted();
  response.headers.set('Contact', reports.contact);
  if (reports.unwanted) response.headers.set('Refer-Sub', 'false');
  transaction.respond(response);
  if (!isOver()) for (const progress of said) reports.say(progress);
  said = undefined;
}

/** Tells whoever sent a REFER how it goes: NOTIFYs with a status line each (RFC 3515 §2.4.4). */
export class ReferReport {
  /** The sender wants no reports (RFC 4488). */
  readonly unwanted: boolean;
  readonly #event: string;
  #over = false;

  /** `first`: no other REFER came in this dialog; later ones are told apart by their number. */
  constructor(
    refer: SipRequest,
    first: boolean,
    private readonly dialog: InDialog,
    readonly contact: string,
  ) {
    this.unwanted = refer.headers.get('Refer-Sub')?.trim().toLowerCase().startsWith('false') ?? false;
    const { number } = parseCSeq(refer.headers.get('CSeq') ?? '');
    this.#event = first ? 'refer' : `refer;id=${number}`;
  }

  /** How the other call stands, as a SIP status; a final one ends the reports. */
  say(status: number): void {
    if (this.#over || this.unwanted) return;
    this.#over = status >= 200;
    const headers: [string, string][] = [
      ['Event', this.#event],
      ['Subscription-State', this.#over ? 'terminated;reason=noresource' : 'active;expires=180'],
      ['Contact', this.contact],
      ['Content-Type', 'message/sipfrag;version=2.0'],
    ];
    const line = Buffer.from(`SIP/2.0 ${status} ${reasonPhrase(status)}\r\n`);
    // RFC 6665 §4.2.2: who refuses a report gets no more.
    this.dialog.send('NOTIFY', headers, line, {
      response: (response) => (this.#over ||= response.status >= 300),
      failed: () => (this.#over = true),
    });
  }
}
