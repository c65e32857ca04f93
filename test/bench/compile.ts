/** The C programs of the bench, compiled where they are needed. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { isInstalled } from '../support/program.js';

/** Path of the program made of `test/bench/NAME.c`; null, said loudly, where there is no compiler. Throws if it fails. */
export function compile(name: string): string | null {
  if (!isInstalled('cc')) return null;
  const source = fileURLToPath(new URL(`../../../test/bench/${name}.c`, import.meta.url));
  const program = fileURLToPath(new URL(name, import.meta.url));
  const { status, stderr } = spawnSync('cc', ['-O2', '-o', program, source, '-lm'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`cc ${source}: ${stderr}`);
  return program;
}
