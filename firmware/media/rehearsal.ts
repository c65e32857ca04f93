/**
 * The engine at work before anybody calls: ports of its own talk to each other over the loopback. What runs for the first
 * time is slow, and without this the first callers, or those of a worker that has died, would hear that.
 */
import { FRAME_SAMPLES, FrameRing, frameRingMemory } from '../../hal/frame-ring.js';
import type { CodecName } from '../codec-formats.js';
import { tonePlanOf } from '../tone-plans.js';
import type { LineSettings, MediaEvent, PlayItem } from './contract.js';
import { Engine, type EngineOptions } from './engine.js';
import { createRecordingBlock } from './recording-ring.js';
import { createStatsBlock } from './stats.js';

const HOST = '127.0.0.1';
/** One room of both rates; the last two only listen. */
const CASTS: CodecName[] = ['PCMU', 'PCMA', 'G722', 'G722', 'PCMU', 'PCMU'];
/** After these the engine is about as fast as it gets. */
const TICKS = 120;
/** Loud enough together for the limiter to have its part. */
const TONE: PlayItem[] = [{ frequenciesHz: [440, 620], ms: 60_000, levelDbm0: -6 }];

/** Lines in the same room, and a card whose ends send back what they are sent, as an echo. */
const LINES = 2;
const LINE_SETTINGS: LineSettings = {
  rxGainDb: -6,
  txGainDb: 0,
  keys: true,
  echoTailMs: 32,
  callerId: 'bell202',
  tones: tonePlanOf('us'),
};
const RING_FRAMES = 8;

/** Leaves nothing open. Where there is no loopback there is no rehearsal. */
export function rehearse(sockets: EngineOptions['sockets']): void {
  const localPorts: number[] = [];
  const frame = new Int16Array(FRAME_SAMPLES);
  const emit = (event: MediaEvent) => {
    if (event.type === 'portOpened') localPorts.push(event.localPort);
  };
  const engine = new Engine({
    sockets,
    prompts: new Map(),
    emit,
    stats: createStatsBlock(),
    recordings: createRecordingBlock(),
  });
  for (const port of CASTS.keys()) engine.handle({ type: 'openPort', port, address: HOST, rtpPorts: [0, 0] });
  if (localPorts.length === CASTS.length) {
    engine.handle({ type: 'record', recording: 0, mix: 1 });
    for (const [port, codec] of CASTS.entries()) {
      const peer = { address: HOST, port: localPorts[port ^ 1], allowed: [HOST] };
      const format = { codec, payloadType: 96, eventPayloadType: 101 };
      engine.handle({ type: 'connectPort', port, peer, format, sending: true, receiving: true });
      engine.handle({ type: 'join', port, mix: 1, settings: { levelling: port > 2, gate: false } });
      engine.handle({ type: 'recordPort', recording: 0, port, track: port + 1 });
      if (port < 4) engine.handle({ type: 'play', play: port, to: { port }, items: TONE, loop: false });
    }
    const card = Array.from({ length: LINES }, (_, at) => openLine(engine, CASTS.length + at));
    for (let tick = 0; tick < TICKS; tick++) {
      for (const { rx, tx } of card) {
        tx.read(frame);
        rx.write(frame);
      }
      engine.tick();
    }
  }
  engine.close();
}

/** Returns the rings of a line that is in the room, for its card. */
function openLine(engine: Engine, port: number): { rx: FrameRing; tx: FrameRing } {
  const [rx, tx] = [frameRingMemory(RING_FRAMES), frameRingMemory(RING_FRAMES)];
  engine.handle({ type: 'openLine', port, sound: { rx, tx, keptFrames: 0 } });
  engine.handle({ type: 'setLine', port, settings: LINE_SETTINGS });
  engine.handle({ type: 'join', port, mix: 1 });
  return { rx: new FrameRing(rx), tx: new FrameRing(tx) };
}
