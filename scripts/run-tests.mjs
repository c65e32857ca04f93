// Runs every test file in a process of its own: scenarios, and those that say `In real time:` and why, as many at once as there
// are cores. They wait more than they work: all others run one by one beside them, whenever nobody else wants a core. Those that say
// `Runs alone:` and why come last. Those of test/hardware want the guest of `make hardware-test`, and are run where they are asked for; those
// of test/image are what `make image-test` runs. uvu exits 0 on an empty run, so this insists on tests, on `.run()`, on no
// `.only`, and on a time limit a file. Ends with the line `N passed, N failed`.
import { execFile, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';

const FILE_LIMIT_MS = 180_000;
const hygieneOnly = process.argv[2] === '--hygiene';
const filter = hygieneOnly ? '' : (process.argv[2] ?? '');
const find = (dir) => readdirRecursive(dir).filter((file) => file.endsWith('.test.ts'));
const sources = [...find('test'), ...find('firmware/sip-parser/test')]
  .filter((file) => file.includes(filter))
  .filter(
    (file) => hygieneOnly || !/^test\/(hardware|image)\//.test(file) || filter.startsWith('test/hardware/'),
  )
  .sort();

let passed = 0;
let failed = 0;
const inRealTime = [];
const whenever = [];
const alone = [];
for (const source of sources) {
  const text = readFileSync(source, 'utf8');
  if (/\.(only|skip)\(/.test(text) || !/\.run\(\);/.test(text))
    fail(source, 'must call .run() and must not contain .only( or .skip(');
  else laneOf(source, text).push(source);
}
if (hygieneOnly) process.exit(failed > 0 ? 1 : 0);
await Promise.all([
  ...Array.from({ length: availableParallelism() }, () => runAll(inRealTime)),
  runAll(whenever, leftovers()),
]);
await runAll(alone);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);

function laneOf(source, text) {
  const says = (what) => new RegExp(`^(//| \\*) ${what}: `, 'm').test(text);
  if (says('Runs alone')) return alone;
  return source.startsWith('test/scenarios/') || says('In real time') ? inRealTime : whenever;
}

/** What a program is run through to have only what nobody else wants of the cores; nearly so where that may not be asked for. */
function leftovers() {
  const idle = ['chrt', '--idle', '0'];
  return spawnSync(idle[0], [...idle.slice(1), 'true']).status === 0 ? idle : ['nice', '-n', '19'];
}

async function runAll(queue, through) {
  while (queue.length > 0) await run(queue.shift(), through);
}

async function run(source, through = []) {
  const start = performance.now();
  const { output, error } = await outcome(source, through);
  const total = Number(/Total:\s+(\d+)/.exec(output)?.[1] ?? 0);
  const good = Number(/Passed:\s+(\d+)/.exec(output)?.[1] ?? 0);
  const ok = !error && total > 0 && total === good;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  passed += good;
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${source} (${good}/${total}) ${seconds} s`);
  for (const line of output.split('\n')) if (line.includes('SKIPPED')) console.log(`     ${line}`);
  if (ok) return;
  failed += Math.max(1, total - good);
  console.log(output);
  if (error?.killed) console.log(`not over after ${FILE_LIMIT_MS / 1000} s`);
}

function outcome(source, through) {
  const options = {
    timeout: FILE_LIMIT_MS,
    killSignal: 'SIGKILL',
    maxBuffer: 64 << 20,
    env: { PARLEY_LOG: 'silent', ...process.env },
  };
  return new Promise((resolve) => {
    const [command, ...args] = [...through, process.execPath, '--enable-source-maps', compiled(source)];
    execFile(command, args, options, (error, stdout, stderr) => resolve({ output: stdout + stderr, error }));
  });
}

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
