/**
 * Feeds a recorder with three voices in real time until it is killed; says how much it has given, and how long in all the
 * machine has kept it waiting.
 */
import { createRecordingBlock, RingWriter, setTicks } from '../../firmware/media/recording-ring.js';
import { Recorder } from '../../firmware/recording/recorder.js';

const block = createRecordingBlock();
const recorder = await Recorder.start(process.argv[2], block);
const begun = recorder.begin({ number: '800', name: null, description: '', rateHz: 16000 })!;
const { recording, id } = begun;
for (const track of [1, 2, 3])
  recorder.addTrack(recording, {
    track,
    name: '',
    number: String(100 + track),
    joinedAt: new Date().toISOString(),
  });
const ring = new RingWriter(block);
const frame = new Int16Array(320);
const startMs = performance.now();
let tick = 0;
let [lastMs, waitedMs] = [startMs, 0];
setInterval(() => {
  const nowMs = performance.now();
  waitedMs += Math.max(0, nowMs - lastMs - 40);
  lastMs = nowMs;
  for (; startMs + 20 * tick <= performance.now(); tick++) {
    ring.begin();
    if (tick === 0) ring.stretch(recording, 0, Date.now());
    for (const track of [1, 2, 3]) {
      if (tick === 0) ring.consent(recording, 0, track, Date.now());
      frame.fill(1000 * track + (tick % 500));
      // The third one is silent for half of the time.
      if (track < 3 || tick % 100 < 50) ring.frame(recording, tick, track, frame, true);
    }
    ring.tick(recording, tick);
    ring.publish();
    setTicks(block, recording, tick + 1);
  }
  process.stdout.write(`${id} ${tick} ${waitedMs}\n`);
}, 20);
