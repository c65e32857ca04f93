/** The line cards that the box knows: one line for each. */
import { dahdiDriver } from './drivers/dahdi.js';
import { simulatedDriver } from './drivers/simulated.js';
import type { LineCardDriver } from './line-card.js';

export const lineCardDrivers: readonly LineCardDriver[] = [simulatedDriver, dahdiDriver];
