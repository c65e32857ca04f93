/** The socket by which a program tells systemd how it is (sd_notify(3)): datagrams over AF_UNIX, which Node does not have. */
import { HardwareError } from '../hardware-error.js';
import { AF_UNIX, close, MSG_DONTWAIT, sendto, SOCK_CLOEXEC, SOCK_DGRAM, socket } from './libc.js';

/** `sun_path` of a `sockaddr_un` (unix(7)). */
const MOST_BYTES = 107;

export class NotifySocket {
  readonly #fd: number;
  readonly #address: Uint8Array;

  /** `name`: a path, or a name of the abstract name space after an `@`. Throws HardwareError. */
  constructor(name: string) {
    const path = Buffer.from(name.replace(/^@/, '\0'));
    if (path.length > MOST_BYTES) throw new HardwareError('unsupported', `${name} is too long for a socket`);
    this.#address = Uint8Array.from([AF_UNIX, 0, ...path]);
    this.#fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (this.#fd < 0) throw new HardwareError('denied', 'no socket to tell systemd by');
  }

  /** False if nobody takes it. */
  tell(text: string): boolean {
    const bytes = Buffer.from(text);
    return (
      sendto(this.#fd, bytes, bytes.length, MSG_DONTWAIT, this.#address, this.#address.length) ===
      bytes.length
    );
  }

  close(): void {
    close(this.#fd);
  }
}
