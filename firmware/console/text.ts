/** How the console writes. */

/** Rows under a heading, in columns as wide as they have to be. Control characters do not reach the terminal. */
export function table(head: string[], rows: readonly (string | number | undefined)[][]): string {
  const cells = [head, ...rows.map((row) => row.map((cell) => plain(String(cell ?? ''))))];
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Pairs of a name and what it is, one a line; those without are left out. */
export function pairs(list: readonly [name: string, value: string | number | undefined][]): string {
  const known = list.filter(([, value]) => value !== undefined && value !== '');
  const width = Math.max(...known.map(([name]) => name.length));
  return known.map(([name, value]) => `${name.padEnd(width)}  ${plain(String(value))}`).join('\n');
}

/** Text without what a terminal could take for an order: callers choose their names themselves. */
export function plain(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?');
}

/** `3:07`, `1:00:09`; days before it. */
export function duration(seconds: number): string {
  const [days, hours, minutes] = [seconds / 86_400, (seconds / 3600) % 24, (seconds / 60) % 60].map(
    Math.floor,
  );
  const two = (value: number) => String(value).padStart(2, '0');
  const rest = seconds % 60;
  const clock = hours > 0 || days > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
  return days > 0 ? `${days} d ${clock}` : clock;
}

/** Bytes as people say them. */
export function size(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let unit = 0;
  let value = bytes;
  for (; value >= 1000 && unit < units.length - 1; unit += 1) value /= 1000;
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
