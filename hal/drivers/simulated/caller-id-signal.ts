/** How a simulated exchange says who calls: by modem (Bellcore GR-30, ETSI EN 300 659-3), or in keys (its annex B). */
import { KEYPAD, pressKey } from './keypad.js';

export type CallerIdKind = 'bellcore' | 'v23' | 'dtmf';

/** Who calls; without a number the caller wants to be unknown. */
export type SimulatedCaller = { number: string; name: string };

const RATE = 8000;
const BITS_PER_SECOND = 1200;
const MODEM_PEAK = 4826;
const HZ = { bellcore: { mark: 1200, space: 2200 }, v23: { mark: 1300, space: 2100 } };
const KEY_SAMPLES = 560;

/** The sound of it, from the first bit or key to the last. */
export function callerIdSignal(kind: CallerIdKind, caller: SimulatedCaller): Int16Array {
  if (kind === 'dtmf') return keys(caller.number === '' ? 'B10C' : `A${caller.number}C`);
  return modem(HZ[kind], bitsOf(message(caller)));
}

/** Parameters: a date, the number (02) or why there is none (04), the name (07) or why there is none (08). */
function message({ number, name }: SimulatedCaller): number[] {
  const parameter = (type: number, text: string) => [type, text.length, ...Buffer.from(text, 'latin1')];
  const body = [
    ...parameter(0x01, '01020304'),
    ...(number === '' ? parameter(0x04, 'P') : parameter(0x02, number)),
    ...(name === '' ? parameter(0x08, number === '' ? 'P' : 'O') : parameter(0x07, name)),
  ];
  const octets = [0x80, body.length, ...body];
  return [...octets, -octets.reduce((sum, octet) => sum + octet, 0) & 0xff];
}

/** Seizure, mark, then each octet between a start bit and a stop bit, lowest bit first. */
function bitsOf(octets: number[]): number[] {
  const bits = Array.from({ length: 480 }, (_, at) => (at < 300 ? at & 1 : 1));
  for (const octet of octets) {
    bits.push(0);
    for (let bit = 0; bit < 8; bit++) bits.push((octet >> bit) & 1);
    bits.push(1);
  }
  return [...bits, 1, 1, 1, 1];
}

function modem(hz: { mark: number; space: number }, bits: number[]): Int16Array {
  let phase = 0;
  return Int16Array.from({ length: Math.ceil((bits.length * RATE) / BITS_PER_SECOND) }, (_, i) => {
    const bit = bits[Math.floor((i * BITS_PER_SECOND) / RATE)];
    phase += (2 * Math.PI * (bit === 1 ? hz.mark : hz.space)) / RATE;
    return Math.round(MODEM_PEAK * Math.sin(phase));
  });
}

function keys(text: string): Int16Array {
  const samples = new Int16Array(text.length * 2 * KEY_SAMPLES);
  for (const [n, key] of [...text].entries()) {
    const from = n * 2 * KEY_SAMPLES;
    pressKey(KEYPAD.indexOf(key), 0, samples.subarray(from, from + KEY_SAMPLES));
  }
  return samples;
}
