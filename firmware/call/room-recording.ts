/** Records what is said in a room, of whoever has heard that it is recorded. */
import type { Clock } from '../clock.js';
import { codecFormats, type CodecName } from '../codec-formats.js';
import { MachineRunner } from '../machine.js';
import type { Media, PlayId, RecordingId } from '../media/contract.js';
import {
  notRecording,
  recording,
  type RecordingEffect,
  type RecordingEvent,
  type RecordingPhase,
  type RecordingRate,
  type RecordingState,
} from '../recording/consent.js';
import type { Recorder } from '../recording/recorder.js';
import { itemsOf, recordingTone } from './announcements.js';
import { resourceOf, type OpenRoom, type Seat } from './open-room.js';
import type { LegId } from './room.js';

/** What a recorder has to do for rooms. */
export type RoomRecorder = Pick<Recorder, 'begin' | 'addTrack' | 'left' | 'end'>;

export type RecordingOptions = {
  media: Media;
  recorder: RoomRecorder;
  clock: Clock;
  /** Whether a tone is to be heard from time to time. */
  tone(): boolean;
};

/** What a moderator may want. */
export const recordingActions = ['start', 'pause', 'resume', 'stop'] as const;
export type RecordingAction = (typeof recordingActions)[number];

/** What is told of it everywhere; `trouble`: why it cannot be, in words. */
export type RoomRecordingStatus = { state: RecordingPhase; id?: string; trouble?: string };

/** The recording that goes on. */
type Current = { recording: RecordingId; id: string; tracks: Map<LegId, number>; nextTrack: number };

export class RoomRecording {
  readonly #machine: MachineRunner<RecordingState, RecordingEvent, RecordingEffect>;
  #current: Current | undefined;
  #notices = new Map<LegId, PlayId>();
  /** Those who were inside last, also if they have left since. */
  #seats = new Map<LegId, Seat>();
  #trouble: string | undefined;

  constructor(
    private readonly room: OpenRoom,
    private readonly options: RecordingOptions,
  ) {
    const start = notRecording({ always: room.conference.record === 'always', tone: options.tone() });
    this.#machine = new MachineRunner(recording, start, options.clock, (effect: RecordingEffect) =>
      this.#perform(effect),
    );
  }

  get status(): RoomRecordingStatus {
    return { state: this.#machine.state.phase, id: this.#current?.id, trouble: this.#trouble };
  }

  /** Something changed in the room. */
  follow(): void {
    const { state, legs } = this.room;
    const inside = state.members.flatMap((member) => {
      const seat = member.place === 'inside' ? legs.get(member.leg) : undefined;
      return seat ? [{ member, seat }] : [];
    });
    for (const { member, seat } of inside) this.#seats.set(member.leg, seat);
    const insiders = inside.map(({ member: { leg, held }, seat }) => ({
      leg,
      held,
      wide: isWide(seat.leg.codec),
    }));
    this.#machine.dispatch({ type: 'inside', insiders });
    for (const leg of this.#seats.keys())
      if (!insiders.some((one) => one.leg === leg)) this.#seats.delete(leg);
  }

  /** The reason in words if that cannot be done now. */
  act(action: RecordingAction): string | undefined {
    const { phase } = this.#machine.state;
    if (!MEANT_IN[action].includes(phase)) return `the recording is ${phase}: ${action} means nothing now`;
    this.#trouble = undefined;
    this.#machine.dispatch({ type: action });
    return this.#trouble;
  }

  /** What was heard may have been cut: the media plane has failed for a moment. */
  cut(): void {
    this.#machine.dispatch({ type: 'broken' });
  }

  /** A recording has been ended since it could not be written; others than ours are ignored. */
  failed(recording: RecordingId, why: string): void {
    if (this.#current?.recording !== recording) return;
    this.options.media.endRecord(recording);
    this.#current = undefined;
    this.#cannot(why);
  }

  /** Its ticks came faster than they were written. */
  overrun(recording: RecordingId): void {
    if (this.#current?.recording !== recording) return;
    this.options.recorder.end(recording, TOO_SLOW);
    this.failed(recording, TOO_SLOW);
  }

  /** The room is no more. */
  stop(): void {
    this.#machine.stop();
  }

  #perform(effect: RecordingEffect): void {
    const { media, recorder } = this.options;
    const current = this.#current;
    switch (effect.type) {
      case 'notify':
        this.#notify(effect.leg);
        break;
      case 'hush':
        this.#hush(effect.leg);
        break;
      case 'begin':
        this.#begin(effect.rateHz);
        break;
      case 'store':
        this.#store(effect.leg);
        break;
      case 'leave':
        this.#leave(effect.leg);
        break;
      case 'pause':
        if (current) media.pauseRecord(current.recording);
        break;
      case 'resume':
        if (current) media.record(current.recording, this.room.mix);
        break;
      case 'end':
        this.#current = undefined;
        if (!current) break;
        recorder.end(current.recording, effect.reason);
        media.endRecord(current.recording);
        break;
      case 'tell':
        media.play({ mix: this.room.mix }, itemsOf(effect.announcement));
        break;
      case 'beep':
        media.play({ mix: this.room.mix }, recordingTone);
        break;
    }
  }

  #notify(leg: LegId): void {
    const port = this.#seats.get(leg)?.leg.port;
    if (port === undefined) return;
    // It would count as heard at once.
    if (!this.options.media.hasPrompt(NOTICE)) return this.#cannot(`the prompt ${NOTICE} is missing`);
    const ended = () => {
      this.#notices.delete(leg);
      this.#machine.dispatch({ type: 'heard', leg });
    };
    this.#notices.set(leg, this.options.media.play({ port }, itemsOf(NOTICE), { ended }));
  }

  #hush(leg: LegId): void {
    const notice = this.#notices.get(leg);
    this.#notices.delete(leg);
    if (notice !== undefined) this.options.media.stopPlay(notice);
  }

  #begin(rateHz: RecordingRate): void {
    const { conference, number, mix } = this.room;
    const begun = this.options.recorder.begin({
      number: conference.number,
      name: number === '' ? null : number,
      description: conference.description,
      rateHz,
    });
    if (begun) {
      this.#current = { ...begun, tracks: new Map(), nextTrack: 1 };
      this.options.media.record(begun.recording, mix);
    } else this.#cannot('no other recording can begin now');
  }

  #cannot(why: string): void {
    this.#trouble = why;
    this.#machine.dispatch({ type: 'trouble' });
  }

  #store(id: LegId): void {
    const current = this.#current;
    const seat = this.#seats.get(id);
    if (!current || seat?.leg.port === undefined) return;
    let track = current.tracks.get(id);
    if (track === undefined) {
      track = current.nextTrack++;
      current.tracks.set(id, track);
      const { name, number } = seat.leg.party;
      this.options.recorder.addTrack(current.recording, {
        track,
        name,
        number,
        joinedAt: this.#timeOf(seat),
      });
    }
    this.options.media.recordPort(current.recording, seat.leg.port, track);
  }

  #leave(id: LegId): void {
    const current = this.#current;
    const track = current?.tracks.get(id);
    if (!current || track === undefined) return;
    this.options.recorder.left(current.recording, track);
    current.tracks.delete(id);
    const port = this.#seats.get(id)?.leg.port;
    if (port !== undefined) this.options.media.unrecordPort(current.recording, port);
  }

  #timeOf({ sinceMs }: Seat): string {
    return new Date(Date.now() - (this.options.clock.nowMs() - sinceMs)).toISOString();
  }
}

