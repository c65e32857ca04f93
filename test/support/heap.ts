/** How much memory objects hold. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Octets that live objects hold, without garbage. */
export function heldBytes(): number {
  collect();
  return process.memoryUsage().heapUsed;
}
