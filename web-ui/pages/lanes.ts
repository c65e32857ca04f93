/** A recording drawn as lanes: its waveforms and who talked when, as paths of SVG, 1000 wide and 40 high. */
import type { RecordedTrack } from '../../firmware/recording/recording-document.js';

export const WIDTH = 1000;
export const HEIGHT = 40;

/** Somebody talked, with pauses too short to be seen; from second to second. */
export type Turn = [from: number, to: number];

/** Pauses up to this, or to what one could not see, do not end a turn. */
const PAUSE_S = 1;

/** The turns of a participant in order; `seconds` is the length of the recording. */
export function turnsOf(talked: RecordedTrack['talked'], rateHz: number, seconds: number): Turn[] {
  const pause = Math.max(PAUSE_S, seconds / WIDTH);
  const turns: Turn[] = [];
  for (const { from, to } of [...talked].sort((a, b) => a.from - b.from)) {
    const [start, end] = [round(from / rateHz), round(Math.min(seconds, to / rateHz))];
    const last = turns.at(-1);
    if (last && start - last[1] <= pause) last[1] = Math.max(last[1], end);
    else if (end > start) turns.push([start, end]);
  }
  return turns;
}

/** Areas where somebody talked, each wide enough to be seen. */
export function turnsPath(turns: readonly Turn[], seconds: number): string {
  return turns
    .map(([from, to]) => {
      const x = round((WIDTH * from) / seconds);
      const width = Math.max(1, round((WIDTH * (to - from)) / seconds));
      return `M${x} 0h${width}v${HEIGHT}h${-width}z`;
    })
    .join('');
}

/** A waveform around the middle; amplitudes by their square root, so that the soft can be seen beside the loud. */
export function waveformPath(peaks: readonly number[]): string {
  const step = round(WIDTH / Math.max(1, peaks.length));
  const middle = HEIGHT / 2;
  const heights = peaks.map((peak) => round(middle * Math.sqrt(peak / 255)));
  const above = heights.map((height) => `V${round(middle - height)}h${step}`);
  const below = heights.map((height) => `V${round(middle + height)}h${-step}`).reverse();
  return `M0 ${middle}${above.join('')}${below.join('')}z`;
}

function round(number: number): number {
  return Math.round(number * 100) / 100;
}
