/** Those at the lines of the simulated card of a box, moved by its script: analog phones, and parties behind an exchange. */
import * as assert from 'uvu/assert';
import type { Box } from './box.js';

/** Peak of a 0 dBm0 sine. */
const PEAK_OF_0_DBM0 = 22827;

/** Whoever can be moved by the script, and hears something. */
class SimParty {
  constructor(
    private readonly box: Box,
    private readonly name: string,
  ) {}

  /** Has it do something: `off-hook`, `dial 800`, `call 089`; returns what the script says. */
  async does(what: string): Promise<string> {
    return sim(this.box, `${this.name} ${what}`);
  }

  /** Waits until what it hears of a frequency is as it should be; returns the level, dBm0. */
  async hears(hz: number, holds: (dbm0: number) => boolean, limitMs = 10_000): Promise<number> {
    const endMs = performance.now() + limitMs;
    for (;;) {
      const dbm0 = parseFloat(await this.does(`hears ${hz}`));
      if (holds(dbm0)) return dbm0;
      assert.ok(performance.now() < endMs, `${this.name} hears ${hz} Hz at ${dbm0} dBm0`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Waits until its state begins so. */
  async becomes(state: string, limitMs = 15_000): Promise<void> {
    const endMs = performance.now() + limitMs;
    for (let now = await this.does('state'); !now.startsWith(state); now = await this.does('state')) {
      assert.ok(performance.now() < endMs, `${this.name} is ${now}, not ${state}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

export class SimPhone extends SimParty {
  constructor(box: Box, place: number) {
    super(box, String(place));
  }

  /** Off hook, dialled, and up in a call. */
  async calls(number: string, how: 'dial' | 'pulse' = 'dial'): Promise<void> {
    await this.does('off-hook');
    await this.hears(350, (dbm0) => dbm0 > -25);
    await this.does(`${how} ${number}`);
  }

  /** Waits until its bell rings. */
  async rings(): Promise<void> {
    await this.becomes('on-hook ringing');
  }
}

/** The exchange behind one of its lines, and who is connected there. */
export class SimExchange extends SimParty {
  constructor(box: Box, number: number) {
    super(box, `exchange ${number}`);
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
