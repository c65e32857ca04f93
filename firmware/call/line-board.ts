/**
 * The lines of all cards: opens the drivers, gives each line that is configured a port and an owner, and opens again what
 * is gone. What the lines do is their owners' affair; what they show of themselves is here.
 */
import type { Clock, Timer } from '../clock.js';
import type { LineSettings } from '../config/schema.js';
import type { FxoLine, FxsLine, Line, LineCard, LineCardDriver, LineEvent } from '../../hal/line-card.js';
import { createLog } from '../log.js';
import type { LineHandlers, LineSettings as PortSettings, Media, PortId } from '../media/contract.js';
import type { Leg } from './leg.js';
import { asItIs, lineNow, lossesOf, note, noted, rest, type LineNow, type Losses } from './line-now.js';

export type { LineNow };

const log = createLog('line');

/** A card that could not be opened, or is gone, is tried again after this, then after twice as long, to the longest. */
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 30_000;

/** Whoever has a line: told of what happens on it, until `close`. */
export type LineOwner = LineHandlers & {
  /** The call that is on it, or rings. */
  readonly leg?: Leg | undefined;
  event(event: LineEvent): void;
  /** The administrator has changed what is said of the line. */
  use(settings: LineSettings): void;
  /** The line is gone: its calls end. */
  close(): void;
};

/** What an owner gets. */
export type OwnedLine<Kind extends Line = Line> = { line: Kind; port: PortId; settings: LineSettings };

/** Who takes the lines of each kind; those of a kind that nobody takes are left alone. */
export type LineOwners = {
  fxs?(owned: OwnedLine<FxsLine>): LineOwner;
  fxo?(owned: OwnedLine<FxoLine>): LineOwner;
};

export type LineBoardOptions = {
  drivers: readonly LineCardDriver[];
  /** Cards to be opened beside those that are found and those of the configuration: `simulated`, `dahdi:2`. */
  cards: readonly string[];
  lines(): readonly LineSettings[];
  media: Media;
  clock: Clock;
  owners: LineOwners;
};

/** `before`: what was lost before it had a port. */
type Slot = { line: Line; now: LineNow; owner: LineOwner | undefined; before: Losses };
type Card = {
  /** As in the configuration: `simulated:4`. */
  name: string;
  open: LineCard | undefined;
  slots: Slot[];
  /** Why it is not open; '' while it is. */
  trouble: string;
  retryMs: number;
  retry: Timer | undefined;
};

/** As it is before anything is known: the owner sets what it needs. */
const QUIET: PortSettings = { rxGainDb: 0, txGainDb: 0, keys: false, echoTailMs: 0 };

export class LineBoard {
  #cards: Card[] = [];
  #closed = false;

  constructor(private readonly options: LineBoardOptions) {}

  /** Opens every card that is asked for, is there, or stands in the configuration; resolves when each was tried once. */
  async start(): Promise<void> {
    const { drivers, cards } = this.options;
    const found = await Promise.all(
      drivers.map(async (driver) => (await driver.probe()).map((which) => `${driver.name}:${which}`)),
    );
    // `dahdi` alone is the first of those.
    for (const name of [...found.flat(), ...cards]) this.#add(name);
    this.#addConfigured();
    await Promise.all(this.#cards.map((card) => this.#open(card)));
  }

  /** Every line there is now. */
  get lines(): readonly LineNow[] {
    return this.#cards.flatMap(({ slots }) =>
      slots.map(({ line, now, owner, before }) => {
        const { overruns, underruns } = lossesOf(line);
        const losses = { overruns: overruns - before.overruns, underruns: underruns - before.underruns };
        return { ...now, leg: owner?.leg, losses };
      }),
    );
  }

  /** Those of the configuration that are not there. */
  get missing(): readonly LineSettings[] {
    return this.options.lines().filter((line) => !this.lines.some(({ settings }) => settings === line));
  }

