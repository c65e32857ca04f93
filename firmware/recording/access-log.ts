/** Who listened to recordings, downloaded and deleted them. Kept when the recording itself is long gone. */

export type Access = {
  /** ISO 8601. */
  time: string;
  /** Name of an administrator; `the box` for what the limits of age and space deleted. */
  by: string;
  what: 'listened' | 'downloaded' | 'deleted';
  recording: string;
  /** One file of it; absent for the whole of it. */
  file?: string;
};

/** No administrator has a name with a space. */
export const THE_BOX = 'the box';

const MAX_KEPT = 10_000;
/** A player asks for one file again and again: within this time that is one access. */
const SAME_MS = 10 * 60_000;

export class AccessLog {
  #accesses: Access[] = [];
  #keep: (access: Access) => void = () => {};

  /** `nowMs` is the time of day, ms since 1970. */
  constructor(private readonly nowMs: () => number) {}

  /** A line of the past, before anything happens; what is no access is left out. */
  restore(line: unknown): void {
    if (isAccess(line)) this.#remember(line);
  }

  /** From now on every access is kept. */
  keepBy(keep: (access: Access) => void): void {
    this.#keep = keep;
  }

  add(access: Omit<Access, 'time'>): void {
    const sinceMs = this.nowMs() - SAME_MS;
    const same = this.#accesses.findLast(
      ({ by, what, recording, file }) =>
        by === access.by && what === access.what && recording === access.recording && file === access.file,
    );
    if (same && Date.parse(same.time) > sinceMs) return;
    const entry = { time: new Date(this.nowMs()).toISOString(), ...access };
    this.#remember(entry);
    this.#keep(entry);
  }

  /** Forgets all; what is kept is for its keeper to remove. */
  clear(): void {
    this.#accesses = [];
  }

  /** Newest first; of one recording, or of all. */
  list(recording?: string): Access[] {
    return this.#accesses.filter((one) => recording === undefined || one.recording === recording).reverse();
  }

  #remember(access: Access): void {
    this.#accesses.push(access);
    if (this.#accesses.length > MAX_KEPT) this.#accesses.shift();
  }
}

function isAccess(line: unknown): line is Access {
  if (typeof line !== 'object' || line === null) return false;
  const { time, by, what, recording, file } = line as Record<string, unknown>;
  return (
    [time, by, recording].every((field) => typeof field === 'string') &&
    ['listened', 'downloaded', 'deleted'].includes(what as string) &&
    (file === undefined || typeof file === 'string')
  );
}
