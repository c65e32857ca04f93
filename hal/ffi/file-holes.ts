/** Holes of sparse files: bytes that are 0 and take no space. */
import { ENXIO, lseek, SEEK_DATA } from './libc.js';
import { errno } from './library.js';

/**
 * Where, from a position on, a file has bytes that are no hole; Infinity if only a hole follows. Where the file system
 * knows of no holes it is the position itself. Moves the position of the file descriptor.
 */
export function nextData(fd: number, from: number): number {
  const at = lseek(fd, from, SEEK_DATA);
  if (at >= 0) return at;
  return errno() === ENXIO ? Infinity : from;
}