/** The rooms that are recorded, or may be. */
export class RoomRecordings {
  readonly #rooms = new Map<OpenRoom, RoomRecording>();

  constructor(private readonly options: RecordingOptions) {}

  /** Something changed in a room, which may be its beginning or its end. */
  follow(room: OpenRoom): void {
    if (room.conference.record === 'off') return;
    const known = this.#rooms.get(room) ?? new RoomRecording(room, this.options);
    this.#rooms.set(room, known);
    known.follow();
    if (room.state.members.length > 0) return;
    known.stop();
    this.#rooms.delete(room);
  }

  /** Undefined where nothing can be recorded. */
  statusOf(room: OpenRoom): RoomRecordingStatus | undefined {
    return this.#rooms.get(room)?.status;
  }

  /** What a moderator wants; the reason in words if it cannot be. */
  act(room: OpenRoom, action: RecordingAction): string | undefined {
    const found = this.#rooms.get(room);
    if (found) return found.act(action);
    return `conference ${resourceOf(room)} may not be recorded: its configuration says so`;
  }

  cut(): void {
    for (const one of this.#rooms.values()) one.cut();
  }

  failed(recording: RecordingId, why: string): void {
    for (const one of this.#rooms.values()) one.failed(recording, why);
  }

  overrun(recording: RecordingId): void {
    for (const one of this.#rooms.values()) one.overrun(recording);
  }
}

const NOTICE = 'recording-notice';
const TOO_SLOW = 'flash is too slow';
const MEANT_IN: Record<RecordingAction, readonly RecordingPhase[]> = {
  start: ['off', 'stopped', 'failed'],
  pause: ['waiting', 'recording'],
  resume: ['paused'],
  stop: ['waiting', 'recording', 'paused'],
};

function isWide(codec: string | undefined): boolean {
  return codec !== undefined && codec in codecFormats && codecFormats[codec as CodecName].sampleRate > 8000;
}
