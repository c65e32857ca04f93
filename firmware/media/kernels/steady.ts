/** The tick of steady streams (see steady-streams.ts): all that is usual, from packet to packet, without anything else. */
import { g722Decode, g722Encode } from './g722';
import { limit } from './limit';
import {
  ARRIVALS,
  AT,
  BAND,
  DATAGRAMS,
  DECODER,
  ENCODER,
  END,
  ENERGIES,
  GAIN,
  GOES_ON,
  HEADER_BYTES,
  KIND,
  LENGTHS,
  LINE,
  MUTED,
  OUT_SEQUENCE,
  OUT_TIMESTAMP,
  PACKET,
  PACKET_BYTES,
  PACKETS,
  PAYLOAD_BYTES,
  RECEIVES,
  RUN,
  SAMPLES,
  SEQUENCE,
  SHARED,
  SSRC,
  TAKEN,
  TALKS,
  TICKS,
  TIMESTAMP,
  WHOLE,
} from './steady/record';

/** Timestamps of all of these codecs are of 8 kHz. */
const FRAME_UNITS = 160;
const WIDE = 320;
/** A sound-line, ms: how long it is, and how much of what was heard is kept. */
const LINE_MS = 400;
const HEARD_MS = 60;
const FRAME_MS = 20;
/** Peak of a line that is silent in A-law, which has no zero, or in G.722, which hums: as isIdle() of frame.ts. */
const IDLE_PEAK = 12;
/** Of what is heard in 16 bits the tables of the laws know 14. */
const LAW_SHIFT = 2;

/** Two frames on their way to the encoder. */
const pcmA = memory.data(2 * WIDE, 16);
const pcmB = memory.data(2 * WIDE, 16);

/** Of G.722: the packet that waits to be decoded with the next one, and where to. */
let waiting: usize = 0;
let waitingBytes: usize = 0;
let waitingOut: usize = 0;

/**
 * Takes in what came of the streams whose `count` records are listed, each in a word, and adds up what they say. Returns
 * how many go on as they are.
 */
export function steadyHear(list: usize, count: i32): i32 {
  for (let i = 0; i < count; i++) receive(load<usize>(list + 4 * i));
  decodeWaiting();
  let steady = 0;
  for (let i = 0; i < count; i++) steady += hear(load<usize>(list + 4 * i));
  return steady;
}

/** Everybody has been heard: makes the next packet to each of them. */
export function steadySay(list: usize, count: i32): void {
  let first: usize = 0;
  for (let i = 0; i < count; i++) {
    const record = load<usize>(list + 4 * i);
    address(record);
    if (load<i32>(record, TALKS) === 0)
      memory.copy(payloadOut(record), load<usize>(record, SHARED) + 16, PAYLOAD_BYTES);
    else if (load<i32>(record, SAMPLES) !== WIDE) {
      listen(record, pcmA);
      compress(load<usize>(record, ENCODER), pcmA, payloadOut(record));
    } else if (first === 0) first = record;
    else {
      encode(first, record);
      first = 0;
    }
  }
  if (first !== 0) encode(first, 0);
}

/** Takes packets in as long as they are those that are due. It goes on if all did that came, and no more can wait. */
function receive(record: usize): void {
  const lengths = load<usize>(record, LENGTHS);
  let goesOn = load<i32>(record, TICKS) < RUN;
  for (let n = 0; n < RECEIVES && goesOn; n++) {
    const length = load<i32>(lengths + 4 * n);
    if (length < 0) continue;
    const datagram = load<usize>(record + 4 * n, DATAGRAMS);
    goesOn = length === PACKET_BYTES && isDue(record, datagram);
    if (!goesOn) continue;
    note(record, n + 1);
    decode(record, datagram + HEADER_BYTES);
  }
  store<i32>(record, goesOn && load<i32>(lengths + 4 * (RECEIVES - 1)) < 0 ? 1 : 0, GOES_ON);
}

function isDue(record: usize, datagram: usize): bool {
  return (
    load<u16>(datagram) === load<u16>(record, KIND) &&
    bswap<u16>(load<u16>(datagram, 2)) === load<u16>(record, SEQUENCE) &&
    bswap<u32>(load<u32>(datagram, 4)) === load<u32>(record, TIMESTAMP) &&
    load<u32>(datagram, 8) === load<u32>(record, SSRC) &&
    roomFor(record)
  );
}

/** A packet is taken, with it so many of the round. */
function note(record: usize, taken: i32): void {
  const packets = load<i32>(record, PACKETS);
  store<u8>(load<usize>(record, TAKEN), taken);
  store<u8>(record + packets, load<u8>(record, TICKS), ARRIVALS);
  store<i32>(record, packets + 1, PACKETS);
  store<u16>(record, load<u16>(record, SEQUENCE) + 1, SEQUENCE);
  store<u32>(record, load<u32>(record, TIMESTAMP) + FRAME_UNITS, TIMESTAMP);
}

/** Whether the line has room for a frame; what was heard long ago goes. */
function roomFor(record: usize): bool {
  const perMs = load<i32>(record, SAMPLES) / FRAME_MS;
  const at = load<i32>(record, AT);
  const end = load<i32>(record, END);
  if (end + FRAME_MS * perMs <= LINE_MS * perMs) return true;
  decodeWaiting();
  const from = at - HEARD_MS * perMs;
  const line = load<usize>(record, LINE);
  memory.copy(line, line + 2 * from, 2 * (end - from));
  store<i32>(record, at - from, AT);
  store<i32>(record, end - from, END);
  return end - from + FRAME_MS * perMs <= LINE_MS * perMs;
}

