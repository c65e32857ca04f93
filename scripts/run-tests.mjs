// Runs every test file in a process of its own. uvu exits 0 on an empty run, so this insists on tests, on `.run()`,
// on no `.only`, and on a time limit a file. Ends with the line `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const FILE_LIMIT_MS = 180_000;
const hygieneOnly = process.argv[2] === '--hygiene';
const filter = hygieneOnly ? '' : (process.argv[2] ?? '');
const find = (dir) => readdirRecursive(dir).filter((file) => file.endsWith('.test.ts'));
const sources = [...find('test'), ...find('firmware/sip-parser/test')]
  .filter((file) => file.includes(filter))
  .sort();

let passed = 0;
let failed = 0;
for (const source of sources) {
  const text = readFileSync(source, 'utf8');
  if (/\.(only|skip)\(/.test(text) || !/\.run\(\);/.test(text)) {
    fail(source, 'must call .run() and must not contain .only( or .skip(');
    continue;
  }
  if (hygieneOnly) continue;
  const start = performance.now();
  const result = spawnSync(process.execPath, ['--enable-source-maps', compiled(source)], {
    encoding: 'utf8',
    timeout: FILE_LIMIT_MS,
    env: { PARLEY_LOG: 'silent', ...process.env },
  });
  const output = result.stdout + result.stderr;
  const total = Number(/Total:\s+(\d+)/.exec(output)?.[1] ?? 0);
  const good = Number(/Passed:\s+(\d+)/.exec(output)?.[1] ?? 0);
  passed += good;
  const ok = result.status === 0 && total > 0 && total === good;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${source} (${good}/${total}) ${seconds} s`);
  for (const line of output.split('\n')) if (line.includes('SKIPPED')) console.log(`     ${line}`);
  if (!ok) {
    console.log(output);
    failed += Math.max(1, total - good);
    if (result.error) console.log(String(result.error));
  }
}
if (hygieneOnly) process.exit(failed > 0 ? 1 : 0);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);

function fail(source, why) {
  failed += 1;
  console.log(`FAIL ${source}: ${why}`);
}

function compiled(source) {
  const own = 'firmware/sip-parser/';
  const file = source.startsWith(own) ? `${own}dist/${source.slice(own.length)}` : path.join('dist', source);
  return file.replace(/\.ts$/, '.js');
}

function readdirRecursive(dir) {
  return readdirSync(dir, { recursive: true }).map((name) => path.join(dir, name));
}
