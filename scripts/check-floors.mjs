// Checks who imports whom: a file imports only from its own folder and from lower floors, and a third-party package
// has one importer. The floors are those of docs/architecture.md.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const floors = [
  ['hal', 'firmware/sip-parser'],
  [
    'firmware/log.ts',
    'firmware/recent-log.ts',
    'firmware/flash-folder.ts',
    'firmware/flash-wear.ts',
    'firmware/clock.ts',
    'firmware/machine.ts',
    'firmware/time-of-day.ts',
    'firmware/guesses.ts',
    'firmware/guess-guard.ts',
    'firmware/own-text.ts',
    'firmware/options.ts',
    'firmware/codec-formats.ts',
    'firmware/tone-plans.ts',
  ],
  [
    'firmware/sip',
    'firmware/sdp',
    'firmware/line',
    'firmware/media',
    'firmware/config',
    'firmware/webhook',
    'firmware/system',
  ],
  ['firmware/recording'],
  ['firmware/call'],
  ['web-ui', 'firmware/console'],
  ['firmware/box'],
  ['firmware/main.ts'],
];
/** What call/ may know of media/. */
const mediaFace = ['firmware/media/contract.ts', 'firmware/media/media-plane.ts', 'firmware/media/stats.ts'];

const problems = [];
const importersOf = new Map();
const files = ['firmware', 'hal', 'web-ui'].flatMap((dir) =>
  readdirSync(dir, { recursive: true })
    .map((name) => path.join(dir, name))
    .filter((file) => file.endsWith('.ts') && !/(^|\/)(dist|node_modules|test)\//.test(file)),
);

for (const file of files) {
  const from = place(file);
  if (!from) problems.push(`${file} is on no floor`);
  for (const [, name] of readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)) {
    if (name.startsWith('.'))
      checkOwn(file, from, path.join(path.dirname(file), name).replace(/\.js$/, '.ts'));
    else if (name === 'sip-parser') checkOwn(file, from, 'firmware/sip-parser/src/sip-parser.ts');
    else if (!name.startsWith('node:')) importersOf.set(name, [...(importersOf.get(name) ?? []), file]);
  }
}
for (const [name, importers] of importersOf)
  if (importers.length > 1 && new Set(importers).size > 1)
    problems.push(`${name} has more than one importer: ${importers.join(', ')}`);

if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}
console.log(`floors: ${files.length} files in order`);

function checkOwn(file, from, target) {
  const to = place(target);
  if (!from || !to || from.name === to.name) return;
  if (to.floor >= from.floor)
    problems.push(`${file} (floor ${from.floor}) must not import ${target} (floor ${to.floor})`);
  if (from.name === 'firmware/call' && to.name === 'firmware/media' && !mediaFace.includes(target))
    problems.push(`${file} must not look inside the media plane: ${target}`);
}

function place(file) {
  for (const [floor, names] of floors.entries()) {
    const name = names.find((candidate) => file === candidate || file.startsWith(`${candidate}/`));
    if (name) return { floor, name: floor === 1 ? 'firmware' : name };
  }
  return undefined;
}
