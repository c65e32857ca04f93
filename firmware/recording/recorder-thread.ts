/** The thread that writes recordings. What it waits for keeps nobody else waiting. */
import * as fs from 'node:fs';
import { receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { makeFolder } from '../flash-folder.js';
import { repairRecordings } from './repair.js';
import { RecordingWriter, type WriterCommand, type WriterEvent } from './recording-writer.js';

export type RecorderThreadData = {
  channel: MessagePort;
  directory: string;
  make: boolean;
  block: Int32Array;
  bell: Int32Array;
};
export type ThreadCommand = WriterCommand | { type: 'close' };
export type ThreadEvent = WriterEvent | { type: 'ready' };

/** Between two looks into the ring. */
const LOOK_MS = 100;
/** The box ends soon: checksums are made for so long. */
const CLOSE_MS = 1000;

const { channel, directory, make, block, bell } = workerData as RecorderThreadData;
const emit = (event: ThreadEvent) => channel.postMessage(event);
const writer = new RecordingWriter(directory, block, fs, emit, () => performance.now());
prepare();
emit({ type: 'ready' });
run();
channel.close();

function prepare(): void {
  try {
    if (make) makeFolder(directory);
    const failed = (id: string, why: string) => emit({ type: 'trouble', id, why });
    for (const { folder, document } of repairRecordings(directory, failed))
      writer.sealLater(folder, document);
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
      writer.handle(command);
    }
    if (!writer.pass(ringEnd)) Atomics.wait(bell, 0, 0, LOOK_MS);
  }
}
