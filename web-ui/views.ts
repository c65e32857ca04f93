/** Renders the views of views/ with nunjucks; whatever a view is given is escaped. */
import nunjucks from 'nunjucks';

export class Views {
  readonly #environment: nunjucks.Environment;

  constructor(folder: string) {
    const loader = new nunjucks.FileSystemLoader(folder);
    this.#environment = new nunjucks.Environment(loader, {
      autoescape: true,
      throwOnUndefined: true,
      trimBlocks: true,
      lstripBlocks: true,
    });
    this.#environment.addFilter('duration', duration).addFilter('count', count).addFilter('moment', moment);
  }

  render(view: string, data: object): string {
    return this.#environment.render(`${view}.njk`, data);
  }
}

/** Seconds as 0:07, 12:30, 1:02:03 or 3 d 4 h. */
export function duration(seconds: number): string {
  const two = (number: number) => String(Math.floor(number) % 60).padStart(2, '0');
  if (seconds >= 86_400)
    return `${Math.floor(seconds / 86_400)} d ${Math.floor((seconds % 86_400) / 3600)} h`;
  if (seconds >= 3600) return `${Math.floor(seconds / 3600)}:${two(seconds / 60)}:${two(seconds)}`;
  return `${Math.floor(seconds / 60)}:${two(seconds)}`;
}

/** An ISO 8601 instant as `2026-01-31 13:05:00`, where the box is. */
export function moment(instant: string): string {
  const at = new Date(instant);
  const two = (number: number) => String(number).padStart(2, '0');
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-');
  return `${day} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')}`;
}

/** `1 phone`, `2 phones`. */
function count(number: number, one: string): string {
  return `${number} ${one}${number === 1 ? '' : 's'}`;
}
