/** Makes the peaks of one recording, in a thread that gives way to everything else, and leaves them beside it. */
import * as fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { workerData } from 'node:worker_threads';
import { PEAKS_FILE, peaksOf, type Peaks } from './peaks.js';

export type PeaksWork = { folder: string; files: string[]; samples: number };

/** Of this thread alone: Linux counts niceness by thread. */
os.setPriority(0, os.constants.priority.PRIORITY_LOW);

const { folder, files, samples } = workerData as PeaksWork;
const peaks: Peaks = { version: 1, samples, files: {} };
for (const file of files) peaks.files[file] = peaksOf(path.join(folder, file), samples);
const fresh = path.join(folder, `${PEAKS_FILE}.new`);
fs.writeFileSync(fresh, JSON.stringify(peaks), { mode: 0o600 });
fs.renameSync(fresh, path.join(folder, PEAKS_FILE));
