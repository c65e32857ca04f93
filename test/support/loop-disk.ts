/** A disk that can be filled, slowed down, pulled out and plugged in again: a real ext4 on a loop device. Needs root. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isInstalled } from './program.js';

const BLKIO = '/sys/fs/cgroup/blkio';
/** Linux, fs/ext4/ext4.h: EXT4_IOC_SHUTDOWN, without writing anything any more. */
const SHUTDOWN = `import fcntl, os, struct, sys
fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587D, struct.pack("I", 2))`;

/** Whether there can be one here; says loudly that tests are left out if not. */
export function canHaveDisks(): boolean {
  if (process.getuid?.() === 0) return ['losetup', 'mkfs.ext4', 'python3'].every(isInstalled);
  console.log('SKIPPED: only root can mount a disk, its tests are left out');
  return false;
}

export class LoopDisk {
  readonly #work = fs.mkdtempSync(path.join(tmpdir(), 'parley-disk-'));
  /** Where it is mounted. */
  readonly folder = path.join(this.#work, 'usb');
  #device: string;
  #cgroup: string | undefined;

  constructor(megabytes: number) {
    const image = path.join(this.#work, 'image');
    fs.writeFileSync(image, '');
    fs.truncateSync(image, megabytes << 20);
    // Nothing is kept for root, as whom tests run.
    execFileSync('mkfs.ext4', ['-q', '-m', '0', image]);
    this.#device = execFileSync('losetup', ['--find', '--show', image]).toString().trim();
    fs.mkdirSync(this.folder);
    this.plugIn();
  }

  plugIn(): void {
    execFileSync('mount', [this.#device, this.folder]);
  }

  /** Whatever is still written to it fails with EIO, as from a disk that is gone; its folder is an empty one of flash. */
  pullOut(): void {
    execFileSync('python3', ['-c', SHUTDOWN, this.folder]);
    execFileSync('umount', ['--lazy', this.folder]);
  }

  /** What the disk was given to write so far, also by the file system for itself, once all of it is there. */
  get bytesWritten(): number {
    execFileSync('sync', ['--file-system', this.folder]);
    const stat = fs.readFileSync(`/sys/block/${path.basename(this.#device)}/stat`, 'utf8');
    return 512 * Number(stat.trim().split(/ +/)[6]);
  }

  /** Leaves so many bytes free. */
  fill(left: number): void {
    const { bavail, bsize } = fs.statfsSync(this.folder);
    execFileSync('fallocate', ['--length', String(bavail * bsize - left), path.join(this.folder, 'filler')]);
  }

  empty(): void {
    fs.rmSync(path.join(this.folder, 'filler'));
  }

  /** It takes so many writes a second of a process; false if this kernel cannot (cgroup v1, blkio). */
  slowDown(pid: number, writesPerSecond: number): boolean {
    if (!fs.existsSync(path.join(BLKIO, 'blkio.throttle.write_iops_device'))) {
      console.log('SKIPPED: no cgroup slows a disk down here, its tests are left out');
      return false;
    }
    this.#cgroup = path.join(BLKIO, `parley-${pid}`);
    fs.mkdirSync(this.#cgroup);
    const numbers = fs.readFileSync(`/sys/block/${path.basename(this.#device)}/dev`, 'utf8').trim();
    const throttle = path.join(this.#cgroup, 'blkio.throttle.write_iops_device');
    fs.writeFileSync(throttle, `${numbers} ${writesPerSecond}`);
    fs.writeFileSync(path.join(this.#cgroup, 'cgroup.procs'), String(pid));
    return true;
  }

  speedUp(pid: number): void {
    if (this.#cgroup === undefined) return;
    fs.writeFileSync(path.join(BLKIO, 'cgroup.procs'), String(pid));
    fs.rmdirSync(this.#cgroup);
    this.#cgroup = undefined;
  }

  discard(): void {
    execFileSync('umount', ['--lazy', this.folder]);
    execFileSync('losetup', ['--detach', this.#device]);
    fs.rmSync(this.#work, { recursive: true, force: true });
  }
}
