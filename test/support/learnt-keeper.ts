/**
 * A program that keeps what a box has learnt (registrations, seats, guesses) and the documents of recordings, and says what it
 * has kept. For tests that cut the power.
 */
import * as fs from 'node:fs';
import path from 'node:path';
import { RecordingFolder } from '../../firmware/recording/recording-folder.js';
import type { RecordingDocument } from '../../firmware/recording/recording-document.js';
import { mark } from './cut-disk.js';
import { Learnt, recordingOf } from './learnt.js';

const [, , directory, rounds, onCutDisk] = process.argv;
const says = (line: string) => (onCutDisk ? mark(line) : void process.stdout.write(`${line}\n`));
const learnt = new Learnt(directory);
const recordings = path.join(directory, 'recordings');
fs.mkdirSync(recordings, { mode: 0o700 });
const samples = new Int16Array(160).fill(1000);
for (let round = 1; round <= Number(rounds); round += 1) {
  learnt.learn(round);
  says(`learnt ${round}`);
  const document: RecordingDocument = recordingOf(round);
  const recording = new RecordingFolder(recordings, document, fs, 0);
  recording.addTrack({ track: 1, name: '', number: '101', joinedAt: document.startedAt });
  recording.stretch(0, document.startedAt);
  for (let tick = 0; tick < 3; tick += 1) {
    recording.frame(1, tick, samples, true);
    recording.tick(tick);
  }
  recording.sync(0);
  says(`begun ${round}`);
  recording.finish('everybody left', document.startedAt);
  says(`recorded ${round}`);
}
