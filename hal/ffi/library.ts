/** Shared libraries through the FFI: the one place that knows it. */
import koffi, { type KoffiFunc } from 'koffi';

/** A typed array is passed as the pointer to its bytes. */
type Call = (...args: (number | object | string | null)[]) => number;

/** Opens a library by its soname; what it returns makes a function of a C prototype. Throws where it is missing. */
export function openLibrary(soname: string): (prototype: string) => Call {
  const library = koffi.load(soname);
  return (prototype) => library.func(prototype) as Call;
}

/** The same call on a thread of libuv's pool, for one that waits; resolves with what it returns. */
export function inBackground(call: Call, ...args: Parameters<Call>): Promise<number> {
  return new Promise((resolve, reject) =>
    (call as KoffiFunc<Call>).async(...args, (error: Error | null, result: number) =>
      error ? reject(error) : resolve(result),
    ),
  );
}

/** Makes a struct known to prototypes; a call is given an object of its fields. */
export function defineStruct(name: string, fields: Record<string, string>): void {
  koffi.struct(name, fields);
}

/** Where the bytes of a typed array are: as long as it lives they stay there. */
export function addressOf(bytes: Uint8Array): bigint {
  return koffi.address(bytes);
}

/** Memory at an address that a call returned. */
export function viewOf(address: number, bytes: number): ArrayBuffer {
  return koffi.view(BigInt(address), bytes);
}

/** Why the last call of this thread failed. */
export function errno(): number {
  return koffi.errno();
}
