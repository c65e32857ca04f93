/** The last twenty configurations, each in a file of its own beside the one in use: listed, read, brought back. */
import * as fs from 'node:fs';
import path from 'node:path';
import { makeFolder } from '../flash-folder.js';
import { changesBetween } from './config-changes.js';
import type { Alarm, ConfigStore } from './config-store.js';
import { flashSafeWrite, removeLeftovers } from './flash-safe-write.js';
import type { Config } from './schema.js';
import { migrated } from './migrations.js';
import { ConfigError } from './schema-check.js';
import { validateConfig } from './validate.js';

const MAX_VERSIONS = 20;

export type Version = {
  /** Grows; never used again. */
  version: number;
  /** ISO 8601, of the box's clock. */
  saved: string;
  /** The administrator; undefined for what was there at a start. */
  by?: string;
  /** What was different from the version before, in words; undefined for the first. */
  changes?: string[];
};
type Kept = Version & { config: unknown };

export class ConfigVersions {
  readonly alarms: Alarm[] = [];
  #list: Version[] = [];

  /** Opens the versions in a directory, made if it is missing, and keeps what the store has, if it is new. */
  constructor(
    private readonly store: ConfigStore,
    private readonly directory: string,
    private readonly nowMs: () => number,
  ) {
    try {
      makeFolder(directory);
      const numbers = fs
        .readdirSync(directory)
        .flatMap((name) => /^(\d{1,10})\.json$/.exec(name)?.[1] ?? [])
        .map(Number)
        .sort((a, b) => a - b);
      this.#list = numbers.flatMap((version) => {
        removeLeftovers(this.#file(version));
        const kept = this.#read(version);
        return kept ? [{ version, saved: kept.saved, by: kept.by, changes: kept.changes }] : [];
      });
    } catch (error) {
      this.#alarm(error);
    }
    const last = this.#list.at(-1);
    const before = last && this.#usable(last.version);
    if (JSON.stringify(before) !== JSON.stringify(store.config)) this.#keep(undefined, before);
  }

  /** Newest first; the first is the one in use. */
  get list(): readonly Version[] {
    return [...this.#list].reverse();
  }

  /** A configuration of the past, as this firmware understands it; undefined if it is not kept. Throws ConfigError. */
  find(version: number): Config | undefined {
    const kept = this.#list.some((one) => one.version === version) ? this.#read(version) : undefined;
    return kept && validateConfig(migrated(kept.config));
  }

  /** As `find`; undefined too for what an earlier firmware took and this one does not. */
  #usable(version: number): Config | undefined {
    try {
      return this.find(version);
    } catch (error) {
      if (error instanceof ConfigError) return undefined;
      throw error;
    }
  }

  /** Saves a candidate. Throws ConfigError or the system's error: then nothing has changed. */
  save(candidate: unknown, by: string): Config {
    const before = this.store.config;
    const after = this.store.save(candidate);
    if (after !== before) this.#keep(by, before);
    return after;
  }

  /** Begins anew with a candidate: nothing is kept of the past. Throws as `save` does, or for what cannot be removed. */
  startAnew(candidate: unknown): void {
    this.store.save(candidate);
    this.store.forgetPast();
    while (this.#list.length > 0) fs.rmSync(this.#file(this.#list.shift()!.version), { force: true });
    this.#keep(undefined, undefined);
  }

  /** What is in use becomes a version; flash that cannot keep it is an alarm. */
  #keep(by: string | undefined, before: Config | undefined): void {
    const changes = before && changesBetween(before, this.store.config);
    const version = { version: (this.#list.at(-1)?.version ?? 0) + 1, saved: this.#now(), by, changes };
    const kept: Kept = { ...version, config: this.store.config };
    try {
      flashSafeWrite(this.#file(version.version), Buffer.from(`${JSON.stringify(kept)}\n`));
      this.#list.push(version);
      while (this.#list.length > MAX_VERSIONS)
        fs.rmSync(this.#file(this.#list.shift()!.version), { force: true });
    } catch (error) {
      this.#alarm(error);
    }
  }

  #read(version: number): Kept | undefined {
    try {
      const kept = JSON.parse(fs.readFileSync(this.#file(version), 'utf8')) as Partial<Kept> | null;
      return typeof kept?.saved === 'string' && kept.config !== undefined ? (kept as Kept) : undefined;
    } catch {
      return undefined;
    }
  }

  #now(): string {
    return new Date(this.nowMs()).toISOString();
  }

  #file(version: number): string {
    return path.join(this.directory, `${String(version).padStart(10, '0')}.json`);
  }

  #alarm(error: unknown): void {
    const text = `an earlier configuration could not be kept: ${(error as Error).message}`;
    if (this.alarms.length === 0) this.alarms.push({ code: 'config-versions', text });
  }
}
