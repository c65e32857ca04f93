import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { flashSafeWrite, removeLeftovers, type SaveCalls } from '../../firmware/config/flash-safe-write.js';

const test = suite('flash-safe write');

const OLDER = 'older '.repeat(100);
const OLD = 'old '.repeat(100);
const NEW = 'new '.repeat(200);
/** The most bytes one write takes: short writes are the rule here. */
const PIECE = 100;

let directory = '';
const file = () => path.join(directory, 'document');
const previous = () => path.join(directory, 'document.previous');
const read = (name: string) => fs.readFileSync(name, 'utf8');
const save = (text: string, calls?: SaveCalls) => flashSafeWrite(file(), Buffer.from(text), calls);

function begin(): void {
  directory = fs.mkdtempSync(path.join(tmpdir(), 'parley-flash-'));
  save(OLDER);
  save(OLD);
}
test.before.each(begin);
test.after.each(() => fs.rmSync(directory, { recursive: true }));

class PowerCut extends Error {}

/** System calls, of which `before` may throw at the `n`th and `after` when it is done. */
function watched(
  before: (n: number) => void,
  after: (n: number) => void = () => {},
  links = true,
): SaveCalls {
  let n = 0;
  const watch =
    <A extends unknown[], R>(call: (...args: A) => R) =>
    (...args: A): R => {
      n += 1;
      before(n);
      const result = call(...args);
      after(n);
      return result;
    };
  return {
    openSync: watch(fs.openSync),
    writeSync: watch((fd: number, content: Buffer, offset: number, length: number) =>
      fs.writeSync(fd, content, offset, Math.min(PIECE, length)),
    ),
    fsyncSync: watch(fs.fsyncSync),
    closeSync: watch(fs.closeSync),
    readFileSync: watch(fs.readFileSync),
    linkSync: links ? watch(fs.linkSync) : () => fail('EPERM'),
    renameSync: watch(fs.renameSync),
    unlinkSync: watch(fs.unlinkSync),
    existsSync: watch(fs.existsSync),
  } as unknown as SaveCalls;
}

for (const links of [true, false])
  test(`power cut after any system call: the old or the new stands, whole${links ? '' : ' (no links)'}`, () => {
    let cuts = 0;
    for (let at = 1; ; at += 1) {
      let cut = false;
      const dead = () => {
        if (cut) throw new PowerCut();
      };
      const cutAt = (n: number) => {
        if (n === at) cut = true;
        dead();
      };
      try {
        save(NEW, watched(dead, cutAt, links));
        break;
      } catch (error) {
        assert.instance(error, PowerCut);
      }
      cuts += 1;
      assert.ok([OLD, NEW].includes(read(file())), `cut after call ${at}`);
      assert.ok([OLDER, OLD].includes(read(previous())), `cut after call ${at}`);
      // The next boot and save find their way from there, and leave nothing behind.
      removeLeftovers(file());
      const current = read(file());
      save('next');
      assert.is(read(previous()), current);
      assert.equal(fs.readdirSync(directory).sort(), ['document', 'document.previous']);
      fs.rmSync(directory, { recursive: true });
      begin();
    }
    assert.ok(cuts > 20, `${cuts} cuts`);
    assert.is(read(file()), NEW);
    assert.is(read(previous()), OLD);
  });

for (const code of ['ENOSPC', 'EIO', 'EROFS'])
  test(`${code} at any system call is thrown; the old or the new stands and no half file fills the flash`, () => {
    let failures = 0;
    for (let at = 1; ; at += 1) {
      try {
        save(
          NEW,
          watched((n) => n === at && fail(code)),
        );
        break;
      } catch (error) {
        assert.is((error as NodeJS.ErrnoException).code, code);
      }
      failures += 1;
      assert.ok([OLD, NEW].includes(read(file())), `failure at call ${at}`);
      assert.ok([OLDER, OLD].includes(read(previous())), `failure at call ${at}`);
      assert.equal(
        fs.readdirSync(directory).sort(),
        ['document', 'document.previous'],
        `failure at call ${at}`,
      );
      fs.rmSync(directory, { recursive: true });
      begin();
    }
    assert.ok(failures > 20, `${failures} failures`);
  });

test('a write that reads back differently is an error, and the old stands', () => {
  const worn = { ...fs, readFileSync: () => Buffer.from('flash worn out') } as unknown as SaveCalls;
  assert.throws(() => save(NEW, worn), /does not read back/);
  assert.is(read(file()), OLD);
});

test('a write that takes nothing is an error, not a loop', () => {
  assert.throws(() => save(NEW, { ...fs, writeSync: () => 0 }), /takes no more/);
  assert.is(read(file()), OLD);
});

test('only the owner may read what is saved', () => {
  assert.is(fs.statSync(file()).mode & 0o777, 0o600);
  assert.is(fs.statSync(previous()).mode & 0o777, 0o600);
});

function fail(code: string): never {
  throw Object.assign(new Error(code), { code });
}

test.run();
