/** One port's record in the memory of the kernels, by which they serve its stream while that is steady: see steady-streams.ts. */
import { kernelBytes, kernelDoubles, kernelWords, Places } from './kernel-memory.js';
import { ARRIVALS, ENERGIES, GAIN, PACKET, PACKETS, RECORD_BYTES, TICKS } from './kernels/steady/record.js';
import { MAX_PORTS } from './stats.js';

const records = new Places('ports', MAX_PORTS, RECORD_BYTES);

export class SteadyStream {
  readonly place = records.take();
  /** Where the packets that go out are written, whoever writes them. */
  readonly packet = kernelBytes.subarray(this.place + PACKET, this.place + RECORD_BYTES);

  constructor() {
    this.beginRun();
  }

  /** A word of its record. */
  get(word: number): number {
    return kernelWords[(this.place + word) >> 2];
  }
  set(word: number, value: number): void {
    kernelWords[(this.place + word) >> 2] = value;
  }

  /** Of its limiter. */
  get gain(): number {
    return kernelDoubles[(this.place + GAIN) >> 3];
  }
  set gain(gain: number) {
    kernelDoubles[(this.place + GAIN) >> 3] = gain;
  }

  /** The run: its ticks, and the packets that came. */
  get ticks(): number {
    return this.get(TICKS);
  }
  get packets(): number {
    return this.get(PACKETS);
  }

  beginRun(): void {
    this.set(TICKS, 0);
    this.set(PACKETS, 0);
  }

  /** In which tick of the run a packet came. */
  arrivalOf(packet: number): number {
    return kernelBytes[this.place + ARRIVALS + packet];
  }

  /** The sum of the squares of what was heard in a tick of the run; -1 if nothing sounds. */
  energyIn(tick: number): number {
    return kernelDoubles[((this.place + ENERGIES) >> 3) + tick];
  }

  close(): void {
    records.give(this.place);
  }
}
