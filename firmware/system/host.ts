/** What the machine says of itself: memory, disk, temperature, clock. */
import * as fs from 'node:fs';
import { freemem, totalmem } from 'node:os';
import path from 'node:path';
import { FIRMWARE_MS } from '../time-of-day.js';
import type { Condition } from './alarms.js';

export type Host = {
  /** Bytes: of this program; free and in all of the machine. */
  memory: { program: number; free: number; total: number };
  /** Bytes of the file system of the data; absent where it does not say. */
  disk?: { free: number; total: number };
  /** Of the hottest part, °C; absent where there is no sensor. */
  temperatureC?: number;
};

const THERMAL = '/sys/class/thermal';
/** Less is nearly full: the configuration and the history still fit, but not for long. */
const DISK_FREE = 0.05;

export function readHost(directory: string): Host {
  const memory = { program: process.memoryUsage.rss(), free: freemem(), total: totalmem() };
  return { memory, disk: readDisk(directory), temperatureC: readTemperature() };
}

/** The hottest of the sensors below a folder (millidegrees, as Linux tells them); undefined without any. */
export function readTemperature(folder = THERMAL): number | undefined {
  try {
    const zones = fs.readdirSync(folder).filter((name) => name.startsWith('thermal_zone'));
    const degrees = zones.flatMap((name) => {
      const millidegrees = readNumber(path.join(folder, name, 'temp'));
      // What is no temperature of a machine that runs is a sensor that is not there.
      return millidegrees > 0 && millidegrees < 150_000 ? [millidegrees / 1000] : [];
    });
    return degrees.length > 0 ? Math.max(...degrees) : undefined;
  } catch {
    return undefined;
  }
}

/** What is wrong with the machine. */
export function hostConditions({ disk }: Host, nowMs: number): Condition[] {
  const conditions: Condition[] = [];
  if (disk && disk.free < DISK_FREE * disk.total)
    conditions.push({
      code: 'disk-full',
      text: `less than ${100 * DISK_FREE} % of the disk is free: soon nothing can be saved`,
    });
  if (nowMs < FIRMWARE_MS)
    conditions.push({
      code: 'clock-unset',
      text: 'the clock is not set: times in the history are wrong, and certificates may be refused',
    });
  return conditions;
}

function readDisk(directory: string): Host['disk'] {
  try {
    const { bavail, blocks, bsize } = fs.statfsSync(directory);
    return blocks > 0 ? { free: bavail * bsize, total: blocks * bsize } : undefined;
  } catch {
    return undefined;
  }
}

function readNumber(file: string): number {
  try {
    return Number(fs.readFileSync(file, 'utf8'));
  } catch {
    return NaN; // some sensors are listed but cannot be asked
  }
}
