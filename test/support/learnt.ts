/** What a box learns in a round of a test that cuts its power, and what it knows of it afterwards. */
import path from 'node:path';
import { Headers } from 'sip-parser';
import { KeptStates } from '../../firmware/box/kept-states.js';
import type { OpenRoom } from '../../firmware/call/open-room.js';
import { KeptSeats } from '../../firmware/call/kept-seats.js';
import { emptyRoom, room } from '../../firmware/call/room.js';
import { ManualClock } from '../../firmware/clock.js';
import { GuessGuard } from '../../firmware/guess-guard.js';
import { begunDocument, type RecordingDocument } from '../../firmware/recording/recording-document.js';
import { Registrar } from '../../firmware/sip/registrar.js';

export class Learnt {
  readonly #clock = new ManualClock();
  readonly #registrar = new Registrar(this.#clock);
  readonly #seats = new KeptSeats(this.#clock);
  readonly #guard = new GuessGuard(this.#clock);
  readonly #kept: KeptStates;

  constructor(directory: string) {
    this.#kept = new KeptStates(path.join(directory), this.#clock);
    this.#kept.keep('registrations', this.#registrar);
    this.#kept.keep('seats', this.#seats);
    this.#kept.keep('guesses', this.#guard);
  }

  get alarms(): object[] {
    return this.#kept.alarms;
  }

  /** A phone of this round registers, somebody sits down, somebody guesses; all of it is kept. */
  learn(round: number): void {
    const name = String(round);
    const headers = new Headers()
      .append('Contact', `<sip:${name}@192.0.2.9>`)
      .append('Call-ID', name)
      .append('CSeq', '1 REGISTER');
    const request = {
      kind: 'request',
      method: 'REGISTER',
      uri: 'sip:x',
      headers,
      body: Buffer.alloc(0),
    } as const;
    this.#registrar.register(name, request, { address: '192.0.2.9', port: 5060 });
    const { state } = room(emptyRoom, { type: 'seat', leg: round });
    const conference = { number: '801', type: 'dynamic' };
    const open = { conference, number: name, pin: name, state } as OpenRoom;
    this.#seats.follow(open, () => name);
    this.#guard.wrong({ secret: 'password', sources: [name], target: undefined });
    this.#kept.flush();
  }

  /** The last round of which each knows. */
  get rounds(): Record<'registrations' | 'seats' | 'guesses', number> {
    const { rooms } = this.#seats.snapshot() as { rooms: { number: string }[] };
    const { sources } = this.#guard.snapshot() as { sources: [string][] };
    const last = (names: string[]) => Math.max(0, ...names.map(Number));
    return {
      registrations: last(this.#registrar.accounts()),
      seats: last(rooms.map(({ number }) => number)),
      guesses: last(sources.map(([key]) => key.replace('password ', ''))),
    };
  }
}

export function recordingOf(round: number): RecordingDocument {
  return begunDocument({
    id: `20261129-${String(round).padStart(6, '0')}-00000000`,
    number: '800',
    name: null,
    description: `round ${round}`,
    rateHz: 8000,
    startedAt: '2026-11-29T12:00:00.000Z',
  });
}
