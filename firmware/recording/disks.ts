/** Where recordings are kept: on the flash of the box, or on a disk that is plugged in, and perhaps is not. */
import * as fs from 'node:fs';
import path from 'node:path';

export type Place = {
  /** The folder of the recordings. */
  path: string;
  /** Set if that has to be on a disk of its own: a folder on the flash of the box. */
  flash?: string;
};

export type Disk = { mountedAt: string; freeBytes: number };
/** What recordings can be kept on: the flash of the box, and the disks that are mounted. */
export type Disks = { flashFreeBytes: number; disks: Disk[] };

const MOUNTS = '/proc/self/mounts';

/** `folder`: what is configured; `data`: the data directory, on flash. */
export function placeOf(folder: string | undefined, data: string): Place {
  return folder === undefined ? { path: path.join(data, 'recordings') } : { path: folder, flash: data };
}

/** Throws if a disk is not plugged in: where it would be mounted, nothing may be written. */
export function requireDisk({ path: folder, flash }: Place): void {
  if (flash === undefined || !isOnFlash(nearest(folder), flash)) return;
  throw new Error(`no disk is mounted for ${folder}`);
}

/** `flash` as in `Place`. */
export async function disksNow(flash: string): Promise<Disks> {
  const lines = (await fs.promises.readFile(MOUNTS, 'utf8')).split('\n');
  const disks = await Promise.all(lines.map((line) => diskOf(line, flash)));
  return { flashFreeBytes: await freeBytesAt(flash), disks: disks.flatMap((disk) => disk ?? []) };
}

async function freeBytesAt(folder: string): Promise<number> {
  const { bavail, bsize } = await fs.promises.statfs(folder);
  return bavail * bsize;
}

/** Of a line of `/proc/self/mounts`, in which octal numbers stand for blanks (proc(5)). */
async function diskOf(line: string, flash: string): Promise<Disk | undefined> {
  const [device, place = '', , options = ''] = line.split(' ');
  const mountedAt = place.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(parseInt(octal, 8)),
  );
  if (!device.startsWith('/dev/') || !options.split(',').includes('rw')) return undefined;
  try {
    if (!fs.statSync(mountedAt).isDirectory() || isOnFlash(mountedAt, flash)) return undefined;
    return { mountedAt, freeBytes: await freeBytesAt(mountedAt) };
  } catch {
    return undefined; // unplugged a moment ago
  }
}

function isOnFlash(folder: string, flash: string): boolean {
  const { dev } = fs.statSync(folder);
  return [flash, '/'].some((own) => fs.statSync(own).dev === dev);
}

/** The folder itself, or the one above it that is there. */
function nearest(folder: string): string {
  return fs.existsSync(folder) || folder === '/' ? folder : nearest(path.dirname(folder));
}
