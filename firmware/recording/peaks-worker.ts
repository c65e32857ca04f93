/** Makes the peaks of recordings, in a thread that gives way to everything else, and leaves them beside each. */
import * as fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parentPort } from 'node:worker_threads';
import { PEAKS_FILE, peaksOf, type Peaks } from './peaks.js';

export type PeaksWork = { folder: string; files: string[]; samples: number };
/** Why they could not be made; undefined if they are there. */
export type PeaksDone = string | undefined;

/** Of this thread alone: Linux counts niceness by thread. */
os.setPriority(0, os.constants.priority.PRIORITY_LOW);

parentPort!.on('message', (work: PeaksWork) => {
  let failure: PeaksDone;
  try {
    make(work);
  } catch (error) {
    failure = (error as Error).message;
  }
  parentPort!.postMessage(failure);
});
parentPort!.postMessage('ready');

function make({ folder, files, samples }: PeaksWork): void {
  const peaks: Peaks = { version: 1, samples, files: {} };
  for (const file of files) peaks.files[file] = peaksOf(path.join(folder, file), samples);
  const fresh = path.join(folder, `${PEAKS_FILE}.new`);
  fs.writeFileSync(fresh, JSON.stringify(peaks), { mode: 0o600 });
  fs.renameSync(fresh, path.join(folder, PEAKS_FILE));
}
