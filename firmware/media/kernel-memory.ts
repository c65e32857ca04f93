/**
 * The kernels: what costs most in the tick, compiled to WebAssembly (kernels/, in AssemblyScript), and the one memory in
 * which they work, each thread's own. What they are given are places in it. It never grows, so that views of it last.
 *
 *      0 [ the kernels' tables and spaces ][ what `reserve` and `Places` give out ] 48 MiB
 */
import { readFileSync } from 'node:fs';

/** Declared by TypeScript for browsers only. */
declare const WebAssembly: {
  Module: new (code: Uint8Array) => object;
  Instance: new (module: object) => { exports: object };
};

/** What kernels/ exports: places and lengths in bytes, unless it says otherwise there. */
type Kernels = {
  memory: { buffer: ArrayBuffer };
  freeFrom(): number;
  g722StateBytes(): number;
  g722Begin(state: number): void;
  g722Encode(
    a: number,
    pcmA: number,
    bytesA: number,
    b: number,
    pcmB: number,
    bytesB: number,
    samples: number,
  ): void;
  g722Decode(
    a: number,
    bytesA: number,
    pcmA: number,
    b: number,
    bytesB: number,
    pcmB: number,
    length: number,
  ): void;
  g722Resume(state: number, bytes: number, length: number): void;
  limit(out: number, sum: number, own: number, samples: number, gain: number): number;
  steadyHear(list: number, count: number): number;
  steadySay(list: number, count: number): void;
};

const program = new URL('./kernels.wasm', import.meta.url);
export const kernels = load();
/** All of the memory; a sample at `place` is `kernelSamples[place >> 1]`, a word `kernelWords[place >> 2]`. */
export const kernelBytes = new Uint8Array(kernels.memory.buffer);
export const kernelSamples = new Int16Array(kernels.memory.buffer);
export const kernelWords = new Int32Array(kernels.memory.buffer);
export const kernelDoubles = new Float64Array(kernels.memory.buffer);

const ALIGNED = 16;
let next = kernels.freeFrom();

/** Where `bytes` of memory are, aligned to 16, for as long as the thread lives. Throws if there is no room. */
export function reserve(bytes: number): number {
  const place = next;
  const end = place + Math.ceil(bytes / ALIGNED) * ALIGNED;
  if (end > kernelBytes.length) throw new Error(`no room for ${bytes} bytes in the memory of the kernels`);
  next = end;
  return place;
}

/** Places of one size, for what comes and goes. */
export class Places {
  #free: number[] = [];
  #fresh: number;
  readonly #end: number;

  /** Room for `most` of so many bytes each. */
  constructor(
    private readonly what: string,
    private readonly most: number,
    private readonly bytes: number,
  ) {
    this.bytes = Math.ceil(bytes / ALIGNED) * ALIGNED;
    this.#fresh = reserve(most * this.bytes);
    this.#end = this.#fresh + most * this.bytes;
  }

  /** One that nobody has; what is in it is left from before. Throws if all are in use. Not in the tick. */
  take(): number {
    const used = this.#free.pop();
    if (used !== undefined) return used;
    if (this.#fresh === this.#end) throw new Error(`all ${this.most} ${this.what} are in use`);
    this.#fresh += this.bytes;
    return this.#fresh - this.bytes;
  }

  give(place: number): void {
    this.#free.push(place);
  }
}

function load(): Kernels {
  let code;
  try {
    code = readFileSync(program);
  } catch (cause) {
    throw new Error(`${program.pathname} is missing: run make build`, { cause });
  }
  return new WebAssembly.Instance(new WebAssembly.Module(code)).exports as Kernels;
}
