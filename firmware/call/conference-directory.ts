/** The rooms that exist now: who gets into which, and what their members hear of each other. */
import type { Clock } from '../clock.js';
import type { Conference } from '../config/schema.js';
import type { GuessGuard } from '../guess-guard.js';
import { createLog } from '../log.js';
import type { Media, MixId } from '../media/contract.js';
import { closed, refusal, type AskedRoom } from './admission.js';
import {
  attentionTone,
  enterTone,
  holdMusic,
  itemsOf,
  leaveTone,
  type AnnouncementName,
} from './announcements.js';
import type { Verdict } from './door.js';
import type { KeptSeat, KeptSeats } from './kept-seats.js';
import type { Leg } from './leg.js';
import { resourceOf, type OpenRoom } from './open-room.js';
import { emptyRoom, room, type LegId, type RoomEffect, type RoomEvent } from './room.js';

const log = createLog('call');

export class ConferenceDirectory {
  /** Something changed in a room. */
  onChanged: (room: OpenRoom) => void = () => {};
  readonly #rooms = new Map<string, OpenRoom>();
  #nextMix: MixId = 1;

  constructor(
    private readonly media: Media,
    private readonly clock: Clock,
    private readonly guard: GuessGuard,
    private readonly seats: KeptSeats,
    /** Whose leg it is; undefined for one outside. */
    private readonly extensionOf: (leg: LegId) => string | undefined,
  ) {}

