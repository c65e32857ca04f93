/**
 * A line of a card, or a sound device, as a port: frames from a pair of rings and to it, at the pace of the tick.
 *
 *     rx ring -> echo canceller -> caller id, tones of the exchange -> slip reader -> keys -> gain -> mouth -> mix
 *     tx ring <- slip writer    <- gain                                                            <- ear    <-
 *
 * All that needs to know the line's own time comes before the slips.
 */
import { FrameRing } from '../../hal/frame-ring.js';
import { SlipReader } from '../../hal/slip-reader.js';
import { SlipWriter } from '../../hal/slip-writer.js';
import { EchoCanceller } from './analog/echo-canceller.js';
import { FskReceiver } from './analog/fsk-receiver.js';
import { LINE_RATE } from './analog/fsk.js';
import { ProgressRecogniser } from './analog/progress-recogniser.js';
import { ToneLearner } from './analog/tone-learner.js';
import type { LineSettings, LineSound, MediaEvent, MixSettings, PortId } from './contract.js';
import { Ear } from './ear.js';
import { HalfDuplex } from './half-duplex.js';
import { isIdle, RATES, type Rate } from './frame.js';
import { KeyEraser } from './key-eraser.js';
import { LevelMeter } from './level.js';
import type { Band, MixBus } from './mix-bus.js';
import { Mouth } from './mouth.js';
import type { Port } from './port.js';
import { Volume } from './volume.js';

export class LinePort implements Port {
  row = -1;
  readonly rate: Rate;
  readonly codec = null;
  readonly rxFrame: Int16Array;
  talks = false;
  mix: MixBus | null = null;
  band: Band | null = null;
  settings: MixSettings | undefined;
  readonly mouth = new Mouth();
  readonly ear: Ear;
  /** Of what it hears. */
  readonly txLevel = new LevelMeter();
  echo: EchoCanceller | null = null;
  readonly rx: FrameRing;
  readonly tx: FrameRing;
  readonly reader: SlipReader;
  #keptFrames: number;
  #writer: SlipWriter;
  #txFrame: Int16Array;
  #rxGain = new Volume();
  #txGain = new Volume();
  #eraser: KeyEraser | null = null;
  #halfDuplex: HalfDuplex | null = null;
  #callerId: FskReceiver | null = null;
  #tones: ProgressRecogniser | null = null;
  #learner: ToneLearner | null = null;
  #set: Partial<LineSettings> = {};
  /** Samples that were left out in this tick, -1 for one said twice. */
  #slip = 0;

  constructor(
    readonly id: PortId,
    { rx, tx, keptFrames }: LineSound,
    private readonly emit: (event: MediaEvent) => void,
  ) {
    this.rx = new FrameRing(rx);
    this.tx = new FrameRing(tx);
    this.rate = rateOf(this.rx);
    if (rateOf(this.tx) !== this.rate) throw new Error('the rings of a line have one rate');
    this.rxFrame = new Int16Array(this.rx.frameSamples);
    this.#txFrame = new Int16Array(this.rx.frameSamples);
    this.ear = new Ear(id, this.rate, null);
    this.#keptFrames = keptFrames;
    this.reader = new SlipReader(this.rx, undefined, (frame) => this.#hearLine(frame));
    this.#writer = new SlipWriter(this.tx);
  }

  /** Not in the tick. What stays as it was goes on where it is. */
  set(settings: LineSettings): void {
    const { keys, echoTailMs, callerId, learns, tones } = settings;
    const before = this.#set;
    this.#set = settings;
    this.#rxGain.set(settings.rxGainDb);
    this.#txGain.set(settings.txGainDb);
    if (keys !== before.keys) this.#eraser = keys ? new KeyEraser(this.rate) : null;
    if (settings.halfDuplex !== before.halfDuplex)
      this.#halfDuplex = settings.halfDuplex ? new HalfDuplex() : null;
    const analog = this.rate === LINE_RATE;
    if (echoTailMs !== before.echoTailMs)
      this.echo = analog && echoTailMs > 0 ? new EchoCanceller(echoTailMs) : null;
    if (callerId !== before.callerId)
      this.#callerId = analog && callerId !== undefined ? new FskReceiver(callerId) : null;
    if (learns !== before.learns) this.#learner = analog && learns ? new ToneLearner() : null;
    if (JSON.stringify(tones) !== JSON.stringify(before.tones))
      this.#tones = analog && tones ? new ProgressRecogniser(tones) : null;
  }

  receive(): void {
    const slips = this.reader.left - this.reader.doubled;
    this.reader.read(this.rxFrame);
    this.#slip = this.reader.left - this.reader.doubled - slips;
  }

  listen(): void {
    const digit = this.#eraser?.pass(this.rxFrame) ?? '';
    if (digit !== '') this.emit({ type: 'digit', port: this.id, digit });
    this.#rxGain.apply(this.rxFrame);
    this.talks = this.mouth.speak(this.rxFrame, !isIdle(this.rxFrame), this.settings);
    this.#halfDuplex?.applyNear(this.rxFrame, this.mouth.level, this.txLevel);
  }

  encode(): void {
    const own = this.talks && this.band ? this.rxFrame : null;
    const heard = this.ear.hear(own);
    this.#txFrame.set(this.#set.loopBack ? this.rxFrame : heard);
    this.#txGain.apply(this.#txFrame);
    this.txLevel.hear(this.#txFrame);
    this.#halfDuplex?.applyFar(this.#txFrame);
  }

  send(): void {
    this.#writer.write(this.#txFrame, this.#slip);
  }

  show(): void {}

  tune(): void {
    this.band = this.mix?.band(this.rate) ?? null;
    this.ear.listenTo(this.mix);
  }

  close(): void {
    this.ear.close();
  }

  /** The next frame as the card wrote it. The card makes and takes frames in pairs, so that their numbers tell which. */
  #hearLine(frame: Int16Array): void {
    const made = this.rx.taken - 1 + this.rx.overruns;
    const sent = this.#writer.frameOf((made - this.tx.underruns - this.#keptFrames) | 0);
    this.echo?.cancel(frame, sent);
    const message = this.#callerId?.hear(frame);
    if (message) this.emit({ type: 'callerId', port: this.id, message });
    const learned = this.#learner?.hear(frame);
    if (learned) this.emit({ type: 'learned', port: this.id, tone: learned });
    if (this.#tones?.hear(frame, sent)) this.emit({ type: 'tone', port: this.id, tone: this.#tones.tone });
  }
}

function rateOf({ frameSamples }: FrameRing): Rate {
  const rate = RATES.find((candidate) => candidate === frameSamples * 50);
  if (rate === undefined) throw new Error(`no port has frames of ${frameSamples} samples`);
  return rate;
}
