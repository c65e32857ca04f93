/** Where the API gets what it tells. */
import type { Switchboard } from '../../firmware/call/switchboard.js';
import type { Clock } from '../../firmware/clock.js';
import type { Config } from '../../firmware/config/schema.js';

export type ApiSources = {
  version: string;
  clock: Clock;
  config(): Config;
  alarms(): readonly { code: string; text: string }[];
  switchboard: Switchboard;
  /** Extensions with at least one phone registered. */
  registered(): { username: string; phones: number }[];
  /** The state of each trunk. */
  trunks(): object[];
  /** Dialogs and transactions that have not ended. */
  sip(): object;
  /** Counters of the media plane. */
  media(): object;
  /** What one port does now: level, loss; undefined for a closed one. */
  port(port: number): object | undefined;
};

/** Whole seconds since an instant of the clock. */
export function secondsSince({ clock }: ApiSources, sinceMs: number): number {
  return Math.max(0, Math.round((clock.nowMs() - sinceMs) / 1000));
}

/** What the port of a leg does now. */
export function mediaOf(sources: ApiSources, leg: { port: number | undefined }): object | undefined {
  return leg.port === undefined ? undefined : sources.port(leg.port);
}
