/** G.711 by its definition, slowly and apart from the box's tables, so that one checks the other. */

export type Law = 'PCMU' | 'PCMA';

/** One octet to a 16-bit sample. */
export function decodeG711(law: Law, octet: number): number {
  if (law === 'PCMU') {
    const value = ~octet & 0xff;
    const magnitude = (((value & 0x0f) << 3) + 0x84) << ((value >> 4) & 7);
    return (value & 0x80 ? -1 : 1) * (magnitude - 0x84);
  }
  const value = octet ^ 0x55;
  const segment = (value >> 4) & 7;
  const magnitude =
    segment === 0 ? ((value & 0x0f) << 4) + 8 : (((value & 0x0f) << 4) + 0x108) << (segment - 1);
  return value & 0x80 ? magnitude : -magnitude;
}

const nearest: Partial<Record<Law, Uint8Array>> = {};

/** One 16-bit sample to the octet whose sample is nearest. */
export function encodeG711(law: Law, sample: number): number {
  return (nearest[law] ??= buildNearest(law))[(sample + 32768) >> 2];
}

function buildNearest(law: Law): Uint8Array {
  const levels = Array.from({ length: 256 }, (_, octet) => ({ octet, sample: decodeG711(law, octet) }));
  levels.sort((a, b) => a.sample - b.sample);
  const table = new Uint8Array(16384);
  let at = 0;
  for (let index = 0; index < table.length; index += 1) {
    const sample = index * 4 - 32768;
    while (at + 1 < 256 && Math.abs(levels[at + 1].sample - sample) <= Math.abs(levels[at].sample - sample))
      at += 1;
    table[index] = levels[at].octet;
  }
  return table;
}
