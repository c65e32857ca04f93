/**
 * One WAV file that grows: written in runs, silence left out as holes. Power may be cut at any instant: the
 * sizes in its head say only what is on flash already.
 */
import * as fs from 'node:fs';
import type { RecordingRate } from './consent.js';

/** The system calls of a recording, so that a test can let each one fail or be slow. */
export type SoundCalls = Pick<
  typeof fs,
  'openSync' | 'writeSync' | 'readSync' | 'fdatasyncSync' | 'ftruncateSync' | 'fstatSync' | 'closeSync'
>;

/** RIFF, fmt and the head of data. */
export const WAV_HEAD_BYTES = 44;

/** The head of a mono file of 16 bits that holds so many samples. */
export function wavHead(rateHz: RecordingRate, samples: number): Buffer {
  const head = Buffer.alloc(WAV_HEAD_BYTES);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(WAV_HEAD_BYTES - 8 + 2 * samples, 4);
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rateHz, 24);
  head.writeUInt32LE(2 * rateHz, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(2 * samples, 40);
  return head;
}

/** What is put is written after so many seconds, if no `sync` comes before: slow flash gets few writes, but long ones. */
const RUN_S = 4;

export class SoundFile {
  /** Samples that wait to be written. */
  #run: Int16Array;
  #bytes: Buffer;
  #runAt = 0;
  #runLength = 0;
  /** Samples up to the end of what was written. */
  #end = 0;
  /** What the head says. */
  #told = 0;
  #fd: number;

  /** Makes the file; throws if it is there, or the system's error, as the other methods do. */
  constructor(
    file: string,
    private readonly rateHz: RecordingRate,
    private readonly calls: SoundCalls,
  ) {
    this.#run = new Int16Array(RUN_S * rateHz);
    this.#bytes = Buffer.from(this.#run.buffer);
    this.#fd = calls.openSync(file, 'wx', 0o600);
    this.#write(wavHead(rateHz, 0), 0);
  }

  /** Puts samples at a position, which is behind all those before; what is left out is silence. */
  put(at: number, samples: Int16Array): void {
    for (let from = 0; from < samples.length;) {
      const full = this.#runLength === this.#run.length;
      if (full || at + from !== this.#runAt + this.#runLength) {
        this.#flush();
        this.#runAt = at + from;
      }
      const count = Math.min(samples.length - from, this.#run.length - this.#runLength);
      this.#run.set(
        from === 0 && count === samples.length ? samples : samples.subarray(from, from + count),
        this.#runLength,
      );
      this.#runLength += count;
      from += count;
    }
  }

  /** Brings what was put here to flash, then says so in the head. */
  sync(): void {
    this.#flush();
    if (this.#end === this.#told) return;
    this.calls.fdatasyncSync(this.#fd);
    this.#tell(this.#end);
  }

  /** The last: the file is so many samples long. If it throws, it may be called again. */
  close(samples: number): void {
    if (this.#fd < 0) return;
    this.#flush();
    this.calls.ftruncateSync(this.#fd, WAV_HEAD_BYTES + 2 * samples);
    this.calls.fdatasyncSync(this.#fd);
    this.#tell(samples);
    this.calls.fdatasyncSync(this.#fd);
    this.abandon();
  }

  /** Leaves it as it is. */
  abandon(): void {
    if (this.#fd >= 0) this.calls.closeSync(this.#fd);
    this.#fd = -1;
  }

  #flush(): void {
    if (this.#runLength === 0) return;
    this.#write(this.#bytes.subarray(0, 2 * this.#runLength), WAV_HEAD_BYTES + 2 * this.#runAt);
    this.#end = this.#runAt + this.#runLength;
    this.#runAt = this.#end;
    this.#runLength = 0;
  }

  #tell(samples: number): void {
    this.#write(wavHead(this.rateHz, samples), 0);
    this.#told = samples;
  }

  #write(bytes: Buffer, position: number): void {
    for (let at = 0; at < bytes.length;) {
      const written = this.calls.writeSync(this.#fd, bytes, at, bytes.length - at, position + at);
      if (written === 0) throw new Error('the file takes no more bytes');
      at += written;
    }
  }
}
