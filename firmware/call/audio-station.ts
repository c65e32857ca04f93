/**
 * An audio port whose device is there: one call at a time. It answers by itself, or rings until its button is pressed; the
 * button also calls, and hangs up.
 */
import type { AudioPort, Config } from '../config/schema.js';
import type { Media, PlayId, PlayItem, PortId } from '../media/contract.js';
import { answerTone, loudspeakerRing } from './announcements.js';
import type { Cause } from './cause.js';
import { isUp, type Leg, type Party } from './leg.js';
import { conferenceOf } from './dial-plan.js';
import { LineLeg } from './line-leg.js';
import type { Switchboard } from './switchboard.js';
import { tonesOf } from './tone-plan.js';

export type StationOptions = {
  media: Media;
  config(): Config;
  switchboard: Pick<Switchboard, 'newLeg' | 'keep' | 'route'>;
};

/** So often the loudspeaker says that a call was in vain. */
const BUSY_TIMES = 3;

export class AudioStation {
  #leg?: LineLeg;
  /** Whether those at the port have heard how the call of theirs goes. */
  #heard = false;
  #playing?: PlayId;
  #settings!: AudioPort;

  constructor(
    readonly port: PortId,
    settings: AudioPort,
    private readonly options: StationOptions,
  ) {
    this.use(settings);
  }

  /** What the administrator says of it, from now on. */
  use(settings: AudioPort): void {
    const { microphoneGainDb, loudspeakerGainDb, halfDuplex } = settings;
    this.#settings = settings;
    this.options.media.setLine(this.port, {
      rxGainDb: microphoneGainDb,
      txGainDb: loudspeakerGainDb,
      keys: false,
      echoTailMs: 0,
      halfDuplex,
    });
  }

  get leg(): Leg | undefined {
    return this.#leg;
  }

  /** Somebody calls it. */
  call(from: Party): Leg | Cause {
    if (this.#leg) return 'busy';
    const leg = this.#begin('outgoing', from.number);
    // Whoever calls listens only when it has the leg.
    queueMicrotask(() => this.#isCalled(leg));
    return leg;
  }

  /** Its button was pressed; false if there is nothing to do by that. */
  press(): boolean {
    const leg = this.#leg;
    if (!leg) return this.#callOut();
    if (leg.direction === 'outgoing' && !isUp(leg)) this.#answer(leg);
    else {
      leg.ended('normal');
      this.#over('normal');
    }
    return true;
  }

  /** Its device is gone. */
  close(): void {
    this.#leg?.ended('networkFailure');
    this.#leg = undefined;
    this.#hush();
  }

  #begin(direction: Leg['direction'], other: string): LineLeg {
    const { media, switchboard } = this.options;
    const { number, name } = this.#settings;
    this.#hush();
    this.#heard = direction === 'outgoing';
    const leg = new LineLeg(
      {
        ...switchboard.newLeg(),
        direction,
        party: { number, name },
        line: `audio port ${number}`,
        sources: [`audio port ${number}`],
        media,
      },
      {
        ring: () => {
          this.#heard = true;
          leg.early(this.port);
        },
        answer: () => this.#isAnswered(leg),
        sendKey: () => {},
        hungUp: (cause) => this.#over(cause),
      },
    );
    this.#leg = leg;
    switchboard.keep(leg, undefined, other);
    return leg;
  }

  #isCalled(leg: LineLeg): void {
    if (this.#leg !== leg) return;
    if (this.#settings.autoAnswer) return this.#answer(leg);
    this.#play(loudspeakerRing, { loop: true });
    leg.alerting();
  }

  #answer(leg: LineLeg): void {
    this.#play(answerTone, { ended: () => leg.up(this.port) });
  }

  #callOut(): boolean {
    const { calls } = this.#settings;
    if (calls === undefined) return false;
    const leg = this.#begin('incoming', calls);
    this.options.switchboard.route(leg, { audioPort: this.#settings }, calls);
    return true;
  }

  /** Where it calls a conference, it keys the PIN itself. */
  #isAnswered(leg: LineLeg): void {
    this.#heard = true;
    const pin = conferenceOf(this.options.config(), this.#settings.calls ?? '')?.pin;
    if (pin !== undefined) for (const key of `${pin}#`) leg.digit(key);
    leg.up(this.port);
  }

  #over(cause: Cause): void {
    this.#leg = undefined;
    this.#hush();
    const { busy } = tonesOf(this.options.config().country);
    if (cause !== 'normal' && !this.#heard) this.#play(Array(BUSY_TIMES).fill(busy).flat() as PlayItem[]);
  }

  #play(items: PlayItem[], options?: { loop?: boolean; ended?: () => void }): void {
    this.#hush();
    this.#playing = this.options.media.play({ port: this.port }, items, options);
  }

  #hush(): void {
    if (this.#playing !== undefined) this.options.media.stopPlay(this.#playing);
    this.#playing = undefined;
  }
}
