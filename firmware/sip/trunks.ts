/** All trunks of the configuration, kept as it says. */
import type { Endpoint } from './transport.js';
import { Trunk, type TrunkHome, type TrunkSettings, type TrunkStatus } from './trunk.js';

export class Trunks {
  #trunks: readonly Trunk[] = [];

  constructor(private readonly home: TrunkHome) {}

  /** Starts what is new or different and stops what is gone; the others, and calls through any, go on. */
  apply(wanted: readonly TrunkSettings[]): void {
    const before = this.#trunks;
    this.#trunks = wanted.map((settings) => {
      const same = before.find((trunk) => JSON.stringify(trunk.settings) === JSON.stringify(settings));
      return same ?? new Trunk(settings, this.home);
    });
    for (const trunk of before) if (!this.#trunks.includes(trunk)) trunk.stop();
    for (const trunk of this.#trunks) if (!before.includes(trunk)) void trunk.start();
  }

  find(name: string): Trunk | undefined {
    return this.#trunks.find(({ settings }) => settings.name === name);
  }

  /** The trunk whose provider sends from there. */
  of(source: Endpoint): Trunk | undefined {
    return this.#trunks.find((trunk) => trunk.owns(source));
  }

  /** Those that do not work, for the administrator. */
  get alarms(): { code: string; text: string }[] {
    return this.status.flatMap(({ name, state }) => {
      if (state !== 'unreachable' && state !== 'refused') return [];
      const why = state === 'refused' ? 'refuses to register us' : 'does not answer';
      return [{ code: `trunk-${state}`, text: `trunk ${name} ${why}: nobody is reached through it` }];
    });
  }

  get status(): TrunkStatus[] {
    return this.#trunks.map(({ status }) => status);
  }
}
