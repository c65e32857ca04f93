/** Shared libraries through the FFI: the one place that knows it. */
import koffi from 'koffi';

/** A typed array is passed as the pointer to its bytes. */
type Call = (...args: (number | object | string)[]) => number;

/** Opens a library by its soname; what it returns makes a function of a C prototype. Throws where it is missing. */
export function openLibrary(soname: string): (prototype: string) => Call {
  const library = koffi.load(soname);
  return (prototype) => library.func(prototype) as Call;
}

/** Makes a struct known to prototypes; a call is given an object of its fields. */
export function defineStruct(name: string, fields: Record<string, string>): void {
  koffi.struct(name, fields);
}

/** Why the last call of this thread failed. */
export function errno(): number {
  return koffi.errno();
}
