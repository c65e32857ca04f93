/** The consoles of the box: one person works at one of them; whoever signs in takes over. */
import type { Duplex } from 'node:stream';
import { Session, type SessionParts } from './session.js';

export class Consoles {
  readonly #sessions = new Set<Session>();
  #working?: { session: Session; name: string };

  constructor(
    private readonly parts: Omit<SessionParts, 'onSignedIn'> & {
      /** Whether an administrator still is one. */
      isStill: (name: string) => boolean;
    },
  ) {}

  /** A session at a terminal; `place` says where it is, for others. Resolves when it is over; the stream stays open. */
  async serve(stream: Duplex, place: string): Promise<void> {
    const session = new Session(stream, {
      ...this.parts,
      onSignedIn: (session, name) => {
        this.#working?.session.end(`${name} has signed in at ${place} and works there now.`);
        this.#working = { session, name };
      },
    });
    this.#sessions.add(session);
    try {
      await session.run();
    } finally {
      this.#sessions.delete(session);
      if (this.#working?.session === session) this.#working = undefined;
    }
  }

  /** Looks whether who works there still may. */
  look(): void {
    if (this.#working && !this.parts.isStill(this.#working.name))
      this.#working.session.end('You are no administrator any more.');
  }

  /** Ends every session. */
  close(): void {
    for (const session of this.#sessions) session.end('The box stops.');
  }
}
