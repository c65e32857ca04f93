/** rauc, which keeps two versions of the firmware in two slots (https://rauc.readthedocs.io): its program, as we use it. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** What a signed bundle says of itself. */
export type Bundle = { compatible: string; version: string; description: string };
/** The slots of this machine: each with its version, if rauc has put it there. */
export type Slots = {
  booted: string;
  slots: { name: string; isBooted: boolean; isGood: boolean; version?: string }[];
};

/** rauc refuses, in its words, or is not there. */
export class RaucError extends Error {
  override name = 'RaucError';
}

/** Of what it prints no more is kept. */
const MAX_PRINTED = 64 << 10;

/** What a bundle is; it is verified to be signed by a key that this machine trusts. Rejects with RaucError. */
export async function bundleIn(file: string): Promise<Bundle> {
  const { compatible, version, description } = parsed(await rauc(['info', '--output-format=json', file]));
  return { compatible: text(compatible), version: text(version), description: text(description) };
}

/** Writes a bundle to the slot that is not in use, which starts next. Rejects with RaucError. */
export async function install(file: string, onPercent: (percent: number) => void): Promise<void> {
  await rauc(['install', file], (line) => {
    const percent = /^\s*(\d{1,3})%/.exec(line)?.[1];
    if (percent !== undefined) onPercent(Number(percent));
  });
}

/** Rejects with RaucError, also where this machine has no slots. */
export async function slotsNow(): Promise<Slots> {
  const { booted, slots } = parsed(await rauc(['status', '--detailed', '--output-format=json']));
  type Told = {
    bootname?: string;
    state?: string;
    boot_status?: string;
    slot_status?: { bundle?: { version?: string } };
  };
  const all = ((slots ?? []) as Record<string, Told>[]).flatMap((one) => Object.values(one));
  return {
    booted: text(booted),
    // The others belong to one of these.
    slots: all
      .filter((one) => one.bootname)
      .map((one) => ({
        name: text(one.bootname),
        isBooted: one.state === 'booted',
        isGood: one.boot_status === 'good',
        version: one.slot_status?.bundle?.version,
      })),
  };
}

/** The version that runs is to start again, always: without this the boot loader goes back to the other one. */
export async function confirmBooted(): Promise<void> {
  await rauc(['status', 'mark-good']);
}

/** What the program prints, if it ends well. */
function rauc(args: string[], onLine: (line: string) => void = () => {}): Promise<string> {
  return new Promise((done, failed) => {
    const child = spawn('rauc', args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let [printed, trouble] = ['', ''];
    child.stdout.on(
      'data',
      (octets: Buffer) => (printed = (printed + octets.toString()).slice(-MAX_PRINTED)),
    );
    child.stderr.on(
      'data',
      (octets: Buffer) => (trouble = (trouble + octets.toString()).slice(-MAX_PRINTED)),
    );
    createInterface({ input: child.stdout }).on('line', onLine);
    child.once('error', (error: NodeJS.ErrnoException) =>
      failed(
        new RaucError(error.code === 'ENOENT' ? 'this machine has no rauc to be updated by' : error.message),
      ),
    );
    child.once('close', (code) =>
      code === 0 ? done(printed) : failed(new RaucError(reason(`${printed}\n${trouble}`))),
    );
  });
}

/** Why it refused: the last line that is no message about what it does, without who says it. */
function reason(printed: string): string {
  const lines = printed.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('rauc-Message'));
  const told = lines.find((line) => line.startsWith('LastError: ')) ?? lines.at(-1) ?? 'rauc refused';
  return told.replace(/^LastError: /, '').trim();
}

function parsed(printed: string): Record<string, unknown> {
  try {
    return JSON.parse(printed) as Record<string, unknown>;
  } catch {
    throw new RaucError('rauc said nothing that could be read');
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
