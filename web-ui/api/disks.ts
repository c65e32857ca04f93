/** Disks that somebody has plugged in: what lies on them, and files that are left there. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { writeDiskFile } from '../../firmware/system/disk-file.js';
import { disksResult } from './results.js';
import { ApiError, Reply, type Route } from './route.js';
import type { ApiSources } from './sources.js';

/** A field of what is sent: which disk. */
export const diskField = {
  type: 'string',
  maxLength: 256,
  description: 'where a disk is mounted; not needed where there is only one',
} as const;

export function disksRoute(sources: ApiSources): Route {
  return {
    method: 'GET',
    path: 'disks',
    role: 'administrator',
    summary: 'The disks that are plugged in, and the bundles of firmware on them.',
    result: disksResult,
    answer: async () =>
      (await sources.recordingDisks()).disks.map((disk) => ({ ...disk, bundles: bundlesOn(disk.mountedAt) })),
  };
}

/** Leaves what a route answers as a file on a disk; where it is then. Throws ApiError. */
export async function leaveOnDisk(sources: ApiSources, wanted: string | undefined, reply: Reply) {
  const folder = await diskOf(sources, wanted);
  try {
    return { file: await writeDiskFile(folder, reply.fileName!, reply.body) };
  } catch (error) {
    throw new ApiError(409, `the disk at ${folder} could not be written: ${(error as Error).message}`);
  }
}

async function diskOf(sources: ApiSources, wanted: string | undefined): Promise<string> {
  const { disks } = await sources.recordingDisks();
  const folders = disks.map(({ mountedAt }) => mountedAt);
  const [only] = wanted === undefined ? folders : folders.filter((one) => one === wanted);
  if (only === undefined)
    throw new ApiError(
      409,
      `no disk that can be written is plugged in${wanted === undefined ? '' : ` at ${wanted}`}`,
    );
  if (wanted === undefined && folders.length > 1)
    throw new ApiError(409, `there are several disks, say which: ${folders.join(', ')}`);
  return only;
}

/** In its uppermost folder. */
function bundlesOn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((one) => one.isFile() && one.name.endsWith('.raucb'))
      .map(({ name }) => path.join(folder, name))
      .sort();
  } catch {
    return []; // unplugged a moment ago
  }
}
