/**
 * Where recordings take what is said from: each tick, of each party that has consented and talks, its frame as the others
 * hear it. What is written is what they said, before it is mixed: the mix is made of it by who writes the files.
 */
import type { MediaCommand, MediaEvent, MixId, PortId, RecordingId } from './contract.js';
import type { Port } from './port.js';
import { RingWriter, setTicks, ticksOf } from './recording-ring.js';

export type RecordingCommand = Extract<
  MediaCommand,
  { type: 'record' | 'recordPort' | 'unrecordPort' | 'pauseRecord' | 'endRecord' }
>;

type Track = { port: Port; track: number; fresh: boolean };

type Tap = {
  recording: RecordingId;
  mix: MixId;
  state: 'storing' | 'paused' | 'ending';
  /** Storing has just begun. */
  fresh: boolean;
  tracks: Track[];
};

export class RecordingTap {
  #taps: Tap[] = [];
  #ring: RingWriter;

  constructor(
    private readonly block: Int32Array,
    private readonly emit: (event: MediaEvent) => void,
  ) {
    this.#ring = new RingWriter(block);
  }

  /** Does what the main thread says; what is not there any more is no error. */
  handle(command: RecordingCommand, find: (id: PortId) => Port | undefined): void {
    const { recording } = command;
    const tap = this.#taps.find((one) => one.recording === recording);
    if (command.type === 'record') this.#record(command, tap);
    else if (!tap) return;
    else if (command.type === 'recordPort') {
      const port = find(command.port);
      forget(tap, command.port);
      if (port) tap.tracks.push({ port, track: command.track, fresh: !command.again });
    } else if (command.type === 'unrecordPort') forget(tap, command.port);
    else {
      tap.tracks = [];
      tap.state = command.type === 'endRecord' ? 'ending' : 'paused';
    }
  }

  /** A port closes. */
  forget(port: PortId): void {
    for (const tap of this.#taps) forget(tap, port);
  }

  /** Everybody has been heard. */
  tick(): void {
    if (this.#taps.length === 0) return;
    this.#ring.begin();
    for (let i = this.#taps.length - 1; i >= 0; i--) this.#store(this.#taps[i], i);
    this.#ring.publish();
  }

  #record({ recording, mix, again }: RecordingCommand & { type: 'record' }, tap: Tap | undefined): void {
    if (tap?.state === 'storing') return;
    // One that is ending has waited for room until its number was given to another.
    this.#taps = this.#taps.filter((one) => one !== tap);
    this.#taps.push({ recording, mix, state: 'storing', fresh: !again, tracks: [] });
  }

  #store(tap: Tap, at: number): void {
    if (tap.state === 'paused') return;
    const ticks = ticksOf(this.block, tap.recording);
    if (tap.state === 'ending') {
      if (this.#ring.end(tap.recording, ticks)) this.#taps.splice(at, 1);
    } else if (this.#write(tap, ticks)) {
      setTicks(this.block, tap.recording, ticks + 1);
    } else {
      // Nobody reads fast enough: this tick is not stored, nor is what comes.
      tap.state = 'paused';
      tap.tracks = [];
      this.emit({ type: 'recordingOverrun', recording: tap.recording });
    }
  }

  #write(tap: Tap, tick: number): boolean {
    const { recording } = tap;
    if (tap.fresh && !this.#ring.stretch(recording, tick, Date.now())) return false;
    tap.fresh = false;
    for (let i = 0; i < tap.tracks.length; i++) {
      const one = tap.tracks[i];
      const { port, track } = one;
      if (one.fresh && !this.#ring.consent(recording, tick, track, Date.now())) return false;
      one.fresh = false;
      if (!port.talks || port.mix?.id !== tap.mix) continue;
      port.show();
      const { rxFrame, mouth } = port;
      if (!this.#ring.frame(recording, tick, track, rxFrame, mouth.level.speaking)) return false;
    }
    return this.#ring.tick(recording, tick);
  }
}

function forget(tap: Tap, port: PortId): void {
  tap.tracks = tap.tracks.filter((track) => track.port.id !== port);
}
