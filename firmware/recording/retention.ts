/** Which recordings have to go: those kept long enough, then the oldest until the rest fits. Pure. */

import { FIRMWARE_MS } from '../time-of-day.js';

export type RetentionLimits = {
  /** 0: for ever. */
  keepDays: number;
  /** 0: as much as there is. */
  maxMegabytes: number;
};

export type Kept = {
  id: string;
  /** Null while it goes on: then it stays, whatever the limits are. */
  endedAt: string | null;
  /** What it takes of the disk. */
  bytes: number;
};

export type Overdue = { id: string; why: 'age' | 'quota' };

const DAY_MS = 86_400_000;
const MEGABYTE = 1_000_000;
/** From this part of the quota on it is said that the oldest will be deleted. */
const NEARLY_FULL = 0.9;

/** The recordings to delete now, oldest first; `kept` is oldest first too. */
export function overdue(kept: readonly Kept[], limits: RetentionLimits, nowMs: number): Overdue[] {
  const most = limits.maxMegabytes === 0 ? Infinity : limits.maxMegabytes * MEGABYTE;
  const old = kept.filter((one) => (deletedAtMs(one, limits) ?? Infinity) <= nowMs);
  let bytes = usedBytes(kept) - usedBytes(old);
  const surplus: Kept[] = [];
  for (const one of kept) {
    if (bytes <= most) break;
    if (one.endedAt === null || old.includes(one)) continue;
    surplus.push(one);
    bytes -= one.bytes;
  }
  return [
    ...old.map(({ id }): Overdue => ({ id, why: 'age' })),
    ...surplus.map(({ id }): Overdue => ({ id, why: 'quota' })),
  ];
}

/** When its age ends a recording, ms since 1970; undefined if it does not, or if the clock was not set when it was made. */
export function deletedAtMs(
  { endedAt }: Pick<Kept, 'endedAt'>,
  { keepDays }: RetentionLimits,
): number | undefined {
  if (keepDays === 0 || endedAt === null) return undefined;
  const endedMs = Date.parse(endedAt);
  return endedMs < FIRMWARE_MS ? undefined : endedMs + keepDays * DAY_MS;
}

/** What is said before the first one is deleted for want of space; undefined while there is enough. */
export function quotaWarning(kept: readonly Kept[], { maxMegabytes }: RetentionLimits): string | undefined {
  const used = usedBytes(kept) / MEGABYTE;
  if (maxMegabytes === 0 || used < NEARLY_FULL * maxMegabytes) return undefined;
  return (
    `recordings take ${Math.round(used)} of ${maxMegabytes} MB: the oldest will be deleted. ` +
    'Download and delete some, or raise recordings.maxMegabytes'
  );
}

export function usedBytes(kept: readonly Kept[]): number {
  return kept.reduce((sum, { bytes }) => sum + bytes, 0);
}
