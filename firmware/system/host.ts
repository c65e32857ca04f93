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
  /** Of the life of the flash as much is used up, 0 to 1, as it says itself in tenths (eMMC); absent if it does not. */
  flashUsed?: number;
};

const THERMAL = '/sys/class/thermal';
const BLOCK = '/sys/block';
/** Hotter than this no board is made to be; it is hot until it is a little cooler. */
const [HOT_C, COOL_C] = [85, 80];
const WORN = 0.9;
/** Less is nearly full: the configuration and the history still fit, but not for long. */
const DISK_FREE = 0.05;

export function readHost(directory: string): Host {
  const memory = { program: process.memoryUsage.rss(), free: freemem(), total: totalmem() };
  const flashUsed = readFlashUsed();
  return { memory, disk: readDisk(directory), temperatureC: readTemperature(), flashUsed };
}

/** Of the flash that is worn most (JESD84-B51, DEVICE_LIFE_TIME_EST: 1 is up to a tenth, 11 is beyond its life). */
export function readFlashUsed(folder = BLOCK): number | undefined {
  try {
    const tenths = fs.readdirSync(folder).flatMap((name) => {
      try {
        const told = fs.readFileSync(path.join(folder, name, 'device/life_time'), 'utf8');
        return told.trim().split(/\s+/).map(Number);
      } catch {
        return []; // no eMMC
      }
    });
    const known = tenths.filter((one) => one >= 1 && one <= 11);
    return known.length > 0 ? Math.min(1, Math.max(...known) / 10) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether it is too hot, after it was before or not. */
export function isHot({ temperatureC = 0 }: Pick<Host, 'temperatureC'>, wasHot: boolean): boolean {
  return temperatureC > (wasHot ? COOL_C : HOT_C);
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
export function hostConditions({ disk, flashUsed = 0 }: Host, nowMs: number, hot = false): Condition[] {
  const conditions: Condition[] = [];
  if (disk && disk.free < DISK_FREE * disk.total)
    conditions.push({
      code: 'disk-full',
      text: `less than ${100 * DISK_FREE} % of the disk is free: soon nothing can be saved`,
    });
  if (hot)
    conditions.push({
      code: 'hot',
      text: `the machine is hotter than ${HOT_C} °C: it may slow down or stop; see to its air`,
    });
  if (flashUsed >= WORN)
    conditions.push({
      code: 'flash-worn',
      text: `of the life of the flash ${100 * WORN} % is used up: replace it before it fails`,
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
