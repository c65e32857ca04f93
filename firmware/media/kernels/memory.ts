/** Where the memory begins that is not the kernels' own: everything from here on is given out by kernel-memory.ts. */
export function freeFrom(): usize {
  return (__heap_base + 15) & ~15;
}
