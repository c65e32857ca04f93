/** The configuration on flash: found at boot, saved whole, never lost. */
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import { firstAdministrator, firstDocument } from './first-document.js';
import { flashSafeWrite, removeLeftovers, syncDirectory } from './flash-safe-write.js';
import type { Config } from './schema.js';
import { ConfigError, validateConfig } from './validate.js';

export type Alarm = { code: string; text: string };

/** What to show the owner once: this was the first boot, or an administrator was missing. */
export type FirstBoot = { madeDocument: boolean; adminPassword?: string };

const MAX_BYTES = 4 << 20;

export class ConfigStore {
  /** Told after every save that changed something. */
  onChanged: (before: Config, after: Config) => void = () => {};
  /** Saves that were written since boot. */
  saves = 0;
  /** What went wrong at boot; stays visible. */
  readonly alarms: Alarm[] = [];
  firstBoot?: FirstBoot;
  #config!: Config;

  private constructor(private readonly file: string) {}

  /**
   * Opens the configuration in a directory, making both if missing. Boot order: current, previous, defaults; each
   * step down is an alarm, and the bad file is kept aside. Throws only what the file system throws.
   */
  static async open(directory: string, environment: NodeJS.ProcessEnv = process.env): Promise<ConfigStore> {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const store = new ConfigStore(path.join(directory, 'config.json'));
    removeLeftovers(store.file);
    await store.#boot(environment.PARLEY_ADMIN_PASSWORD || undefined);
    return store;
  }

  get config(): Config {
    return this.#config;
  }

  /** Saves a candidate; an identical one is not written. Throws ConfigError or the system's error; then nothing changed. */
  save(candidate: unknown): Config {
    const after = validateConfig(candidate);
    const before = this.#config;
    if (JSON.stringify(before) === JSON.stringify(after)) return before;
    this.#write(after);
    this.onChanged(before, after);
    return after;
  }

  #write(config: Config): void {
    flashSafeWrite(this.file, Buffer.from(`${JSON.stringify(config, null, 2)}\n`));
    this.saves += 1;
    this.#config = config;
  }

  async #boot(wantedPassword: string | undefined): Promise<void> {
    const fresh = !existsSync(this.file) && !existsSync(`${this.file}.previous`);
    const found = fresh ? undefined : (this.#read(this.file) ?? this.#read(`${this.file}.previous`));
    if (!fresh && !found) this.#alarm('config-defaults', 'no good configuration was found: this one is new');
    const config = found ?? firstDocument();
    this.firstBoot = found ? undefined : { madeDocument: true };
    if (config.administrators.length === 0) {
      const { administrator, shown } = await firstAdministrator(wantedPassword);
      config.administrators.push(administrator);
      this.firstBoot = { madeDocument: !found, adminPassword: shown };
    }
    // Written too when only the previous one was good.
    if (this.firstBoot || !existsSync(this.file)) this.#write(config);
    else this.#config = config;
  }

  /** The configuration in a file; undefined, with an alarm and the file put aside, if it is missing or bad. */
  #read(file: string): Config | undefined {
    const name = path.basename(file);
    try {
      const bytes = readFileSync(file);
      if (bytes.length > MAX_BYTES) throw new Error(`larger than ${MAX_BYTES} bytes`);
      return validateConfig(JSON.parse(bytes.toString('utf8')));
    } catch (error) {
      const why = error instanceof ConfigError || error instanceof Error ? error.message : String(error);
      this.#alarm('config-bad', `${name} could not be used: ${why}`);
      if (existsSync(file)) {
        renameSync(file, `${file}.bad`);
        syncDirectory(path.dirname(file));
      }
      return undefined;
    }
  }

  #alarm(code: string, text: string): void {
    this.alarms.push({ code, text });
  }
}
