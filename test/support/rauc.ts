/** A machine with two slots, which are files: the real rauc and its service, on a bus of their own. Needs root. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isInstalled } from './program.js';

/** Whether there can be one here; says loudly that tests are left out if not. */
export function canHaveSlots(): boolean {
  const needed = ['rauc', 'dbus-daemon', 'mksquashfs', 'openssl'];
  if (process.getuid?.() === 0 && needed.every(isInstalled)) return true;
  console.log(`SKIPPED: updates need root and ${needed.join(', ')}, their tests are left out`);
  return false;
}

export class SlotMachine {
  readonly folder = fs.mkdtempSync(path.join(tmpdir(), 'parley-slots-'));
  #processes: ChildProcess[] = [];

  /** For whoever is to find its rauc. */
  environment: { PATH: string; DBUS_SYSTEM_BUS_ADDRESS: string } = { PATH: '', DBUS_SYSTEM_BUS_ADDRESS: '' };

  static async start(): Promise<SlotMachine> {
    const machine = new SlotMachine();
    const { folder } = machine;
    for (const who of ['ours', 'other'])
      execFileSync(
        'openssl',
        [
          'req',
          '-x509',
          '-newkey',
          'rsa:2048',
          '-nodes',
          '-days',
          '3650',
          '-subj',
          `/O=${who}/CN=updates`,
        ].concat(['-keyout', machine.#in(`${who}.key`), '-out', machine.#in(`${who}.pem`)]),
        { stdio: 'ignore' },
      );
    for (const slot of ['a', 'b']) fs.writeFileSync(machine.#in(slot), Buffer.alloc(1 << 20));
    fs.writeFileSync(machine.#in('loader'), LOADER(folder), { mode: 0o755 });
    fs.writeFileSync(machine.#in('system.conf'), SYSTEM(folder));
    fs.mkdirSync(machine.#in('bin'));
    const real = execFileSync('sh', ['-c', 'command -v rauc']).toString().trim();
    const own = `#!/bin/sh\nexec ${real} -c ${folder}/system.conf "$@"\n`;
    fs.writeFileSync(machine.#in('bin/rauc'), own, { mode: 0o755 });
    const bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address=1'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const address = await said(bus, /unix:\S+/);
    machine.environment = { PATH: `${folder}/bin:${process.env.PATH}`, DBUS_SYSTEM_BUS_ADDRESS: address };
    const service = spawn('rauc', ['--override-boot-slot=A', 'service'], {
      env: { ...process.env, ...machine.environment },
      stdio: 'ignore',
    });
    machine.#processes = [service, bus];
    const endMs = performance.now() + 10_000;
    for (;;) {
      try {
        machine.rauc('status');
        return machine;
      } catch (error) {
        if (performance.now() > endMs) throw error;
        await new Promise((over) => setTimeout(over, 50));
      }
    }
  }

  /** A bundle, signed by who the machine trusts, or by somebody else. */
  bundle(version: string, signedBy: 'ours' | 'other' = 'ours'): string {
    const input = fs.mkdtempSync(this.#in('input-'));
    fs.writeFileSync(path.join(input, 'root.img'), randomBytes(200_000));
    fs.writeFileSync(path.join(input, 'manifest.raucm'), MANIFEST(version));
    const file = this.#in(`${version}-${signedBy}.raucb`);
    const [key, cert] = [this.#in(`${signedBy}.key`), this.#in(`${signedBy}.pem`)];
    this.rauc('bundle', '--key', key, '--cert', cert, '--keyring', cert, input, file);
    return file;
  }

  rauc(...args: string[]): string {
    const env = { ...process.env, ...this.environment };
    return execFileSync('rauc', args, { env, stdio: ['ignore', 'pipe', 'pipe'] }).toString();
  }

  /** What the boot loader has been told: `good`, `bad`, or the slot that starts next. */
  loader(what: 'A' | 'B' | 'primary'): string {
    const file = this.#in(`loader-${what}`);
    return fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trim() : '';
  }

  /** What is in the slot that does not run. */
  get otherSlot(): Buffer {
    return fs.readFileSync(this.#in('b'));
  }

  async discard(): Promise<void> {
    for (const one of this.#processes) {
      const gone = new Promise((over) => one.once('exit', over));
      one.kill();
      await gone;
    }
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  #in(name: string): string {
    return path.join(this.folder, name);
  }
}

function said(program: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((found, failed) => {
    let text = '';
    program.once('error', failed);
    program.stdout!.on('data', (octets: Buffer) => {
      const [match] = pattern.exec((text += octets.toString())) ?? [];
      if (match !== undefined) found(match);
    });
  });
}

const SYSTEM = (folder: string) => `[system]
compatible=parley-test
bootloader=custom
bundle-formats=plain
mountprefix=${folder}/mounts
statusfile=${folder}/status

[handlers]
bootloader-custom-backend=${folder}/loader

[keyring]
path=${folder}/ours.pem

[slot.rootfs.0]
device=${folder}/a
type=raw
bootname=A

[slot.rootfs.1]
device=${folder}/b
type=raw
bootname=B
`;

/** As a boot loader keeps it (rauc, "Custom Bootloader Backend"). */
const LOADER = (folder: string) => `#!/bin/sh
case $1 in
  get-primary) cat ${folder}/loader-primary 2>/dev/null || echo A ;;
  set-primary) echo "$2" > ${folder}/loader-primary ;;
  get-state) cat ${folder}/loader-"$2" 2>/dev/null || echo bad ;;
  set-state) echo "$3" > ${folder}/loader-"$2" ;;
esac
`;

const MANIFEST = (version: string) => `[update]
compatible=parley-test
version=${version}
description=A test

[bundle]
format=plain

[image.rootfs]
filename=root.img
`;
