/** What was written to flash since the start: flash wears by it. Counted where it is written. */

export const flashWear = { writes: 0, bytes: 0 };

/** Counts a write that has reached the disk. */
export function wroteToFlash(bytes: number): void {
  flashWear.writes += 1;
  flashWear.bytes += bytes;
}
