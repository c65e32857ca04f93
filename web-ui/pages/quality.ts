/** How well something was heard, in words. Pure. */

/** `loss`: parts of 1. What is not known is absent. */
type Heard = {
  mos?: number;
  worstMos?: number;
  loss?: number;
  jitterMs?: number;
  delayMs?: number;
  roundTripMs?: number;
};

/** `MOS 4.3 (at worst 3.9), 0.2 % lost, jitter 4 ms, delay 41 ms, there and back 12 ms`; empty if nothing is known. */
export function qualityInWords({ mos, worstMos, loss, jitterMs, delayMs, roundTripMs }: Heard): string {
  const milliseconds = (what: string, ms: number | undefined) =>
    ms === undefined ? '' : `${what} ${Math.round(ms)} ms`;
  const worst =
    worstMos === undefined || worstMos.toFixed(1) === mos?.toFixed(1)
      ? ''
      : ` (at worst ${worstMos.toFixed(1)})`;
  return [
    mos === undefined ? '' : `MOS ${mos.toFixed(1)}${worst}`,
    loss === undefined ? '' : `${(100 * loss).toFixed(1)} % lost`,
    milliseconds('jitter', jitterMs),
    milliseconds('delay', delayMs),
    milliseconds('there and back', roundTripMs),
  ]
    .filter((part) => part !== '')
    .map((part) => part.replaceAll(' ', '\u00a0'))
    .join(', ');
}
