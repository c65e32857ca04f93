/** docs/security.md: each protection names tests that are there; so does each line of its ledger. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('docs/security.md');

const root = fileURLToPath(new URL('../../', import.meta.url));
const text = readFileSync(`${root}docs/security.md`, 'utf8');
const ledgerAt = text.indexOf('## Ledger');

/** The cells of a table's rows, without its head. */
function rows(part: string): string[][] {
  return part
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

/** Test files and folders of them that a cell names. */
function named(cell: string): string[] {
  return cell.match(/(?:firmware\/sip-parser\/)?\btest\/[\w./-]*\w|firmware\/sip-parser\/test/g) ?? [];
}

test('each protection is shown by tests that are there', () => {
  const table = rows(text.slice(0, ledgerAt));
  assert.ok(table.length >= 19, `${table.length} lines`);
  for (const [against, by, shown] of table) {
    assert.ok(by !== '' && named(shown).length > 0, against);
    for (const file of named(shown)) isTest(file);
  }
});

test('each line of the ledger is kept as a test that is there; a title in quotes is in it', () => {
  const table = rows(text.slice(ledgerAt));
  assert.ok(table.length >= 13, `${table.length} lines`);
  for (const [what, foundBy, kept] of table) {
    const files = named(`${kept} ${foundBy}`);
    assert.ok(files.length > 0, what);
    for (const file of files) isTest(file);
    const title = /"([^".]+)/.exec(kept)?.[1].trim();
    if (title)
      assert.ok(
        files.some((file) => sources(file).includes(title.split(': ').at(-1)!)),
        `${title} is in none of ${files.join()}`,
      );
  }
});

test('it says how to report, and what is not protected yet', () => {
  for (const heading of ['## Found a hole', '## Not yet']) assert.ok(text.includes(heading), heading);
});

function isTest(file: string): void {
  assert.ok(existsSync(`${root}${file}`), `${file} is not there`);
  if (statSync(`${root}${file}`).isFile()) assert.match(file, /\.test\.ts$/);
}

function sources(file: string): string {
  return statSync(`${root}${file}`).isFile() ? readFileSync(`${root}${file}`, 'utf8') : '';
}

test.run();
