/** Garbage collections as Node prints them with --trace-gc. */

export type Collections = {
  count: number;
  /** What was in use after the last one; null if there was none yet. */
  heapMiB: number | null;
};

/**
 *     [1234:0x5581d0]      612 ms: Scavenge 9.1 (11.2) -> 8.2 (12.7) MB, 1.5 / 0.0 ms ...
 *
 * The main thread is the first that collects; the only other one with a heap is the media thread.
 */
export function collectionsOf(lines: string[]): { main: Collections; media: Collections } {
  const found = new Map<string, Collections>();
  for (const line of lines) {
    const match = /^\[\d+:(0x[0-9a-f]+)\].* -> ([\d.]+) /.exec(line);
    if (match)
      found.set(match[1], { count: (found.get(match[1])?.count ?? 0) + 1, heapMiB: Number(match[2]) });
  }
  const none = { count: 0, heapMiB: null };
  const [main = none, media = none] = found.values();
  return { main, media };
}
