/** An analog phone on the simulated card of a box, moved by its script. */
import * as assert from 'uvu/assert';
import type { Box } from './box.js';

/** Peak of a 0 dBm0 sine. */
const PEAK_OF_0_DBM0 = 22827;

export class SimPhone {
  constructor(
    private readonly box: Box,
    readonly place: number,
  ) {}

  /** Has it do something: `off-hook`, `dial 800`, `flash`; returns what the script says. */
  async does(what: string): Promise<string> {
    return sim(this.box, `${this.place} ${what}`);
  }

  /** Off hook, dialled, and up in a call. */
  async calls(number: string, how: 'dial' | 'pulse' = 'dial'): Promise<void> {
    await this.does('off-hook');
    await this.hears(350, (dbm0) => dbm0 > -25);
    await this.does(`${how} ${number}`);
  }

  /** Waits until what it hears of a frequency is as it should be; returns the level, dBm0. */
  async hears(hz: number, holds: (dbm0: number) => boolean, limitMs = 10_000): Promise<number> {
    const endMs = performance.now() + limitMs;
    for (;;) {
      const dbm0 = parseFloat(await this.does(`hears ${hz}`));
      if (holds(dbm0)) return dbm0;
      assert.ok(performance.now() < endMs, `phone ${this.place} hears ${hz} Hz at ${dbm0} dBm0`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Waits until its bell rings. */
  async rings(limitMs = 10_000): Promise<void> {
    const endMs = performance.now() + limitMs;
    while (!(await this.does('state')).includes('ringing')) {
      assert.ok(performance.now() < endMs, `phone ${this.place} does not ring`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** The exchange behind one of its lines, and who is connected there. */
export class SimExchange {
  constructor(
    private readonly box: Box,
    readonly number: number,
  ) {}

  /** Has it do something: `call 089`, `hang-up busy`; returns what the script says. */
  async does(what: string): Promise<string> {
    return sim(this.box, `exchange ${this.number} ${what}`);
  }

  /** Waits until it says so of itself: `talking`, `calling 112`. */
  async becomes(state: string, limitMs = 15_000): Promise<void> {
    const endMs = performance.now() + limitMs;
    for (let now = await this.does('state'); !now.startsWith(state); now = await this.does('state')) {
      assert.ok(performance.now() < endMs, `exchange ${this.number} is ${now}, not ${state}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Tells the simulated card of a box something. */
export async function sim(box: Box, command: string): Promise<string> {
  const response = await box.ask('simulated-card', 'POST', { command });
  assert.is(response.status, 200, command);
  return ((await response.json()) as { said: string }).said;
}

/** The level of a sine of this peak. */
export function dbm0Of(peak: number): number {
  return 20 * Math.log10(peak / PEAK_OF_0_DBM0);
}
