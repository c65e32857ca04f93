/** The address by which those outside reach the box through a router; its name is looked up again and again. */
import { lookup as systemLookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Clock, Timer } from '../clock.js';
import { createLog } from '../log.js';
import { isWithin } from './networks.js';

const log = createLog('sip');

/** How often a name is looked up, and how soon again after a failure. */
const REFRESH_MS = 300_000;
const RETRY_MS = 30_000;

export type ExternalAddressOptions = {
  /** An address, or a name that has some. */
  host: string;
  /** Peers in these networks are inside. */
  localNetworks: readonly string[];
  clock: Clock;
  /** Addresses of a name; rejects or gives none where it has none. */
  lookup?: (name: string) => Promise<string[]>;
};

export class ExternalAddress {
  #addresses: readonly string[] = [];
  #failure?: string;
  #timer?: Timer;
  #stopped = false;

  constructor(private readonly options: ExternalAddressOptions) {}

  /** Resolves when it was looked up once, found or not. */
  async start(): Promise<void> {
    const { host, clock, lookup = addressesOf } = this.options;
    if (isIP(host)) {
      this.#addresses = [host];
      return;
    }
    try {
      const found = await lookup(host);
      if (found.length === 0) throw new Error('it has no address');
      this.#addresses = found;
      this.#failure = undefined;
    } catch (error) {
      this.#failure = (error as Error).message;
      log.warn({ err: error, host }, 'the external address cannot be found');
    }
    if (this.#stopped) return;
    this.#timer = clock.after(this.#failure === undefined ? REFRESH_MS : RETRY_MS, () => void this.start());
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  /** What a peer outside is told; undefined for one inside, and where no address of its family is known. */
  for(peer: string): string | undefined {
    const address = this.#addresses.find((one) => isIP(one) === isIP(peer));
    return address !== undefined && !isWithin(peer, this.options.localNetworks) ? address : undefined;
  }

  /** What is wrong with it, for the administrator. */
  get alarms(): { code: string; text: string }[] {
    if (this.#failure === undefined) return [];
    const { host } = this.options;
    const known =
      this.#addresses.length > 0 ? 'the one known before is told on' : 'phones outside hear nothing';
    return [{ code: 'external-address', text: `no address for ${host}: ${this.#failure}; ${known}` }];
  }
}

async function addressesOf(name: string): Promise<string[]> {
  return (await systemLookup(name, { all: true })).map(({ address }) => address);
}
