/** The lines of cards: the phones and the exchange lines on them, and what a technician does with them. */
import { lineCardDrivers } from '../../hal/drivers.js';
import { ExchangeLines } from '../call/exchange-lines.js';
import { FxsPhones } from '../call/fxs-phones.js';
import { LineBoard } from '../call/line-board.js';
import { LineLearner } from '../call/line-learner.js';
import { LineTests } from '../call/line-tests.js';
import type { Switchboard } from '../call/switchboard.js';
import { WaitingMessages } from '../call/waiting-messages.js';
import type { Clock } from '../clock.js';
import type { Config } from '../config/schema.js';
import type { MediaPlane } from '../media/media-plane.js';
import type { Options } from '../options.js';
import type { KeptStates } from './kept-states.js';

export type LineParts = {
  cards: Options['lineCards'];
  config: () => Config;
  media: MediaPlane;
  clock: Clock;
  switchboard: Switchboard;
  kept: KeptStates;
};

/** The board is not started yet. */
export function putLinesTogether({ cards, config, media, clock, switchboard, kept }: LineParts) {
  const host = {
    conferences: switchboard.conferences,
    media,
    clock,
    config,
    newLeg: () => switchboard.newLeg(),
    keep: (...leg: Parameters<Switchboard['keep']>) => switchboard.keep(...leg),
    route: (...leg: Parameters<Switchboard['route']>) => switchboard.route(...leg),
  };
  const messages = new WaitingMessages();
  kept.keep('waiting-messages', messages);
  const phones = new FxsPhones({ ...host, messages });
  messages.onShown = (extension) => phones.showMessages(extension);
  const exchange = new ExchangeLines({
    ...host,
    speaks: (port) => media.portState(port)?.speaking ?? false,
  });
  const board = new LineBoard({
    drivers: lineCardDrivers,
    cards,
    lines: () => config().lines,
    media,
    clock,
    owners: { fxs: (owned) => phones.own(owned), fxo: (owned) => exchange.own(owned) },
  });
  const tools = { board, media, clock, country: () => config().country };
  return {
    board,
    phones,
    exchange,
    messages,
    tests: new LineTests(tools),
    learner: new LineLearner(tools),
    /** Frames that each line did not get from its card so far: while they grow, its card does not live. */
    owedFrames: () =>
      board.lines.flatMap(({ port }) =>
        port === undefined ? [] : (media.portState(port)?.line?.underruns ?? []),
      ),
  };
}
