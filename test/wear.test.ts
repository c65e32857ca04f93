/** What a day of a box writes to flash: at rest with fifty phones, and with a hundred calls. The days are short, the writes real. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Headers } from 'sip-parser';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { KeptStates, PACES } from '../firmware/box/kept-states.js';
import { ConferenceDirectory } from '../firmware/call/conference-directory.js';
import { History } from '../firmware/call/history.js';
import { KeptSeats } from '../firmware/call/kept-seats.js';
import type { Leg } from '../firmware/call/leg.js';
import type { OpenLeg } from '../firmware/call/switchboard.js';
import { ManualClock } from '../firmware/clock.js';
import type { Conference } from '../firmware/config/schema.js';
import { flashWear } from '../firmware/flash-wear.js';
import { GuessGuard } from '../firmware/guess-guard.js';
import { Registrar } from '../firmware/sip/registrar.js';
import { AppendLog } from '../firmware/system/append-log.js';
import { canHaveDisks, LoopDisk } from './support/loop-disk.js';
import { deafMedia } from './support/deaf-media.js';

const test = suite('wear');

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const DAY_MINUTES = 24 * 60;
const PHONES = 50;
const REFRESH_MINUTES = 30;
/** Twenty conferences of five. */
const CONFERENCES = 20;
const MEMBERS = 5;

const nothing = () => {};
const conference: Conference = {
  number: '800',
  description: 'Weekly',
  type: 'static',
  pin: '123456',
  record: 'off',
  levelling: false,
  noiseGate: false,
};

/** The parts of a box that write by themselves, put together as main does. */
class Parts {
  readonly #clock = new ManualClock();
  readonly #timeMs = () => Date.UTC(2026, 10, 30) + this.#clock.nowMs();
  readonly #registrar = new Registrar(this.#clock, this.#timeMs);
  readonly #seats = new KeptSeats(this.#clock, this.#timeMs);
  readonly #guard = new GuessGuard(this.#clock, this.#timeMs);
  readonly #history = new History(
    { timeMs: this.#timeMs, nowMs: () => this.#clock.nowMs() },
    () => undefined,
  );
  readonly #log: AppendLog;
  readonly #rooms: ConferenceDirectory;
  readonly #legs = new Map<number, OpenLeg>();
  #nextLeg = 1;
  #cseq = 0;

