/** A line of the simulated card is learned: its exchange, the tick and the clock go on together, as fast as they can. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SimulatedCard } from '../../hal/drivers/simulated/card.js';
import { LineBoard, type LineOwner } from '../../firmware/call/line-board.js';
import { LineLearner, withLearned } from '../../firmware/call/line-learner.js';
import { ManualClock } from '../../firmware/clock.js';
import { validateConfig } from '../../firmware/config/validate.js';
import type { LineHandlers, Media, MediaEvent } from '../../firmware/media/contract.js';
import { Engine } from '../../firmware/media/engine.js';
import { createRecordingBlock } from '../../firmware/media/recording-ring.js';
import { createStatsBlock } from '../../firmware/media/stats.js';
import { tonePlanOf } from '../../firmware/tone-plans.js';

const test = suite('lines are learned');

const config = validateConfig({
  version: 1,
  country: 'de',
  extensions: [{ number: '201' }],
  lines: [
    { name: 'town', card: 'bench', place: 3, kind: 'fxo', to: '201' },
    { name: 'hall', card: 'bench', place: 1, kind: 'fxs', extension: '201' },
  ],
});

/** A card with one pair of lines and two exchanges, whose engine runs here. */
class Bench {
  readonly card = new SimulatedCard(1);
  readonly clock = new ManualClock();
  owners = 0;
  readonly learner: LineLearner;
  readonly board: LineBoard;
  #handlers = new Map<number, LineHandlers>();
  #plays = new Map<number, (() => void) | undefined>();
  #next = 1;

  constructor() {
    const engine = new Engine({
      sockets: { open: () => null!, adopt: () => null!, watch: () => null!, ring: null },
      emit: (event) => this.#take(event),
      prompts: { get: () => undefined },
      stats: createStatsBlock(),
      recordings: createRecordingBlock(),
    });
    const media: Partial<Media> = {
      openLine: (sound, settings, handlers) => {
        const port = this.#next++;
        this.#handlers.set(port, handlers);
        engine.handle({ type: 'openLine', port, sound });
        engine.handle({ type: 'setLine', port, settings });
        return Promise.resolve(port);
      },
      setLine: (port, settings) => engine.handle({ type: 'setLine', port, settings }),
      play: (to, items, { ended } = {}) => {
        const play = this.#next++;
        this.#plays.set(play, ended);
        engine.handle({ type: 'play', play, to, items, loop: false });
        return play;
      },
      stopPlay: (play) => engine.handle({ type: 'stopPlay', play }),
    };
    this.engine = engine;
    const owner = (): LineOwner => {
      this.owners++;
      return { event() {}, use() {}, close() {}, digit() {}, tone() {}, callerId() {} };
    };
    this.board = new LineBoard({
      drivers: [{ name: 'bench', probe: () => Promise.resolve([]), open: () => Promise.resolve(this.card) }],
      cards: [],
      lines: () => config.lines,
      media: media as Media,
      clock: this.clock,
      owners: { fxo: owner, fxs: owner },
    });
    const country = () => config.country;
    this.learner = new LineLearner({ board: this.board, media: media as Media, clock: this.clock, country });
  }

  readonly engine: Engine;

  get exchange() {
    return this.card.exchanges[0];
  }

  /** Learns, while time passes; `each` sees every 20 ms of it. */
  async learns(number: string, each: () => void = () => {}) {
    const learned = this.learner.learn('town', number).finally(() => (over = true));
    let over = false;
    learned.catch(() => {});
    for (let tick = 0; !over && tick < 5000; tick++) {
      this.card.tick();
      this.engine.tick();
      this.clock.advance(20);
      each();
      await Promise.resolve();
    }
    return learned;
  }

  #take(event: MediaEvent): void {
    if (event.type === 'learned') this.#handlers.get(event.port)?.learned?.(event.tone);
    if (event.type === 'played') this.#plays.get(event.play)?.();
  }
}

async function bench(): Promise<Bench> {
  const made = new Bench();
  await made.board.start();
  return made;
}

test('its own number is busy: dial tone and busy tone are known, and the gain that dial tone wants', async () => {
  const box = await bench();
  const owners = box.owners;
  box.exchange.outcomes.set('123', 'busy');
  const learned = await box.learns('123');
  assert.equal(box.exchange.dialled, '123');
  const { dial, busy } = learned.tones;
  assert.equal([dial?.frequenciesHz, dial?.onOffMs], [[350, 440], []]);
  assert.equal(
    [busy?.frequenciesHz, busy?.onOffMs],
    [
      [480, 620],
      [500, 500],
    ],
  );
  assert.is(learned.polarity, false);
  assert.is(box.owners, owners + 1, 'its owner has it again');
  assert.is(box.board.lines.find(({ settings }) => settings?.name === 'town')!.offHook, false);
  const line = withLearned(config.lines[0], learned, 'de');
  assert.equal(line.tones, {
    dial: { frequenciesHz: [350, 440], onOffMs: [] },
    busy: { frequenciesHz: [480, 620], onOffMs: [500, 500] },
  });
  assert.is(line.rxGainDb, Math.round(-13 - dial!.levelDbm0));
  validateConfig({ ...config, lines: [line, config.lines[1]] });
  assert.is(withLearned(line, learned, 'us').tones, undefined, 'as in its country');
});

test('somebody answers and hangs up: the battery tells, and the tone of the end', async () => {
  const box = await bench();
  box.exchange.tones = tonePlanOf('de');
  box.exchange.answersByPolarity = true;
  let talks = 0;
  const learned = await box.learns('5', () => {
    if (box.exchange.state === 'talking' && ++talks === 50) box.exchange.hangUp('reorder');
  });
  assert.equal([Object.keys(learned.tones), learned.polarity], [['dial', 'reorder'], true]);
  assert.is(withLearned(config.lines[0], learned, 'de').tones, undefined);
});

test('no dial tone; a line that is not there, a phone, one that is being learned', async () => {
  const box = await bench();
  box.exchange.dead = true;
  const refused = async (name: string) => {
    try {
      await box.learner.learn(name, '1');
    } catch (error) {
      return (error as Error).message;
    }
    return '';
  };
  assert.is(await refused('none'), 'it is not there');
  assert.is(await refused('hall'), 'a phone is attached to it');
  let second: Promise<string> | undefined;
  const first = box.learns('1', () => void (second ??= refused('town')));
  let why = '';
  await first.catch((error: Error) => (why = error.message));
  assert.equal([why, await second], ['no dial tone came', 'it is in use']);
});

test.run();
