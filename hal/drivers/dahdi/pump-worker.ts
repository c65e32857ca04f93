/** The thread of a card: waits for its frames, and for nothing else. */
import { parentPort, workerData } from 'node:worker_threads';
import { ioctl, poll, POLLIN, POLLPRI, read, write } from '../../ffi/libc.js';
import { askForRealtime } from '../../ffi/realtime.js';
import { FRAME_SAMPLES, FrameRing } from '../../frame-ring.js';
import { REQUEST } from './layout.js';
import { Pump, type Channels } from './pump.js';

export type PumpWork = {
  lines: { fd: number; rx: SharedArrayBuffer; tx: SharedArrayBuffer }[];
  /** First whether to end; then, for each line, whether its frames were thrown away. */
  control: Int32Array;
};

/** First that frames go; then events by DAHDI's numbers. The thread ends when the card is gone. */
export type PumpMessage = 'running' | { line: number; event: number; atMs: number };

/** How late the wish to end is seen: nobody may wait for us for long. */
const WAIT_MS = 100;
const FRAME_BYTES = FRAME_SAMPLES * 2;

const { lines, control } = workerData as PumpWork;
const post = (message: PumpMessage) => parentPort!.postMessage(message);
askForRealtime();
const pump = new Pump(
  lines.map(({ rx, tx }) => ({ rx: new FrameRing(rx), tx: new FrameRing(tx) })),
  channels(lines.map(({ fd }) => fd)),
  (line, event, atMs) => post({ line, event, atMs }),
  () => performance.now(),
);
post('running');
run();

function run(): void {
  while (Atomics.load(control, 0) === 0) {
    for (let line = 0; line < lines.length; line++)
      if (Atomics.exchange(control, 1 + line, 0) !== 0) pump.refill(line);
    if (!pump.turn()) return;
  }
}

function channels(fds: number[]): Channels {
  /** `struct pollfd`: 32 bits of file descriptor, 16 of what to wait for, 16 of what there is. */
  const waited = new Int32Array(fds.flatMap((fd, line) => [fd, line === 0 ? POLLIN | POLLPRI : POLLPRI]));
  const event = new Int32Array(1);
  return {
    wait: () => void poll(waited, fds.length, WAIT_MS),
    read: (line, frame) => read(fds[line], frame, FRAME_BYTES) === FRAME_BYTES,
    write: (line, frame) => write(fds[line], frame, FRAME_BYTES) === FRAME_BYTES,
    event(line) {
      // Of a channel that is gone the call fails, and says so here all the same.
      event[0] = 0;
      ioctl(fds[line], REQUEST.getEvent, event);
      return event[0];
    },
  };
}
