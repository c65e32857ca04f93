import type { SipMessage } from './message.js';
import { wireSafe } from './text.js';

/** Writes a message. Content-Length always tells the size of the body, whatever the headers say of it. */
export function serializeMessage(message: SipMessage): Buffer {
  let head = `${wireSafe(startLine(message))}\r\n`;
  let sized = false;
  for (const [name, value] of message.headers) {
    if (name !== 'Content-Length') head += value === '' ? `${name}:\r\n` : `${name}: ${value}\r\n`;
    else if (!sized) {
      head += `Content-Length: ${message.body.length}\r\n`;
      sized = true;
    }
  }
  if (!sized) head += `Content-Length: ${message.body.length}\r\n`;
  const octets = Buffer.allocUnsafe(head.length + 2 + message.body.length);
  octets.write(`${head}\r\n`, 0, 'latin1');
  message.body.copy(octets, head.length + 2);
  return octets;
}

function startLine(message: SipMessage): string {
  if (message.kind === 'request') return `${message.method} ${message.uri} SIP/2.0`;
  return `SIP/2.0 ${message.status} ${message.reason}`;
}
