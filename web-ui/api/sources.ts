/** Where the API gets what it tells. */
import type { HistoryRecord } from '../../firmware/call/history.js';
import type { Switchboard } from '../../firmware/call/switchboard.js';
import type { Clock } from '../../firmware/clock.js';
import type { ConfigVersions } from '../../firmware/config/config-versions.js';
import type { Config } from '../../firmware/config/schema.js';
import type { AccessLog } from '../../firmware/recording/access-log.js';
import type { RecordingStore } from '../../firmware/recording/recording-store.js';
import type { PlaneStats, PortStats } from '../../firmware/media/stats.js';
import type { Binding } from '../../firmware/sip/registrar.js';
import type { TrunkStatus } from '../../firmware/sip/trunk.js';

export type ApiSources = {
  version: string;
  clock: Clock;
  config(): Config;
  versions: ConfigVersions;
  alarms(): readonly { code: string; text: string }[];
  switchboard: Switchboard;
  /** Extensions with at least one phone registered, and those phones. */
  registrations(): { username: string; phones: readonly Binding[] }[];
  /** Calls and conferences, oldest first. */
  history(): Iterable<HistoryRecord>;
  recordings: RecordingStore;
  /** Who listened to recordings, downloaded and deleted them. */
  recordingAccess: AccessLog;
  /** The state of each trunk. */
  trunks(): TrunkStatus[];
  /** Dialogs and transactions that have not ended. */
  sip(): object;
  /** Counters of the media plane. */
  media(): PlaneStats;
  /** What one port does now: level, loss; undefined for a closed one. */
  port(port: number): PortStats | undefined;
};

/** Whole seconds since an instant of the clock. */
export function secondsSince({ clock }: ApiSources, sinceMs: number): number {
  return Math.max(0, Math.round((clock.nowMs() - sinceMs) / 1000));
}

/** What the port of a leg does now. */
export function mediaOf(sources: ApiSources, leg: { port: number | undefined }): PortStats | undefined {
  return leg.port === undefined ? undefined : sources.port(leg.port);
}
