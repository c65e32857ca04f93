/** The modems of caller id: continuous-phase frequency shift keying of 1200 bits a second. */
import type { Rate } from '../frame.js';

/** What lines are sampled at. */
export const LINE_RATE: Rate = 8000;
export const BITS_PER_SECOND = 1200;

export type FskKind = 'bell202' | 'v23';

/** Frequencies of 1 (mark) and 0 (space): Bellcore GR-30 (Bell 202) and ETSI EN 300 659-1 §5.2 (ITU-T V.23). */
export const fskTones: Readonly<Record<FskKind, { markHz: number; spaceHz: number }>> = {
  bell202: { markHz: 1200, spaceHz: 2200 },
  v23: { markHz: 1300, spaceHz: 2100 },
};
