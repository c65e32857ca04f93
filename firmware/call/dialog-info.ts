/** Whether an extension or a room is in use, for the lamps of other phones: dialog-info documents (RFC 4235). Pure. */
import { element, text, xmlDocument } from './xml.js';

/** The calls of one number. */
export type DialogSnapshot = readonly {
  id: string;
  /** `initiator`: that number called. */
  direction: 'initiator' | 'recipient';
  state: 'trying' | 'early' | 'confirmed';
  /** The other party. */
  number: string;
  name: string;
}[];

/** The whole state of `uri`, each time (RFC 4235 §3.7 allows it, and lamps like it); undefined if nothing changed. */
export function dialogInfo(
  uri: string,
  version: number,
  after: DialogSnapshot,
  before: DialogSnapshot | undefined,
): string | undefined {
  if (before && JSON.stringify(before) === JSON.stringify(after)) return undefined;
  const host = uri.slice(uri.indexOf('@') + 1).replace(/[;?].*$/, '');
  return xmlDocument(
    element(
      'dialog-info',
      { xmlns: 'urn:ietf:params:xml:ns:dialog-info', version, state: 'full', entity: uri },
      ...after.map(({ id, direction, state, number, name }) =>
        element(
          'dialog',
          { id, direction },
          element('state', {}, state),
          element(
            'remote',
            {},
            element('identity', { display: name === '' ? undefined : name }, text(`sip:${number}@${host}`)),
          ),
        ),
      ),
    ),
  );
}
