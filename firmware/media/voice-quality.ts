/**
 * How well somebody is understood: the E-model (ITU-T G.107) with its default values but for delay, loss and codec.
 *
 *     R = 93.2 - Idd - (Ie + (95 - Ie) Ppl / (Ppl / BurstR + Bpl))
 *
 *     Idd   = 0 up to 100 ms, then 25 ((1 + X^6)^(1/6) - 3 (1 + (X / 3)^6)^(1/6) + 2) with X = log2(delay / 100 ms)
 *     BurstR = mean length of the bursts of loss, by that of random loss of the same rate, 1 / (1 - Ppl)
 *     MOS   = 1 + 0.035 R + R (R - 60) (100 - R) 7e-6, from 1 to 4.5
 *
 * 93.2 is Ro - Is of G.107 §7.7 for its default room, line and telephone. What that leaves out: noise and echo of the
 * real room and telephone, their levels, and what a talker's neighbours add. It is an estimate for planning, not the
 * opinion of anybody. Codecs: G.711 with loss concealment alone (Ie 0, Bpl 25.1, G.113 appendix I). Wideband is on
 * another scale (G.107.1), with other codecs, and is not told.
 */
import type { CodecName } from '../codec-formats.js';

const R_DEFAULT = 93.2;

/** Impairment of a codec, and how well it bears loss (G.113 appendix I). */
const codecs: Partial<Record<CodecName, { ie: number; bpl: number }>> = {
  PCMU: { ie: 0, bpl: 25.1 },
  PCMA: { ie: 0, bpl: 25.1 },
};

/**
 * MOS of a conversation, 1 to 4.5; 0 where it cannot be told. `delayMs` from mouth to ear, one way; `loss` from 0 to 1;
 * `burstLength` the packets that are lost at a time, on an average.
 */
export function mosOf(codec: CodecName, delayMs: number, loss: number, burstLength: number): number {
  const known = codecs[codec];
  if (!known) return 0;
  const percent = 100 * Math.min(Math.max(loss, 0), 1);
  const burstRatio = Math.max(1, burstLength * (1 - percent / 100));
  const equipment = known.ie + ((95 - known.ie) * percent) / (percent / burstRatio + known.bpl);
  return mosOfR(R_DEFAULT - delayImpairment(delayMs) - equipment);
}

/** G.107 annex B. */
export function mosOfR(r: number): number {
  if (r <= 0) return 1;
  if (r >= 100) return 4.5;
  return Math.max(1, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6);
}

/** Idd, G.107 §7.4: a long way in itself, without echo. */
function delayImpairment(ms: number): number {
  if (ms <= 100) return 0;
  const x = Math.log2(ms / 100);
  return 25 * ((1 + x ** 6) ** (1 / 6) - 3 * (1 + (x / 3) ** 6) ** (1 / 6) + 2);
}