  get alarms(): { code: string; text: string }[] {
    const gone = this.#cards.flatMap(({ name, trouble }) =>
      trouble === ''
        ? []
        : [{ code: 'line-card', text: `card ${name}: ${trouble}; it is tried again and again` }],
    );
    const lines = this.lines.flatMap(({ settings, alarm }) =>
      settings === undefined || alarm === ''
        ? []
        : [{ code: 'line', text: `line ${settings.name}: ${alarm}` }],
    );
    const absent = this.missing.flatMap(({ name, card, place, kind }) =>
      this.#cards.some((one) => one.open && isOf(one, card))
        ? [{ code: 'line', text: `line ${name}: card ${card} has no ${kind} line at place ${place}` }]
        : [],
    );
    return [...gone, ...lines, ...absent];
  }

  /** The configuration has changed. */
  apply(): void {
    const known = this.#cards.length;
    this.#addConfigured();
    for (const card of this.#cards.slice(known)) void this.#open(card);
    for (const card of this.#cards) for (const slot of card.slots) void this.#assign(card, slot);
  }

  /** Tells a simulated card what its phones do: `1 off-hook`; undefined if there is none. */
  simulate(words: string): string | undefined {
    for (const { open } of this.#cards) if (open?.simulate) return open.simulate(words);
    return undefined;
  }

  /**
   * Gives a line that is there to somebody else, until it is taken back; the calls of its owner end. False if there is none
   * of this name, or it has no port yet.
   */
  lend(name: string, to: (owned: OwnedLine) => LineOwner): boolean {
    return this.#give(name, to);
  }

  /** Its owner has the line again. */
  takeBack(name: string): void {
    this.#give(name, (owned) => this.#ownerOf(owned));
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const card of this.#cards) {
      card.retry?.cancel();
      for (const slot of card.slots) this.#release(slot);
    }
    for (const { open } of this.#cards) await open?.close();
  }

  #give(name: string, to: (owned: OwnedLine) => LineOwner | undefined): boolean {
    const slot = this.#cards.flatMap(({ slots }) => slots).find(({ now }) => now.settings?.name === name);
    const { settings, port } = slot?.now ?? {};
    if (!slot || !settings || port === undefined) return false;
    this.#rest(slot);
    this.#own(slot, to({ line: slot.line, port, settings }));
    return true;
  }

  #add(name: string): void {
    const [driver] = name.split(':');
    if (this.#cards.some((card) => card.name === name || (name === driver && isOf(card, name)))) return;
    this.#cards.push({
      name,
      open: undefined,
      slots: [],
      trouble: '',
      retryMs: FIRST_RETRY_MS,
      retry: undefined,
    });
  }

  #addConfigured(): void {
    for (const { card } of this.options.lines()) this.#add(card);
  }

  async #open(card: Card): Promise<void> {
    const [name, which = ''] = card.name.split(':');
    try {
      const driver = this.options.drivers.find((one) => one.name === name);
      if (!driver) throw new Error(`no driver is called ${name}`);
      const open = await driver.open(which);
      if (this.#closed) return await open.close();
      open.onEvent = (event) => this.#take(card, event);
      card.open = open;
      card.trouble = '';
      card.retryMs = FIRST_RETRY_MS;
      card.slots = open.lines.map((line) => {
        const now = lineNow(card.name, line);
        return { line: noted(line, now), now, owner: undefined, before: lossesOf(line) };
      });
      log.info({ card: card.name, lines: open.lines.length }, `${open.name} is open`);
      await Promise.all(card.slots.map((slot) => this.#assign(card, slot)));
    } catch (error) {
      this.#lose(card, error instanceof Error ? error.message : String(error));
    }
  }

  #lose(card: Card, trouble: string): void {
    if (this.#closed) return;
    if (card.trouble !== trouble) log.warn({ card: card.name, trouble }, 'a line card is not to be had');
    card.trouble = trouble;
    card.open = undefined;
    for (const slot of card.slots.splice(0)) this.#release(slot);
    card.retry = this.options.clock.after(card.retryMs, () => void this.#open(card));
    card.retryMs = Math.min(2 * card.retryMs, LONGEST_RETRY_MS);
  }

  #take(card: Card, event: LineEvent): void {
    if (event.type === 'lost') {
      void card.open?.close();
      return this.#lose(card, 'it is gone');
    }
    const slot = card.slots.find(({ line }) => line.place === event.place);
    if (!slot) return;
    note(slot.now, event);
    slot.owner?.event(event);
  }

  /** Sees that a line is owned as the configuration says. */
  async #assign(card: Card, slot: Slot): Promise<void> {
    const { line, now } = slot;
    const settings = this.options
      .lines()
      .find((one) => one.place === line.place && one.kind === line.kind && isOf(card, one.card));
    const had = now.settings;
    now.settings = settings;
    if (!settings) return this.#release(slot);
    if (had) {
      if (JSON.stringify(had) !== JSON.stringify(settings)) slot.owner?.use(settings);
      return;
    }
    const { media } = this.options;
    const sound = { rx: line.rx.memory, tx: line.tx.memory, keptFrames: line.keptFrames ?? 0 };
    const port = await media.openLine(sound, QUIET, {
      digit: (key) => slot.owner?.digit(key),
      tone: (tone) => slot.owner?.tone(tone),
      callerId: (message) => slot.owner?.callerId(message),
      learned: (tone) => slot.owner?.learned?.(tone),
    });
    // Meanwhile the card may have gone, or the line from the configuration.
    if (!now.settings || !card.slots.includes(slot)) return void media.closePort(port);
    now.port = port;
    slot.before = lossesOf(line);
    this.#own(slot, this.#ownerOf({ line, port, settings: now.settings }));
  }

  #own(slot: Slot, owner: LineOwner | undefined): void {
    slot.owner = owner;
    for (const event of asItIs(slot.now)) owner?.event(event);
  }

  /** Its owner lets go of a line, whose calls end. */
  #rest(slot: Slot): void {
    const { owner, line, now } = slot;
    slot.owner = undefined;
    owner?.close();
    rest(line, now);
  }

  #ownerOf({ line, port, settings }: OwnedLine): LineOwner | undefined {
    const { owners } = this.options;
    return line.kind === 'fxs'
      ? owners.fxs?.({ line, port, settings })
      : owners.fxo?.({ line, port, settings });
  }

  #release(slot: Slot): void {
    const { now } = slot;
    now.settings = undefined;
    this.#rest(slot);
    if (now.port !== undefined) void this.options.media.closePort(now.port);
    now.port = undefined;
  }
}

/** Whether a configuration that says `wanted` means this card: `dahdi` is the first of its kind that is there. */
function isOf({ name }: Card, wanted: string): boolean {
  return name === wanted || name.startsWith(`${wanted}:`);
}
