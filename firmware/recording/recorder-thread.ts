/** The thread that writes recordings. What it waits for keeps nobody else waiting. */
import * as fs from 'node:fs';
import { receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { makeFolder } from '../flash-folder.js';
import { requireDisk, type Place } from './disks.js';
import { repairRecordings } from './repair.js';
import { RecordingWriter, type WriterCommand, type WriterEvent } from './recording-writer.js';

export type RecorderThreadData = {
  channel: MessagePort;
  place: Place;
  block: Int32Array;
  bell: Int32Array;
};
export type ThreadCommand = WriterCommand | { type: 'keepIn'; place: Place } | { type: 'close' };
export type ThreadEvent = WriterEvent | { type: 'ready' };

/** Between two looks into the ring. */
const LOOK_MS = 100;
/** The box ends soon: checksums are made for so long. */
const CLOSE_MS = 1000;

const { channel, block, bell, ...given } = workerData as RecorderThreadData;
let { place } = given;
/** What a power cut left there is mended. */
let mended = false;
const emit = (event: ThreadEvent) => channel.postMessage(event);
const writer = new RecordingWriter(
  () => ready().path,
  block,
  fs,
  emit,
  () => performance.now(),
);
prepare();
emit({ type: 'ready' });
run();
channel.close();

/** Where recordings can be kept now. Throws if they cannot. */
function ready(): Place {
  try {
    requireDisk(place);
  } catch (error) {
    mended = false;
    throw error;
  }
  if (mended) return place;
  makeFolder(place.path);
  const failed = (id: string, why: string) => emit({ type: 'trouble', id, why });
  for (const { folder, document } of repairRecordings(place.path, failed)) writer.sealLater(folder, document);
  mended = true;
  return place;
}

function prepare(): void {
  try {
    ready();
  } catch (error) {
    emit({ type: 'trouble', id: '', why: (error as Error).message });
  }
}

function run(): void {
  for (;;) {
    // Commands first: what is in the ring by now comes after those that were given by now.
    const { ringEnd } = writer;
    for (let waiting = receiveMessageOnPort(channel); waiting; waiting = receiveMessageOnPort(channel)) {
      const command = waiting.message as ThreadCommand;
      if (command.type === 'close') return writer.close(performance.now() + CLOSE_MS);
      if (command.type === 'keepIn') {
        ({ place } = command);
        mended = false;
        prepare();
      } else writer.handle(command);
    }
    if (!writer.pass(ringEnd)) Atomics.wait(bell, 0, 0, LOOK_MS);
  }
}
