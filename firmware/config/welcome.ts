/** What the owner is shown once, at the first boot. */
import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { FirstBoot } from './config-store.js';
import type { Config } from './schema.js';

/** Plain text for the terminal, with passwords: never for the log. */
export function welcome(
  config: Config,
  first: FirstBoot,
  bound: { address: string; sip: number; http: number },
): string {
  const reached = bound.address === '0.0.0.0' ? outwardAddress() : bound.address;
  const address = isIPv6(reached) ? `[${reached}]` : reached;
  const lines = [''];
  if (first.madeDocument) {
    lines.push(
      `This box is new. Register a phone at ${address}, UDP or TCP port ${bound.sip}, with one of these:`,
      '',
    );
    for (const { number, sip } of config.extensions)
      lines.push(`  extension ${number}   user name ${sip.username}   password ${sip.password}`);
    lines.push('');
    for (const { number, description, type, pin } of config.conferences)
      lines.push(`  dial ${number}   ${description} (${type}${pin ? `, PIN ${pin}` : ''})`);
    lines.push('');
  }
  if (first.adminPassword)
    lines.push(
      `Administrator: name admin, password ${first.adminPassword}, at http://${address}:${bound.http}`,
      '',
    );
  if (lines.length > 1) lines.push('This is shown only once.', '');
  return lines.length > 1 ? `${lines.join('\n')}\n` : '';
}

/** The address by which others on the network reach this machine. */
function outwardAddress(): string {
  return (
    Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .find((entry) => entry.family === 'IPv4' && !entry.internal)?.address ?? '127.0.0.1'
  );
}
