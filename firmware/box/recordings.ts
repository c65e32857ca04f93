/** Recordings: who writes them, where they are kept and for how long, and who listened. */
import path from 'node:path';
import type { ConfigStore } from '../config/config-store.js';
import type { Config } from '../config/schema.js';
import { AccessLog } from '../recording/access-log.js';
import { placeOf } from '../recording/disks.js';
import type { Recorder } from '../recording/recorder.js';
import { RecordingStore, type RecordingSummary } from '../recording/recording-store.js';
import { AppendLog } from '../system/append-log.js';
import type { CautiousTime } from '../time-of-day.js';

/** Between two looks for recordings that have been kept long enough. */
const TIDY_MS = 10 * 60_000;

export type RecordingParts = {
  store: ConfigStore;
  data: string;
  recorder: Recorder;
  /** What they are deleted by. */
  time: CautiousTime;
  /** One is whole, and can be listened to. */
  onReady: (recording: RecordingSummary) => void;
};

export function openRecordings({ store, data, recorder, time, onReady }: RecordingParts) {
  const place = ({ recordings }: Config) => placeOf(recordings.folder, data);
  store.on('changed', (before, after) => {
    if (before.recordings.folder !== after.recordings.folder) recorder.keepIn(place(after));
  });
  const access = new AccessLog(() => Date.now());
  const log = AppendLog.open(path.join(data, 'recording-access'), (line) => access.restore(line));
  access.keepBy((one) => {
    log.append(one);
    void log.flush();
  });
  const kept = new RecordingStore({
    place: () => place(store.config),
    limits: () => store.config.recordings,
    nowMs: () => time.nowMs(),
    access,
  });
  // Without it there are no waveforms, and the log says so when one is wanted.
  const drawing = kept.waveforms.start().catch(() => {});
  recorder.onClosed = (id) => {
    void kept.tidy();
    void kept.list().then((list) => {
      const recording = list.find((one) => one.id === id);
      if (recording?.endedAt) onReady(recording);
    });
  };
  void kept.tidy();
  setInterval(() => void kept.tidy(), TIDY_MS).unref();
  return {
    recorder,
    kept,
    access,
    /** Resolves when its threads are there. */
    ready: drawing,
    get alarms() {
      const text = `who listens is not kept: ${log.failure}`;
      const deaf = log.failure === undefined ? [] : [{ code: 'recording-access', text }];
      return [...recorder.alarms, ...kept.alarms, ...deaf];
    },
    /** Deletes those on the flash of the box, and who listened; those on a disk of their own stay on it. */
    async clear(by: string): Promise<void> {
      if (store.config.recordings.folder === undefined)
        for (const { id, endedAt } of await kept.list()) if (endedAt) await kept.delete(id, by);
      access.clear();
      await log.clear();
    },
    async close(): Promise<void> {
      await Promise.all([recorder.close(), kept.waveforms.stop()]);
    },
  };
}
