/** How the call goes to which a leg has been led. */
import type { Cause } from './cause.js';

/** Told to whoever has moved the caller here (a transfer). */
export type CallProgress = {
  alerting(): void;
  connected(): void;
  /** Nobody takes the call. True: the caller has been taken back. */
  lost(cause: Cause): boolean;
};

export const unwatched: CallProgress = { alerting: () => {}, connected: () => {}, lost: () => false };
