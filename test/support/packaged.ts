/** How the package of the box starts Node, for tests of what only that makes so: scripts/deb/parley. */
import { readFileSync } from 'node:fs';

const script = readFileSync(new URL('../../../scripts/deb/parley', import.meta.url), 'utf8');

/** Options of Node. */
export const packagedOptions = [...script.matchAll(/ (--[a-z-]+=\d+)/g)].map(([, option]) => option);

/** What it exports. */
export const packagedEnvironment = Object.fromEntries(
  [...script.matchAll(/ ([A-Z_]+)=(\d+)/g)].map(([, name, value]) => [name, value]),
);
