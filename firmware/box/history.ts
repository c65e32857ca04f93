/** The history of calls, as it is kept on flash. */
import path from 'node:path';
import { History } from '../call/history.js';
import type { Switchboard } from '../call/switchboard.js';
import { systemClock } from '../clock.js';
import type { MediaPlane } from '../media/media-plane.js';
import { AppendLog } from '../system/append-log.js';

/** It is written so often: flash wears, and a power cut costs what was not. */
const WRITE_MS = 60_000;
/** How good calls are is heard so often, about as often as it changes. */
const QUALITY_MS = 5000;

/** What happens at the switchboard, from now on, but for rooms: they are told to `history.roomChanged`. */
export function keepHistory(data: string, switchboard: Switchboard, media: MediaPlane) {
  const history = new History({ timeMs: () => Date.now(), nowMs: () => systemClock.nowMs() }, (port) =>
    media.portState(port),
  );
  const log = AppendLog.open(path.join(data, 'history'), (line) => history.restore(line));
  history.keepBy((record) => log.append(record));
  setInterval(() => void log.flush(), WRITE_MS).unref();
  setInterval(() => history.hear(), QUALITY_MS).unref();
  switchboard.onLegOpened = (open) => history.legOpened(open);
  switchboard.onLegEnded = (open) => history.legEnded(open);
  switchboard.onLegClosed = (open) => history.legClosed(open);
  return {
    history,
    get alarms() {
      return log.alarms;
    },
    flush: () => log.flush(),
    async clear(): Promise<void> {
      history.clear();
      await log.clear();
    },
  };
}
