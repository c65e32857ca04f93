/** The box's image in a machine of QEMU; its serial port is a socket, its network the one that scripts/image/test.sh made. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:https';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Technician } from '../support/technician.js';

/** What the network gives the machine, see scripts/image/test.sh. */
export const ADDRESS = '192.168.77.50';
/** Whatever it does is over by then, also on a machine that has much else to do. */
const PATIENCE_MS = 600_000;

export class Machine {
  readonly startedMs = performance.now();

  private constructor(
    private readonly process: ChildProcess,
    readonly technician: Technician,
  ) {}

  /** Switches it on with this disk, and one on USB; `folder` is for its socket, and what it said. */
  static async start(folder: string, disk: string, usbDisk: string): Promise<Machine> {
    const serial = `${folder}/serial.sock`;
    const args = [
      ...['-accel', 'tcg,thread=multi,tb-size=512', '-cpu', 'max,-pku', '-smp', '2', '-m', '512'],
      ...['-display', 'none', '-monitor', 'none', '-device', 'virtio-rng-pci', '-device', 'i6300esb'],
      ...['-drive', `file=${disk},if=virtio,format=raw`, '-serial', 'chardev:serial'],
      ...['-chardev', `socket,id=serial,path=${serial},server=on,wait=off,logfile=${folder}/serial.log`],
      ...['-device', 'qemu-xhci', '-device', 'usb-storage,drive=usb'],
      ...['-drive', `file=${usbDisk},if=none,id=usb,format=raw`],
      ...['-nic', 'tap,ifname=tap0,script=no,downscript=no,model=virtio-net-pci,mac=52:54:00:70:61:72'],
    ];
    const process = spawn('qemu-system-x86_64', args, { stdio: ['ignore', 'ignore', 'inherit'] });
    for (;;) {
      const socket = connect(serial);
      try {
        await once(socket, 'connect');
        return new Machine(process, new Technician(socket, PATIENCE_MS));
      } catch {
        if (process.exitCode !== null) throw new Error('QEMU did not start');
        await pause(50);
      }
    }
  }

  /** Takes the power away: what the machine had not given to its disk is lost. */
  async cutPower(): Promise<void> {
    const gone = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await gone;
    await this.technician.leave();
  }

  /** Waits until the boot loader starts a slot, and says that it is its so-manieth try. */
  async starts(slot: 'A' | 'B', attempt: number): Promise<void> {
    await this.technician.reads(`Parley: slot ${slot}, try ${attempt}`);
  }

  /** Waits until the web server answers. */
  async answers(): Promise<void> {
    const endMs = performance.now() + PATIENCE_MS;
    while (!(await isThere())) {
      if (performance.now() > endMs)
        throw new Error(`the box does not answer; its serial port said ${this.technician.unread}`);
      await pause(200);
    }
  }
}

function isThere(): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request(
      { host: ADDRESS, path: '/', rejectUnauthorized: false, timeout: 3000 },
      (answer) => {
        answer.resume();
        resolve(true);
      },
    );
    asked.on('error', () => resolve(false));
    asked.on('timeout', () => asked.destroy());
    asked.end();
  });
}
