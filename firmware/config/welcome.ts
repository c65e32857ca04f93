/** What the owner is shown on the terminal: how to go on with a new box. */
import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Config } from './schema.js';

/** Plain text, with the passwords of a new document: never for the log. Empty if there is nothing to say. */
export function welcome(
  config: Config,
  isNew: boolean,
  bound: { address: string; sip: number; http: number; https: number | undefined },
): string {
  const reached = bound.address === '0.0.0.0' ? outwardAddress() : bound.address;
  const address = isIPv6(reached) ? `[${reached}]` : reached;
  const lines: string[] = [];
  if (isNew) {
    lines.push(
      '',
      `This box is new. Register a phone at ${address}, UDP or TCP port ${bound.sip}, with one of these:`,
      '',
    );
    for (const { number, sip } of config.extensions)
      if (sip) lines.push(`  extension ${number}   user name ${sip.username}   password ${sip.password}`);
    lines.push('');
    for (const { number, description, type, pin } of config.conferences)
      lines.push(`  dial ${number}   ${description} (${type}${pin ? `, PIN ${pin}` : ''})`);
    lines.push('', 'This is shown only once.');
  }
  if (config.administrators.length === 0) {
    const pages =
      bound.https === undefined ? `http://${address}:${bound.http}` : `https://${address}:${bound.https}`;
    lines.push(
      '',
      `The box has no administrator yet. Open ${pages} in a browser of the same network: it asks for one.`,
      ...(bound.https === undefined
        ? []
        : ['The browser warns of the certificate: the box has made it itself.']),
    );
  }
  return lines.length > 0 ? `${lines.join('\n')}\n\n` : '';
}

/** The address by which others on the network reach this machine. */
export function outwardAddress(): string {
  return (
    Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .find((entry) => entry.family === 'IPv4' && !entry.internal)?.address ?? '127.0.0.1'
  );
}
