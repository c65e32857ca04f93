/** One caller's way through the door of a conference, into the room and out. */
import type { Clock } from '../clock.js';
import type { Conference } from '../config/schema.js';
import { MachineRunner } from '../machine.js';
import type { Media, PlayId } from '../media/contract.js';
import { afterAnswer, itemsOf, type Announcement } from './announcements.js';
import type { ConferenceDirectory } from './conference-directory.js';
import { door, doorStart, type DoorEffect, type DoorEvent, type DoorState } from './door.js';
import { isUp, type Leg, type LegEvent } from './leg.js';
import type { LegId } from './room.js';

/** The conference of a number that a caller keyed; undefined if nobody has it. */
export type FindConference = (number: string) => Conference | undefined;

export class ConferenceVisit {
  readonly #door: MachineRunner<DoorState, DoorEvent, DoorEffect>;
  #playing?: PlayId;
  #spoken = false;
  #conference?: Conference;
  readonly #whenLeft = new Set<() => void>();

  /**
   * Answers the leg, if it is not up, and leads it into the conference, or asks first for the number of the one to find;
   * or puts it inside at once if it has a seat already.
   */
  constructor(
    private readonly leg: Leg,
    private readonly where: Conference | FindConference,
    private readonly directory: ConferenceDirectory,
    private readonly media: Media,
    private readonly clock: Clock,
    start: DoorState = doorStart,
  ) {
    this.#door = new MachineRunner(door, start, clock, (effect: DoorEffect) => this.#perform(effect));
    leg.onEvent = (event) => this.#onLeg(event);
    if (typeof where !== 'function') this.#conference = where;
    leg.focus = this.#conference?.number;
    if (start.step === 'inside') this.#enter();
    else if (isUp(leg)) this.#begin();
    else leg.answer();
  }

  #begin(): void {
    if (typeof this.where === 'function') this.#door.dispatch({ type: 'start', ask: 'conference' });
    else this.#start(this.where);
  }

  #onLeg(event: LegEvent): void {
    switch (event.type) {
      case 'answered':
        this.#begin();
        break;
      case 'digit':
        if (this.#door.state.step === 'inside') this.directory.skipPrompt(this.leg.id);
        else this.#door.dispatch(event);
        break;
      case 'held':
        this.directory.dispatch({ type: 'hold', leg: this.leg.id, held: event.held });
        break;
      case 'codec':
        this.directory.codecChanged(this.leg.id);
        break;
      case 'ended':
        this.#leave();
        break;
      case 'trying':
      case 'alerting':
      case 'early':
        break;
    }
  }

  #start(conference: Conference): void {
    this.#conference = conference;
    const { type, pin } = conference;
    const number = this.directory.keptNumber(this.leg, conference);
    if (number !== undefined) return this.#door.dispatch({ type: 'start', ask: 'nothing', number });
    this.#door.dispatch({ type: 'start', ask: type === 'dynamic' ? 'number' : pin ? 'pin' : 'nothing' });
  }

  #perform(effect: DoorEffect): void {
    switch (effect.type) {
      case 'say':
        this.#say(effect.announcements);
        break;
      case 'hush':
        this.#hush();
        break;
      case 'find': {
        const conference = typeof this.where === 'function' ? this.where(effect.number) : undefined;
        if (conference) this.#start(conference);
        else this.#door.dispatch({ type: 'notFound' });
        break;
      }
      case 'check': {
        const verdict = this.directory.admit(this.leg, this.#conference!, effect.number, effect.pin);
        this.#door.dispatch({ type: 'verdict', verdict });
        break;
      }
      case 'enter':
        this.#enter();
        break;
      case 'hangUp':
        this.leg.hangUp('normal');
        break;
    }
  }

  #enter(): void {
    this.directory.dispatch({ type: 'enter', leg: this.leg.id });
    this.leg.place = {
      partner: undefined,
      release: () => this.#release(),
      yieldTo: (by) => {
        this.#bring(by, { instead: this.leg.id });
        this.#release();
      },
      room: {
        admit: (other) => this.#bring(other, { by: this.leg.id }),
        whenLeft: (callback) => {
          this.#whenLeft.add(callback);
          return () => this.#whenLeft.delete(callback);
        },
        putOut: (why) => {
          this.#giveUpSeat();
          this.#door.dispatch({ type: 'putOut', why });
        },
      },
    };
  }

  #bring(other: Leg, how: { instead: LegId } | { by: LegId }): boolean {
    const { directory, media, clock } = this;
    const { state } = this.#door;
    const conference = this.#conference!;
    if (!directory.bring(other, conference, state.number, how)) return false;
    new ConferenceVisit(other, conference, directory, media, clock, { ...state, step: 'inside' });
    return true;
  }

  #release(): void {
    this.#leave();
    this.leg.onEvent = () => {};
  }

  #leave(): void {
    this.#door.stop();
    this.#hush();
    this.#giveUpSeat();
  }

  #giveUpSeat(): void {
    this.leg.place = undefined;
    this.leg.focus = undefined;
    this.directory.dispatch({ type: 'leave', leg: this.leg.id });
    for (const callback of this.#whenLeft) callback();
    this.#whenLeft.clear();
  }

  #say(announcements: Announcement[]): void {
    this.#hush();
    if (this.leg.port === undefined) return;
    const items = announcements.flatMap(itemsOf);
    const ended = () => {
      this.#playing = undefined;
      this.#door.dispatch({ type: 'played' });
    };
    this.#playing = this.media.play({ port: this.leg.port }, this.#spoken ? items : [afterAnswer, ...items], {
      ended,
    });
    this.#spoken = true;
  }

  #hush(): void {
    if (this.#playing !== undefined) this.media.stopPlay(this.#playing);
    this.#playing = undefined;
  }
}
