/**
 * What a disk holds after a power cut. A program writes to an ext4 of a real kernel (Debian's user-mode-linux), whose
 * dm-log-writes keeps every write and every flush in the order in which the disk took them. Of these, images are made as a
 * cut at any moment could have left the disk, also one that had not yet written what nobody had it flush. Each is mounted
 * here as at a box's next start. Needs root.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { isInstalled } from './program.js';

const KERNEL = 'linux.uml';
const DEVICE = 'cut';
const LOG_MEGABYTES = 1024;
const GUEST_LIMIT_MS = process.env.PARLEY_SOAK ? 900_000 : 150_000;
const MARK_LENGTH = 4096;

/** Whether disks can be cut here; says loudly that tests are left out if not. */
export function canCutDisks(): boolean {
  if (process.getuid?.() === 0) return [KERNEL, 'dmsetup', 'mkfs.ext4'].every(isInstalled);
  console.log('SKIPPED: only root can mount the disks of power cuts, their tests are left out');
  return false;
}

/** For the program that writes: notes in the log of the disk what it has got to. Whatever it says later comes later there. */
export function mark(text: string): void {
  execFileSync('dmsetup', ['message', DEVICE, '0', 'mark', Buffer.from(text).toString('base64')]);
}

/** `marks`: what was noted until then; `next`: what was noted next, unless nothing was. */
export type Cut = { marks: string[]; next: string | undefined; what: string };

type Entry = {
  sector: number;
  at: number;
  bytes: number;
  isFlush: boolean;
  isDurable: boolean;
  mark?: string;
};

/** Linux, drivers/md/dm-log-writes.c: `struct log_write_super`, `struct log_write_entry` and its flags. */
const MAGIC = 0x6a736677736872n;
const FLAGS = { flush: 1, fua: 2, discard: 4, mark: 8 };
const ENTRY_BYTES = 32;

export class CutDisk {
  #folder = fs.mkdtempSync(path.join(tmpdir(), 'parley-disk-'));
  #entries: Entry[] = [];

  /** Runs a program of ours, given the folder of the disk and `args`, to its end; once more if the guest dies meanwhile. */
  static async written(program: string, args: string[], megabytes: number): Promise<CutDisk> {
    try {
      return await CutDisk.#written(program, args, megabytes);
    } catch (error) {
      if (!(error instanceof GuestDied)) throw error;
      console.log(`AGAIN: ${error.message}`);
      return CutDisk.#written(program, args, megabytes);
    }
  }

