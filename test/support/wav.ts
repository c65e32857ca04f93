/** WAV files of 16-bit mono samples. */

const HEADER_BYTES = 44;

export function writeWav(samples: Int16Array, rateHz = 8000): Buffer {
  const pcm = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  const header = Buffer.alloc(HEADER_BYTES);
  header.write('RIFF\0\0\0\0WAVEfmt ', 'latin1');
  header.writeUInt32LE(36 + pcm.length, 4);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rateHz, 24);
  header.writeUInt32LE(2 * rateHz, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(pcm.length, 40);
  return Buffer.concat([header, pcm]);
}

/** Samples of the first channel of a file whose header is as plain as ours. */
export function readWav(file: Buffer): Int16Array {
  const channels = file.readUInt16LE(22);
  const bytes = file.subarray(HEADER_BYTES, file.length - (file.length % 2));
  return new Int16Array(new Uint8Array(bytes).buffer).filter((_, at) => at % channels === 0);
}
