/** A room on an engine, and what is written of it: each tick is taken when the test says so. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CodecName } from '../../firmware/codec-formats.js';
import { codecs, type Encoder } from '../../firmware/media/codec.js';
import { toUlaw, ulawToLinear } from '../../firmware/media/codecs/g711.js';
import type { MediaCommand, MediaEvent } from '../../firmware/media/contract.js';
import { Engine } from '../../firmware/media/engine.js';
import { createRecordingBlock } from '../../firmware/media/recording-ring.js';
import { createStatsBlock } from '../../firmware/media/stats.js';
import { begunDocument, type RecordingDocument } from '../../firmware/recording/recording-document.js';
import type { FolderCalls } from '../../firmware/recording/recording-folder.js';
import { RecordingWriter, type WriterEvent } from '../../firmware/recording/recording-writer.js';
import { FakeReadiness, FakeSocket, rtpPacket } from '../media/fake-socket.js';
import { readWav } from '../support/wav.js';

export const MIX = 7;

/** The samples as they are after mu-law. */
export const coded = (sample: number) => ulawToLinear[toUlaw(sample)];

type Party = {
  codec: CodecName;
  encoder: Encoder;
  says: (tick: number) => Int16Array;
  sequence: number;
  /** Ticks for which it still presses a key, and when it began to. */
  presses: number;
  since: number;
};

export class RecordedRoom {
  readonly directory = mkdtempSync(path.join(tmpdir(), 'parley-recordings-'));
  readonly block = createRecordingBlock();
  readonly told: WriterEvent[] = [];
  readonly events: MediaEvent[] = [];
  readonly writer: RecordingWriter;
  nowMs = 0;
  /** Ticks since the beginning. */
  ticks = 0;
  #sockets: FakeSocket[] = [];
  #parties: Party[] = [];
  readonly engine = new Engine({
    sockets: {
      open: () => {
        const socket = new FakeSocket(5000 + 2 * this.#sockets.length);
        this.#sockets.push(socket);
        return socket;
      },
      adopt: () => null!,
      watch: () => new FakeReadiness(),
      ring: null,
    },
    emit: (event) => this.events.push(event),
    prompts: { get: () => undefined },
    stats: createStatsBlock(),
    recordings: this.block,
  });

  constructor(calls: FolderCalls = fs) {
    this.writer = new RecordingWriter(
      () => this.directory,
      this.block,
      calls,
      (event) => this.told.push(event),
      () => this.nowMs,
    );
  }

  tell(command: MediaCommand): void {
    this.engine.handle(command);
  }

  /** One more is in the room; returns its port. */
  party(says: (tick: number) => Int16Array, codec: CodecName = 'PCMU'): number {
    const port = this.#parties.length;
    const encoder = codecs[codec].createEncoder();
    this.#parties.push({ codec, encoder, says, sequence: 0, presses: 0, since: 0 });
    this.tell({ type: 'openPort', port, address: '10.0.0.9', rtpPorts: [0, 0] });
    this.tell({
      type: 'connectPort',
      port,
      peer: { address: '10.0.0.1', port: 4000, allowed: ['10.0.0.1'] },
      format: { codec, payloadType: 96, eventPayloadType: 101 },
      sending: true,
      receiving: true,
    });
    this.tell({ type: 'join', port, mix: MIX });
    return port;
  }

  begin(rateHz: 8000 | 16000 = 8000, recording = 0): string {
    const id = `20261124-160000-0000000${recording}`;
    const document = begunDocument({
      id,
      number: '800',
      name: null,
      description: 'Weekly',
      rateHz,
      startedAt: '2026-11-24T16:00:00.000Z',
    });
    this.writer.handle({ type: 'begin', recording, document });
    this.tell({ type: 'record', recording, mix: MIX });
    return id;
  }

  consents(port: number, track = port + 1, recording = 0): void {
    const told = {
      track,
      name: `Phone ${track}`,
      number: String(100 + track),
      joinedAt: '2026-11-24T15:59:00.000Z',
    };
    this.writer.handle({ type: 'track', recording, track: told });
    this.tell({ type: 'recordPort', recording, port, track });
  }

  /** It presses a key for so many ticks (RFC 4733). */
  key(port: number, ticks: number): void {
    Object.assign(this.#parties[port], { presses: ticks, since: this.ticks });
  }

  tick(count = 1): void {
    for (let i = 0; i < count; i++) {
      this.#parties.forEach((party, port) => this.#say(port, party));
      this.engine.tick();
      this.ticks++;
      this.nowMs += 20;
    }
  }

  /** Lets the writer do all there is. */
  write(): void {
    while (this.writer.pass(this.writer.ringEnd));
  }

  end(recording = 0): void {
    this.writer.handle({ type: 'end', recording, reason: 'stopped by a moderator' });
    this.tell({ type: 'endRecord', recording });
    this.tick();
    this.write();
  }

  document(id: string): RecordingDocument {
    return JSON.parse(
      readFileSync(path.join(this.directory, id, 'recording.json'), 'utf8'),
    ) as RecordingDocument;
  }

  sound(id: string, file: string): Int16Array {
    return readWav(readFileSync(path.join(this.directory, id, file)));
  }

  close(): void {
    this.engine.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  #say(port: number, party: Party): void {
    const frame = party.says(this.ticks);
    if (party.presses > 0) return this.#press(port, party);
    const bytes = Buffer.alloc(2 * frame.length);
    const payload = bytes.subarray(0, party.encoder.encode(frame, frame.length, bytes, 0));
    const timestamp = (this.ticks * codecs[party.codec].rtpClockRate) / 50;
    this.#sockets[port].arrive(
      rtpPacket({ payload, sequence: party.sequence++, timestamp, payloadType: 96, ssrc: port + 1 }),
    );
  }

  #press(port: number, party: Party): void {
    party.presses--;
    const payload = Buffer.from([5, party.presses === 0 ? 0x8a : 0x0a, 0, 0]);
    payload.writeUInt16BE(160 * (this.ticks - party.since + 1), 2);
    const timestamp = party.since * 160;
    this.#sockets[port].arrive(
      rtpPacket({ payload, sequence: party.sequence++, timestamp, payloadType: 101, ssrc: port + 1 }),
    );
  }
}
