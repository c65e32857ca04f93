/** REFER within a call (RFC 3515): what it asks for, and the reports that follow. */
import { parseCSeq, parseNameAddr, parseUri, reasonPhrase, SipParseError, type SipRequest } from 'sip-parser';
import { dialogKey } from './dialog.js';
import type { InDialog } from './in-dialog.js';
import { ProtocolError } from './protocol-error.js';

export type ReferTarget = {
  /** User part of Refer-To. */
  number: string;
  /** Key of the dialog that is to be taken over (RFC 3891), if one is named. */
  replaces?: string;
};

/** Reads a REFER. Throws ProtocolError: 400 without exactly one Refer-To, 403 for another method than INVITE. */
export function readRefer({ headers }: SipRequest): ReferTarget {
  const values = headers.all('Refer-To');
  if (values.length !== 1) throw new ProtocolError(400, 'A REFER Needs One Refer-To');
  try {
    const uri = parseUri(parseNameAddr(values[0]).uri);
    const method = (uri.params.get('method') ?? 'INVITE').toUpperCase();
    if (method !== 'INVITE') throw new ProtocolError(403, 'Only INVITE Is Done For Others');
    const replaces = [...uri.headers].find(([name]) => name.toLowerCase() === 'replaces')?.[1];
    return {
      number: uri.user ?? '',
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
    private readonly contact: string,
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
    this.dialog.send('NOTIFY', headers, Buffer.from(`SIP/2.0 ${status} ${reasonPhrase(status)}\r\n`));
  }
}
