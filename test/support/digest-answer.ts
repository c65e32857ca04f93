/** A challenge answered as a phone does. */
import { authText, parseAuth } from 'sip-parser';
import { digestResponse, type Algorithm } from '../../firmware/sip/digest.js';

export type DigestAnswer = {
  method: string;
  uri: string;
  username: string;
  password: string;
  /** How often the nonce has been used, this time included. */
  nc?: number;
};

/** Value of the Authorization header that answers a WWW-Authenticate value. */
export function digestAnswer(
  challenge: string,
  { method, uri, username, password, nc = 1 }: DigestAnswer,
): string {
  const { params } = parseAuth(challenge);
  const fields = {
    username,
    realm: params.get('realm')!,
    nonce: params.get('nonce')!,
    uri,
    algorithm: params.get('algorithm') as Algorithm,
    qop: 'auth',
    cnonce: 'test',
    nc: String(nc).padStart(8, '0'),
  } as const;
  return authText('Digest', [
    ...Object.entries(fields).map(([name, value]): [string, string, boolean] => [name, value, name !== 'nc']),
    ['response', digestResponse(fields, method, password), true],
  ]);
}