  constructor(folder: string) {
    const kept = new KeptStates(folder, this.#clock);
    kept.keep('guesses', this.#guard);
    kept.keep('seats', this.#seats, PACES.seats);
    kept.keep('registrations', this.#registrar, PACES.registrations);
    this.#log = AppendLog.open(path.join(folder, 'history'), nothing);
    this.#history.keepBy((record) => this.#log.append(record));
    const extensionOf = (id: number) => this.#legs.get(id)?.extension;
    this.#rooms = new ConferenceDirectory(deafMedia, this.#clock, this.#guard, this.#seats, extensionOf);
    this.#rooms.onChanged = (room) => this.#history.roomChanged(room);
  }

  register(phone: number): void {
    const headers = new Headers()
      .append('Contact', `<sip:${phone}@192.0.2.${phone - 100}:5060;transport=udp>`)
      .append('Expires', '3600')
      .append('Call-ID', `3c26700d7d1c-${phone}@192.0.2.${phone - 100}`)
      .append('CSeq', `${++this.#cseq} REGISTER`)
      .append('User-Agent', 'Deskphone 300/10.1.2.3');
    this.#registrar.register(
      String(phone),
      { kind: 'request', method: 'REGISTER', uri: 'sip:box.example', headers, body: Buffer.alloc(0) },
      { address: `192.0.2.${phone - 100}`, port: 5060 },
    );
  }

  dialIn(extension: number): number {
    const id = this.#nextLeg++;
    const party = { number: String(extension), name: `Phone ${extension}` };
    const leg = {
      id,
      party,
      direction: 'incoming',
      peerAddress: `192.0.2.${extension - 100}`,
      sources: [],
      port: id,
    };
    const open = { leg: leg as unknown as Leg, extension: party.number, dialled: '800' };
    this.#legs.set(id, open);
    this.#history.legOpened(open);
    assert.is(this.#rooms.admit(open.leg, conference, '', conference.pin!), 'welcome');
    this.#rooms.dispatch({ type: 'enter', leg: id });
    return id;
  }

  hangUp(id: number): void {
    const open = this.#legs.get(id)!;
    this.#rooms.dispatch({ type: 'leave', leg: id });
    this.#history.legEnded(open);
    this.#history.legClosed(open);
    this.#legs.delete(id);
  }

  passes(ms: number): void {
    this.#clock.advance(ms);
  }

  /** Once a minute, as `box/history` does. */
  flush(): Promise<void> {
    return this.#log.flush();
  }
}

/** Lives through a day; `conferences` begin every 24 minutes from eight o'clock on, and last for twenty. */
async function day(parts: Parts, conferences: number): Promise<{ writes: number; bytes: number }> {
  const before = { ...flashWear };
  const inside: number[] = [];
  for (let minute = 0; minute < DAY_MINUTES; minute += 1) {
    for (let phone = 0; phone < PHONES; phone += 1)
      if (minute % REFRESH_MINUTES === phone % REFRESH_MINUTES) parts.register(101 + phone);
    const [which, within] = [Math.floor((minute - 480) / 24), (minute - 480) % 24];
    const isOn = minute >= 480 && which < conferences;
    for (let member = 0; member < MEMBERS; member += 1) {
      if (isOn && within === 0) inside.push(parts.dialIn(101 + member));
      if (isOn && within === 20) parts.hangUp(inside.shift()!);
      parts.passes(10 * SECOND_MS);
    }
    parts.passes(MINUTE_MS - MEMBERS * 10 * SECOND_MS);
    await parts.flush();
  }
  return { writes: flashWear.writes - before.writes, bytes: flashWear.bytes - before.bytes };
}

const says = (what: string, { writes, bytes }: { writes: number; bytes: number }) =>
  console.log(`${what}: ${writes} writes, ${(bytes / 1000).toFixed(1)} kB`);

async function twoDays(folder: string, between: () => void = nothing) {
  const parts = new Parts(folder);
  says('the first day', await day(parts, 0));
  between();
  const rest = await day(parts, 0);
  says('a day at rest, 50 phones', rest);
  between();
  const busy = await day(parts, CONFERENCES);
  says('a day with 100 calls', busy);
  between();
  return { rest, busy };
}

test('at rest the phones are written twice a day and nothing else is; a call costs less than ten kilobytes', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'parley-wear-'));
  try {
    const { rest, busy } = await twoDays(folder);
    assert.ok(rest.writes <= 2, `${rest.writes} writes at rest`);
    assert.ok(rest.bytes < 2 * PHONES * 300, `${rest.bytes} bytes at rest`);
    assert.ok(busy.writes < 4 * CONFERENCES * MEMBERS, `${busy.writes} writes`);
    assert.ok(busy.bytes < 10_000 * CONFERENCES * MEMBERS, `${busy.bytes} bytes`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

if (canHaveDisks())
  test('what an ext4 makes of it', async () => {
    const disk = new LoopDisk(64);
    try {
      const written: number[] = [];
      await twoDays(disk.folder, () => written.push(disk.bytesWritten));
      const [rest, busy] = [written[1] - written[0], written[2] - written[1]];
      console.log(
        `on ext4: ${(rest / 1e6).toFixed(2)} MB a day at rest, ${(busy / 1e6).toFixed(2)} MB with 100 calls`,
      );
      assert.ok(rest < 1e6, `${rest} bytes at rest`);
      assert.ok(busy < 50e6, `${busy} bytes`);
    } finally {
      disk.discard();
    }
  });

test.run();