  /** The rooms that exist now. */
  get rooms(): readonly OpenRoom[] {
    return [...this.#rooms.values()];
  }

  /** A mix that no room uses. */
  newMix(): MixId {
    return this.#nextMix++;
  }

  /**
   * Judges who asks to get in and, if welcome, gives them a seat: one indivisible act, so that of two callers for the
   * last seat, or with the same new number, one comes first.
   */
  admit(leg: Leg, conference: Conference, number: string, pin: string): Verdict {
    const key = `${conference.number}/${number}`;
    const existing = this.#rooms.get(key);
    const before = this.seats.room(conference.number, number);
    const kept = this.seats.take(this.extensionOf(leg.id), conference.number, number);
    if (!kept) {
      const asked = conference.type === 'dynamic' || conference.pin !== undefined;
      if (asked && this.guard.refuses('pin', ...leg.sources)) return 'refused';
      const refused = refusal(conference, this.#asked(conference, number), pin);
      if (refused === 'wrongPin') this.#guessed(leg, conference);
      if (refused) return refused;
    }
    const open = existing ?? this.#open(key, conference, number, before?.pin ?? pin, before?.locked);
    this.#seat(key, open, leg, { kept });
    return existing || before || conference.type === 'static' ? 'welcome' : 'opened';
  }

  /** The number of the room in which a leg's extension had a seat before the box stopped, and may have it again. */
  keptNumber(leg: Leg, conference: Conference): string | undefined {
    return this.seats.numberOf(this.extensionOf(leg.id), conference.number);
  }

  /**
   * Gives a seat to a leg for which somebody inside vouches, so that no PIN is asked; `instead` of another's, or if one
   * is free and the room is not locked. False if not, or if the room is no more.
   */
  bring(leg: Leg, conference: Conference, number: string, how: { instead: LegId } | { by: LegId }): boolean {
    const key = `${conference.number}/${number}`;
    const open = this.#rooms.get(key);
    const broughtBy = 'by' in how ? how.by : undefined;
    if (!open || (broughtBy !== undefined && closed(conference, this.#asked(conference, number))))
      return false;
    this.#seat(key, open, leg, { broughtBy });
    return true;
  }

  /**
   * Opens a room of its own for legs that are up, each of which has a seat then; it ends when its leader leaves. Conferences
   * of the configuration have numbers of digits: `name` is none.
   */
  gather(name: string, description: string, legs: readonly Leg[], leader: Leg): Conference {
    const conference: Conference = {
      number: name,
      description,
      type: 'static',
      record: 'off',
      levelling: false,
      noiseGate: false,
    };
    const key = `${name}/`;
    const open = this.#open(key, conference, '', '');
    open.leader = leader.id;
    for (const leg of legs) this.#seat(key, open, leg);
    return conference;
  }

  /** Something happened to a leg that has a seat; others are ignored. */
  dispatch(event: Exclude<RoomEvent, { type: 'seat' | 'lock' }>): void {
    for (const [key, open] of this.#rooms) if (open.legs.has(event.leg)) return this.#apply(key, open, event);
  }

  /** The room of this name, as `resourceOf` says it. */
  find(resource: string): OpenRoom | undefined {
    return this.rooms.find((open) => resourceOf(open) === resource);
  }

  /** While it is locked, nobody new gets into a room; it is forgotten with the room. */
  lock(room: OpenRoom, locked: boolean): void {
    for (const [key, open] of this.#rooms)
      if (open === room) this.#apply(key, open, { type: 'lock', locked });
  }

  /** Everybody inside hears an announcement, or the tone that asks for attention. */
  announce(room: OpenRoom, what: AnnouncementName | 'attention'): void {
    this.media.play({ mix: room.mix }, what === 'attention' ? attentionTone : itemsOf(what));
  }

  /** Everybody leaves: is said goodbye and hung up. */
  end(room: OpenRoom): void {
    for (const { leg } of [...room.legs.values()]) putOut(leg, 'ended');
  }

  /** A key stops the prompt that somebody inside hears. */
  skipPrompt(leg: LegId): void {
    for (const { legs } of this.#rooms.values()) legs.get(leg)?.skipPrompt?.();
  }

  /** A leg speaks another codec now. */
  codecChanged(leg: LegId): void {
    for (const open of this.#rooms.values()) if (open.legs.has(leg)) this.onChanged(open);
  }

  #asked(conference: Conference, number: string): AskedRoom | undefined {
    const open = this.#rooms.get(`${conference.number}/${number}`);
    const before = this.seats.room(conference.number, number);
    const seatsTaken = (open?.state.members.length ?? 0) + (before?.seats.length ?? 0);
    if (open) return { pin: open.pin, locked: open.state.locked, seatsTaken };
    return before && { pin: before.pin, locked: before.locked, seatsTaken };
  }

  #guessed({ sources }: Leg, { number }: Conference): void {
    const refusedMs = this.guard.wrong({ secret: 'pin', sources, target: `conference ${number}` });
    log.warn({ sources, conference: number, refusedSeconds: refusedMs / 1000 }, 'wrong PIN');
  }

  #seat(key: string, open: OpenRoom, leg: Leg, how: { broughtBy?: LegId; kept?: KeptSeat } = {}): void {
    const { broughtBy, kept } = how;
    open.legs.set(leg.id, { leg, sinceMs: this.clock.nowMs(), broughtBy });
    this.#apply(key, open, { type: 'seat', leg: leg.id });
    if (leg.state === 'held') this.#apply(key, open, { type: 'hold', leg: leg.id, held: true });
    if (!kept) return;
    this.#apply(key, open, { type: 'mute', leg: leg.id, muted: kept.muted });
    this.#apply(key, open, { type: 'volume', leg: leg.id, gainDb: kept.gainDb });
  }

  #open(key: string, conference: Conference, number: string, pin: string, locked = false): OpenRoom {
    const open: OpenRoom = {
      conference,
      number,
      pin,
      mix: this.newMix(),
      sinceMs: this.clock.nowMs(),
      state: { ...emptyRoom, locked },
      legs: new Map(),
    };
    this.#rooms.set(key, open);
    return open;
  }

  #apply(key: string, open: OpenRoom, event: RoomEvent): void {
    const { state, effects } = room(open.state, event);
    open.state = state;
    for (const effect of effects) this.#perform(key, open, effect);
    if (event.type === 'leave') open.legs.delete(event.leg);
    if (event.type === 'leave' && event.leg === open.leader) this.end(open);
    this.seats.follow(open, this.extensionOf);
    this.onChanged(open);
  }

  #perform(key: string, open: OpenRoom, effect: RoomEffect): void {
    switch (effect.type) {
      case 'attach':
      case 'detach':
      case 'mute':
      case 'volume':
        this.#move(open, effect);
        break;
      case 'tell':
        this.#tell(open, effect);
        break;
      case 'chime': {
        const except = open.legs.get(effect.except)?.leg.port;
        this.media.play({ mix: open.mix, except }, effect.tone === 'enter' ? enterTone : leaveTone);
        break;
      }
      case 'alone':
        this.#playMusic(open, effect.leg);
        break;
      case 'company':
        this.#stopMusic(open, effect.leg);
        break;
      case 'empty':
        this.#rooms.delete(key);
        break;
    }
  }

  #move(
    open: OpenRoom,
    effect: Extract<RoomEffect, { type: 'attach' | 'detach' | 'mute' | 'volume' }>,
  ): void {
    const port = open.legs.get(effect.leg)?.leg.port;
    if (port === undefined) return;
    const { levelling, noiseGate } = open.conference;
    if (effect.type === 'attach') this.media.join(port, open.mix, { levelling, gate: noiseGate });
    else if (effect.type === 'detach') this.media.leave(port);
    else if (effect.type === 'mute') this.media.mute(port, effect.muted);
    else this.media.volume(port, effect.gainDb);
  }

  #tell(open: OpenRoom, { leg, announcement }: Extract<RoomEffect, { type: 'tell' }>): void {
    if (leg === undefined) return this.announce(open, announcement);
    const port = open.legs.get(leg)?.leg.port;
    if (port !== undefined) this.media.play({ port }, itemsOf(announcement));
  }

  #playMusic(open: OpenRoom, id: LegId): void {
    const seat = open.legs.get(id);
    const port = seat?.leg.port;
    if (!seat || port === undefined) return;
    const ended = () => {
      seat.skipPrompt = undefined;
      seat.music = this.media.play({ port }, holdMusic, { loop: true });
    };
    const prompt = this.media.play({ port }, itemsOf('only-person'), { ended });
    seat.music = prompt;
    seat.skipPrompt = () => {
      this.media.stopPlay(prompt);
      ended();
    };
  }

  #stopMusic(open: OpenRoom, id: LegId): void {
    const seat = open.legs.get(id);
    if (seat?.music !== undefined) this.media.stopPlay(seat.music);
    if (seat) seat.music = seat.skipPrompt = undefined;
  }
}

/** Takes a member's seat away and says so to it; who has not entered yet is just hung up. */
export function putOut(leg: Leg, why: 'removed' | 'ended'): void {
  if (leg.place?.room) leg.place.room.putOut(why);
  else leg.hangUp('normal');
}
