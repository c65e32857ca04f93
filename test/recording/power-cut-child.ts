/**
 * Feeds a recorder with three voices in real time until it is killed, and tells what it has given it. On a disk whose power
 * is cut later, with a number of seconds: until then, in recordings of `LENGTH_TICKS` each, noted in the log of the disk.
 */
import { createRecordingBlock, RingWriter, setTicks } from '../../firmware/media/recording-ring.js';
import { Recorder } from '../../firmware/recording/recorder.js';
import { mark } from '../support/cut-disk.js';
import { LENGTH_TICKS, said, TRACKS, type Given } from './cut-recording.js';

const TICK_MS = 20;
const MARK_TICKS = 5;

const [directory, seconds] = process.argv.slice(2);
const [lastTick, length] =
  seconds === undefined ? [Infinity, Infinity] : [Number(seconds) * 50, LENGTH_TICKS];
const block = createRecordingBlock();
const recorder = await Recorder.start({ path: directory }, block);
const ring = new RingWriter(block);
const frame = new Int16Array(320);
const given: Given = { id: '', ticks: 0, waitedMs: 0 };
let recording = 0;
let all = 0;
const startMs = performance.now();
let lastMs = startMs;
setInterval(() => {
  const nowMs = performance.now();
  given.waitedMs += Math.max(0, nowMs - lastMs - 2 * TICK_MS);
  for (; all < lastTick && startMs + TICK_MS * all <= performance.now(); all++) give();
  if (seconds === undefined) process.stdout.write(`${JSON.stringify(given)}\n`);
  else if (all % MARK_TICKS === 0) mark(JSON.stringify(given));
  lastMs = performance.now();
  if (all >= lastTick) process.exit();
}, TICK_MS);

function give(): void {
  if (given.id === '' || given.ticks === length) begin();
  const tick = given.ticks++;
  ring.begin();
  if (tick === 0) ring.stretch(recording, 0, Date.now());
  for (const track of TRACKS) {
    if (tick === 0) ring.consent(recording, 0, track, Date.now());
    const sample = said(track, tick);
    if (sample !== 0) ring.frame(recording, tick, track, frame.fill(sample), true);
  }
  ring.tick(recording, tick);
  setTicks(block, recording, tick + 1);
  if (given.ticks === length) {
    recorder.end(recording, 'everybody left');
    ring.end(recording, given.ticks);
  }
  ring.publish();
}

function begin(): void {
  const begun = recorder.begin({ number: '800', name: null, description: '', rateHz: 16000 })!;
  recording = begun.recording;
  Object.assign(given, { id: begun.id, ticks: 0 });
  const joinedAt = new Date().toISOString();
  for (const track of TRACKS)
    recorder.addTrack(recording, { track, name: '', number: String(100 + track), joinedAt });
}