/** Adds a payload to the line, of G.722 only with the next one. */
function decode(record: usize, bytes: usize): void {
  const end = load<i32>(record, END);
  const out = load<usize>(record, LINE) + 2 * end;
  store<i32>(record, end + load<i32>(record, SAMPLES), END);
  const decoder = load<usize>(record, DECODER);
  if (load<i32>(record, SAMPLES) !== WIDE) return expand(decoder, bytes, out);
  if (waiting === decoder) decodeWaiting();
  if (waiting !== 0) {
    g722Decode(waiting, waitingBytes, waitingOut, decoder, bytes, out, PAYLOAD_BYTES);
    waiting = 0;
  } else {
    waiting = decoder;
    waitingBytes = bytes;
    waitingOut = out;
  }
}

function decodeWaiting(): void {
  if (waiting !== 0) g722Decode(waiting, waitingBytes, waitingOut, 0, 0, 0, PAYLOAD_BYTES);
  waiting = 0;
}

/** Hears the next frame of the line and adds it to what is said in the band; 0 if that cannot go on as it was, else 1. */
function hear(record: usize): i32 {
  if (load<i32>(record, GOES_ON) === 0) return 0;
  const samples = load<i32>(record, SAMPLES);
  const at = load<i32>(record, AT);
  const said = load<usize>(record, LINE) + 2 * at;
  const sounds = !isIdle(said, samples);
  const talks: i32 = sounds && load<i32>(record, MUTED) === 0 ? 1 : 0;
  if (load<i32>(record, END) - at < samples || talks !== load<i32>(record, TALKS)) {
    store<i32>(record, 0, GOES_ON);
    return 0;
  }
  const tick = load<i32>(record, TICKS);
  store<i32>(record, at + samples, AT);
  store<i32>(record, tick + 1, TICKS);
  store<f64>(record + 8 * tick, sounds ? energy(said, samples) : -1, ENERGIES);
  if (talks !== 0) add(load<usize>(record, BAND), said, samples);
  else store<i32>(load<usize>(record, SHARED), 1);
  return 1;
}

function encode(a: usize, b: usize): void {
  listen(a, pcmA);
  if (b !== 0) listen(b, pcmB);
  g722Encode(
    load<usize>(a, ENCODER),
    pcmA,
    payloadOut(a),
    b !== 0 ? load<usize>(b, ENCODER) : 0,
    pcmB,
    b !== 0 ? payloadOut(b) : 0,
    WIDE,
  );
}

/** What it hears: all without itself. */
function listen(record: usize, out: usize): void {
  const samples = load<i32>(record, SAMPLES);
  const own = load<usize>(record, LINE) + 2 * (load<i32>(record, AT) - samples);
  const gain = load<f64>(record, GAIN);
  store<f64>(record, limit(out, load<usize>(record, WHOLE), own, samples, gain), GAIN);
}

/** Numbers the packet that goes out next. */
function address(record: usize): void {
  const sequence = load<u16>(record, OUT_SEQUENCE);
  const timestamp = load<u32>(record, OUT_TIMESTAMP);
  store<u16>(record + PACKET, bswap<u16>(sequence), 2);
  store<u32>(record + PACKET, bswap<u32>(timestamp), 4);
  store<u16>(record, sequence + 1, OUT_SEQUENCE);
  store<u32>(record, timestamp + FRAME_UNITS, OUT_TIMESTAMP);
}

function payloadOut(record: usize): usize {
  return record + PACKET + HEADER_BYTES;
}

function add(band: usize, said: usize, samples: i32): void {
  store<i32>(band, 1);
  for (let at = 0; at < samples; at += 8) {
    const to = band + 4 * at;
    const more = v128.load(said + 2 * at);
    v128.store(to, i32x4.add(v128.load(to, 16), i32x4.extend_low_i16x8_s(more)), 16);
    v128.store(to, i32x4.add(v128.load(to, 32), i32x4.extend_high_i16x8_s(more)), 32);
  }
}

function isIdle(said: usize, samples: i32): bool {
  const idle = i16x8.splat(i16(IDLE_PEAK));
  for (let at = 0; at < samples; at += 8)
    if (v128.any_true(i16x8.gt_u(i16x8.abs(v128.load(said + 2 * at)), idle))) return false;
  return true;
}

function energy(said: usize, samples: i32): f64 {
  let sum = i64x2.splat(0);
  for (let at = 0; at < samples; at += 8) {
    const eight = v128.load(said + 2 * at);
    const squares = i32x4.dot_i16x8_s(eight, eight);
    sum = i64x2.add(sum, i64x2.extend_low_i32x4_u(squares));
    sum = i64x2.add(sum, i64x2.extend_high_i32x4_u(squares));
  }
  return f64(i64x2.extract_lane(sum, 0) + i64x2.extract_lane(sum, 1));
}

/** A frame of a law to samples, by its table. */
function expand(table: usize, bytes: usize, out: usize): void {
  for (let i = 0; i < PAYLOAD_BYTES; i++)
    store<i16>(out + 2 * i, load<i16>(table + 2 * usize(load<u8>(bytes + i))));
}

function compress(table: usize, pcm: usize, bytes: usize): void {
  for (let i = 0; i < PAYLOAD_BYTES; i++)
    store<u8>(bytes + i, load<u8>(table + (usize(load<u16>(pcm + 2 * i)) >> LAW_SHIFT)));
}
