/** Where the API gets what it tells. */
import type { AudioPortNow } from '../../firmware/call/audio-port-board.js';
import type { History } from '../../firmware/call/history.js';
import type { StolenAccounts } from '../../firmware/call/stolen-accounts.js';
import type { LineBoard } from '../../firmware/call/line-board.js';
import type { LineLearner } from '../../firmware/call/line-learner.js';
import type { LineTests } from '../../firmware/call/line-tests.js';
import type { WaitingMessages } from '../../firmware/call/waiting-messages.js';
import type { Switchboard } from '../../firmware/call/switchboard.js';
import type { Clock } from '../../firmware/clock.js';
import type { ConfigVersions } from '../../firmware/config/config-versions.js';
import type { Config } from '../../firmware/config/schema.js';
import type { AccessLog } from '../../firmware/recording/access-log.js';
import type { Disks } from '../../firmware/recording/disks.js';
import type { RecordingStore } from '../../firmware/recording/recording-store.js';
import type { PlaneStats, PortStats } from '../../firmware/media/stats.js';
import type { RecentLog } from '../../firmware/recent-log.js';
import type { Binding } from '../../firmware/sip/binding.js';
import type { Restart } from '../../firmware/system/restart.js';
import type { SystemWatch } from '../../firmware/system/system-watch.js';
import type { Updates } from '../../firmware/system/updates.js';
import type { TrunkStatus } from '../../firmware/sip/trunk.js';
import type { Webhooks } from '../../firmware/webhook/webhooks.js';
import type { ApiTokens } from '../api-tokens.js';

export type ApiSources = {
  version: string;
  clock: Clock;
  config(): Config;
  versions: ConfigVersions;
  system: SystemWatch;
  /** Makes the box as new, except for its firmware; `by`: who wants it. Throws the system's error. */
  reset(by: string): Promise<void>;
  restart: Restart;
  updates: Updates;
  tokens: ApiTokens;
  webhooks: Webhooks;
  switchboard: Switchboard;
  /** Who is cut off from the outside. */
  stolen: StolenAccounts;
  lines: LineBoard;
  lineTests: LineTests;
  lineLearner: LineLearner;
  /** Extensions for which messages wait. */
  messages: WaitingMessages;
  /** Extensions with at least one phone registered, and those phones. */
  registrations(): { username: string; phones: readonly Binding[] }[];
  /** Where a phone registers that is at an address, or in the network of the box. */
  registrar(peer?: string): { address: string; port: number; tlsPort: number | undefined };
  /** Calls and conferences of the past. */
  history: History;
  recordings: RecordingStore;
  /** What they can be kept on. */
  recordingDisks(): Promise<Disks>;
  /** Who listened to recordings, downloaded and deleted them. */
  recordingAccess: AccessLog;
  /** What was logged last. */
  log: RecentLog;
  /** The state of each trunk. */
  trunks(): TrunkStatus[];
  /** Each audio port of the configuration. */
  audioPorts(): readonly AudioPortNow[];
  /** Presses the button of one; false if nothing comes of it. */
  pressAudioPort(number: string): boolean;
  /** The ports of SIP, and counters: dialogs and transactions that have not ended. */
  sip(): { port: number; tlsPort: number | undefined };
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
