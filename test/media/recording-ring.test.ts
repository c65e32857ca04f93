/** The ring between the tick and the thread that writes recordings. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  createRecordingBlock,
  RingReader,
  RingWriter,
  type RingSink,
} from '../../firmware/media/recording-ring.js';

const test = suite('recording ring');

const FRAME = new Int16Array(320).fill(7);
const MEGABYTE_WORDS = 1 << 18;

function ring() {
  const block = createRecordingBlock();
  const [writer, reader] = [new RingWriter(block), new RingReader(block)];
  const read: number[] = [];
  const sink: RingSink = {
    frame: (_, tick, __, frame) => read.push(frame[0] === 7 && frame[319] === 7 ? tick : -1),
    tick: () => {},
    stretch: () => {},
    consent: () => {},
    end: () => {},
  };
  let ticks = 0;
  return {
    block,
    read,
    /** Says whether there was room. */
    write: (): boolean => {
      writer.begin();
      const room = writer.frame(0, ticks, 1, FRAME, true);
      if (room) ticks += 1;
      writer.publish();
      return room;
    },
    catchUp: () => assert.not(reader.read(sink, reader.end, Infinity)),
    get ticks() {
      return ticks;
    },
  };
}

test('two minutes of a recording take the memory of half a second, while the reader keeps up', () => {
  const { block, read, write, catchUp } = ring();
  for (let tick = 0; tick < 6000; tick += 1) {
    assert.ok(write());
    if (tick % 5 === 4) catchUp();
  }
  assert.equal(read, [...Array(6000).keys()]);
  assert.ok(
    block.subarray(MEGABYTE_WORDS).every((word) => word === 0),
    'all within the first megabyte',
  );
});

test('a reader that is late finds all of it, up to the room there is, round the corner too', () => {
  const one = ring();
  for (let round = 0; round < 2; round += 1) {
    while (one.write());
    one.catchUp();
  }
  assert.ok(one.ticks > 2 * 12_000, `${one.ticks} frames`);
  assert.equal(one.read, [...Array(one.ticks).keys()]);
});

test.run();