  static async #written(program: string, args: string[], megabytes: number): Promise<CutDisk> {
    const disk = new CutDisk();
    try {
      await disk.#write([program, disk.#file('disk'), ...args], megabytes);
      disk.#entries = readLog(disk.#file('log.img'));
    } catch (error) {
      disk.discard();
      throw error;
    }
    return disk;
  }

  /** Cuts the power at `count` random moments and has a look at what each leaves, with the disk mounted at `folder`. */
  cut(count: number, look: (folder: string, cut: Cut) => void): void {
    const moments = Array.from({ length: count }, () =>
      Math.floor(Math.random() * (this.#entries.length + 1)),
    );
    const [log, whole] = [
      fs.openSync(this.#file('log.img'), 'r'),
      fs.openSync(this.#file('replayed.img'), 'r+'),
    ];
    try {
      let written = 0;
      for (const moment of moments.sort((a, b) => a - b)) {
        const flushed = this.#entries.findLastIndex(({ isFlush }, at) => at < moment && isFlush) + 1;
        for (; written < flushed; written++) copy(this.#entries[written], log, whole);
        execFileSync('cp', ['--sparse=always', this.#file('replayed.img'), this.#file('cut.img')]);
        const cut = fs.openSync(this.#file('cut.img'), 'r+');
        const loss = Math.random() < 0.5 ? 0 : Math.random();
        for (const entry of this.#entries.slice(flushed, moment))
          if (entry.isDurable || Math.random() >= loss) copy(entry, log, cut);
        fs.closeSync(cut);
        const marks = this.#entries.slice(0, moment).flatMap(({ mark }) => mark ?? []);
        const next = this.#entries.slice(moment).find(({ mark }) => mark !== undefined)?.mark;
        this.#look({ marks, next, what: whatIs(moment, this.#entries.length, loss) }, look);
      }
    } finally {
      fs.closeSync(log);
      fs.closeSync(whole);
    }
  }

  discard(): void {
    fs.rmSync(this.#folder, { recursive: true, force: true });
  }

  #file(name: string): string {
    return path.join(this.#folder, name);
  }

  async #write(program: string[], megabytes: number): Promise<void> {
    const [disk, log, init] = ['disk.img', 'log.img', 'init'].map((name) => this.#file(name));
    fs.mkdirSync(this.#file('disk'));
    fs.writeFileSync(disk, '');
    fs.truncateSync(disk, megabytes << 20);
    fs.writeFileSync(log, '');
    fs.truncateSync(log, LOG_MEGABYTES * 2 ** 20);
    execFileSync('mkfs.ext4', ['-q', disk]);
    execFileSync('cp', ['--sparse=always', disk, this.#file('replayed.img')]);
    fs.writeFileSync(init, guest([process.execPath, ...program], this.#file('disk')), { mode: 0o755 });
    const stdout = await printedBy([
      ...['mem=512M', 'root=/dev/root', 'rootfstype=hostfs', 'rootflags=/', 'ro', `init=${init}`],
      ...['con=null', 'con0=null,fd:1', 'quiet', `ubda=${disk}`, `ubdb=${log}`],
    ]);
    if (!stdout.includes(DONE)) throw new Error(`the program that writes failed:\n${stdout}`);
  }

  #look(cut: Cut, look: (folder: string, cut: Cut) => void): void {
    const folder = this.#file('disk');
    execFileSync('mount', ['-o', 'loop', '-t', 'ext4', this.#file('cut.img'), folder]);
    try {
      look(folder, cut);
    } finally {
      execFileSync('umount', [folder]);
    }
  }
}

/** The kernel of the guest is not what is tested: on a machine with much else to do it has died before our program's end. */
class GuestDied extends Error {}

/** What a guest prints until it halts. */
async function printedBy(options: string[]): Promise<string> {
  const guest = spawn(KERNEL, options, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  // Its processes are more than one, and those that are left would hold what it prints to.
  const end = () => {
    try {
      process.kill(-guest.pid!, 'SIGKILL');
    } catch {
      // None is left.
    }
  };
  guest.once('exit', end);
  const limit = setTimeout(end, GUEST_LIMIT_MS);
  const printed = Promise.all([text(guest.stdout), text(guest.stderr)]);
  const [code, signal] = (await once(guest, 'exit')) as [number | null, string | null];
  clearTimeout(limit);
  const [stdout, stderr] = await printed;
  if (code !== 0) throw new GuestDied(`the guest ended with ${signal ?? code}:\n${stdout}${stderr}`);
  return stdout;
}

const DONE = 'the program that writes is done';

/** What the guest does first and last. The whole file system of this machine is its own, read-only. */
function guest(program: string[], folder: string): string {
  return `#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin DM_DISABLE_UDEV=1
mount -t proc proc /proc
mount -t devtmpfs devtmpfs /dev
for module in dm-mod dm-log-writes; do insmod /usr/lib/uml/modules/$(uname -r)/kernel/drivers/md/$module.ko; done
dmsetup create ${DEVICE} --table "0 $(blockdev --getsz /dev/ubda) log-writes /dev/ubda /dev/ubdb" &&
mount -t ext4 /dev/dm-0 '${folder}' &&
${program.map((word) => `'${word}'`).join(' ')} &&
echo ${DONE}
halt -f
`;
}

function readLog(file: string): Entry[] {
  const fd = fs.openSync(file, 'r');
  try {
    const head = Buffer.alloc(MARK_LENGTH);
    fs.readSync(fd, head, 0, ENTRY_BYTES, 0);
    if (head.readBigUInt64LE(0) !== MAGIC) throw new Error('nothing was logged');
    const sectorBytes = head.readUInt32LE(24);
    let at = sectorBytes;
    return Array.from({ length: Number(head.readBigUInt64LE(16)) }, () => {
      fs.readSync(fd, head, 0, MARK_LENGTH, at);
      const [sector, sectors, flags, length] = [0, 8, 16, 24].map((field) =>
        Number(head.readBigUInt64LE(field)),
      );
      const has = (flag: keyof typeof FLAGS) => (flags & FLAGS[flag]) !== 0;
      const bytes = has('discard') ? 0 : sectors * sectorBytes;
      const entry: Entry = {
        sector: sector * sectorBytes,
        at: at + sectorBytes,
        bytes,
        isFlush: has('flush'),
        isDurable: has('fua'),
        mark: has('mark')
          ? Buffer.from(head.toString('latin1', ENTRY_BYTES, ENTRY_BYTES + length), 'base64').toString()
          : undefined,
      };
      at += sectorBytes + bytes;
      return entry;
    });
  } finally {
    fs.closeSync(fd);
  }
}

function copy({ sector, at, bytes }: Entry, log: number, image: number): void {
  if (bytes === 0) return;
  const data = Buffer.allocUnsafe(bytes);
  fs.readSync(log, data, 0, bytes, at);
  fs.writeSync(image, data, 0, bytes, sector);
}

function whatIs(moment: number, of: number, loss: number): string {
  return `cut after ${moment} of ${of} writes${loss > 0 ? `, ${Math.round(100 * loss)} % of what was not flushed lost` : ''}`;
}
