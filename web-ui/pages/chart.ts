/** A line over the last hour, as the points of an SVG. */

/** Height of the drawing in its own units; each value but the first is one across. */
const HEIGHT = 60;
/** Five minutes, so that the first few values make no steep line. */
const LEAST_WIDTH = 30;

export type Chart = {
  title: string;
  width: number;
  height: number;
  /** The line, and the same closed along the ground. */
  line: string;
  area: string;
  /** What the left end and the top stand for. */
  from: string;
  top: string;
  last: string;
  /** For those who do not see it. */
  said: string;
};

/** Values ten seconds apart: the newest is at the right; the top is `least`, or the highest value if that is more. */
export function chart(
  title: string,
  values: readonly number[],
  least: number,
  inWords: (value: number) => string,
): Chart {
  const [width, height] = [Math.max(LEAST_WIDTH, values.length - 1), HEIGHT];
  const highest = Math.max(...values);
  const top = Math.max(least, highest);
  const first = width - (values.length - 1);
  const points = values.map((value, at) => `${first + at},${(height * (1 - value / top)).toFixed(1)}`);
  const last = inWords(values.at(-1)!);
  return {
    title,
    width,
    height,
    from: `${Math.round(width / 6)} min ago`,
    line: points.join(' '),
    area: `${first},${height} ${points.join(' ')} ${width},${height}`,
    top: inWords(top),
    last,
    said: `${title} over the last hour: now ${last}, at most ${inWords(highest)}`,
  };
}
