/** How well a call was heard, of what its port says now and then; for the history. */
import type { PortStats } from '../media/stats.js';

/** What is not known is absent. `loss`: parts of 1. MOS by the E-model, for G.711 alone. */
export type Quality = {
  /** Of what came from the party: on average and at worst. */
  mos?: number;
  worstMos?: number;
  /** Of the whole call. */
  loss?: number;
  /** On average, ms. */
  jitterMs?: number;
  roundTripMs?: number;
  /** How the party hears the box, as it says itself; on average. */
  theirMos?: number;
  theirLoss?: number;
};

export class CallQuality {
  #mos = new Mean(2);
  #jitterMs = new Mean(1);
  #roundTripMs = new Mean(1);
  #theirMos = new Mean(2);
  #theirLoss = new Mean(4);
  #worstMos: number | undefined;
  #packets = 0;
  #lost = 0;

  /** Takes in how its port is now. */
  add({ quality, rxPackets, rxLost }: PortStats): void {
    this.#mos.add(quality.rxMos);
    this.#jitterMs.add(quality.rxJitterMs);
    this.#roundTripMs.add(quality.roundTripMs);
    this.#theirMos.add(quality.txMos);
    this.#theirLoss.add(quality.txLoss);
    if (quality.rxMos !== undefined) this.#worstMos = Math.min(quality.rxMos, this.#worstMos ?? 5);
    [this.#packets, this.#lost] = [rxPackets, Math.max(0, rxLost)];
  }

  /** Undefined if nothing ever came. */
  get whole(): Quality | undefined {
    if (this.#packets === 0) return undefined;
    return {
      mos: this.#mos.value,
      worstMos: this.#worstMos,
      loss: rounded(this.#lost / (this.#packets + this.#lost), 4),
      jitterMs: this.#jitterMs.value,
      roundTripMs: this.#roundTripMs.value,
      theirMos: this.#theirMos.value,
      theirLoss: this.#theirLoss.value,
    };
  }
}

class Mean {
  #sum = 0;
  #count = 0;

  constructor(private readonly digits: number) {}

  add(value: number | undefined): void {
    if (value === undefined) return;
    this.#sum += value;
    this.#count += 1;
  }

  get value(): number | undefined {
    return this.#count === 0 ? undefined : rounded(this.#sum / this.#count, this.digits);
  }
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
