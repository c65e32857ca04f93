/** A technician at a terminal of the console: types, and reads until something is there. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { SerialPort } from 'serialport';
import { serialPort } from '../../firmware/console/serial-port.js';
import { ADMIN_PASSWORD } from './box.js';

const ANSWER_MS = 30_000;

export class Technician {
  #seen = '';
  #look = () => {};

  /** `answerMs`: within how long whatever it reads has to come. */
  constructor(
    readonly terminal: Duplex,
    private readonly answerMs = ANSWER_MS,
  ) {
    terminal.on('data', (octets: Buffer) => {
      this.#seen += octets.toString();
      this.#look();
    });
    terminal.on('error', () => {});
  }

  /** At the serial port whose other end the box has. */
  static async atSerialPort(path: string): Promise<Technician> {
    const port = serialPort(path, 115200);
    await new Promise<void>((opened, failed) => port.open((error) => (error ? failed(error) : opened())));
    return new Technician(port);
  }

  /** On the machine itself: the socket in the data directory. */
  static async onTheMachine(data: string): Promise<Technician> {
    const socket = connect(path.join(data, 'console.sock'));
    await new Promise<void>((connected, failed) => socket.once('connect', connected).once('error', failed));
    return new Technician(socket);
  }

  /** What came and was not asked for yet. */
  get unread(): string {
    return readable(this.#seen);
  }

  type(text: string): void {
    this.terminal.write(text);
  }

  /** What came since the last call, up to where it has the text, or what fits, to its end. Rejects after a while. */
  async reads(wanted: RegExp | string): Promise<string> {
    const pattern =
      typeof wanted === 'string' ? new RegExp(wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')) : wanted;
    const found = () => {
      const shown = this.unread;
      const match = pattern.exec(shown);
      if (!match) return undefined;
      const end = match.index + match[0].length;
      this.#seen = shown.slice(end);
      return shown.slice(0, end);
    };
    return new Promise((resolve, reject) => {
      const late = setTimeout(
        () => reject(new Error(`no ${pattern} in ${JSON.stringify(this.unread)}`)),
        this.answerMs,
      );
      this.#look = () => {
        const text = found();
        if (text === undefined) return;
        clearTimeout(late);
        this.#look = () => {};
        resolve(text);
      };
      this.#look();
    });
  }

  async signIn(password = ADMIN_PASSWORD): Promise<void> {
    this.type('\r');
    await this.reads('login: ');
    this.type('admin\r');
    await this.reads('Password: ');
    this.type(`${password}\r`);
  }

  /** What a command prints. */
  async does(command: string): Promise<string> {
    this.type(`${command}\r`);
    await this.reads(`${command}\n`);
    const text = await this.reads(/(^|\n)parley> /);
    return text.replace(/\n?parley> $/, '');
  }

  async leave(): Promise<void> {
    const { terminal } = this;
    const isPort = terminal instanceof SerialPort;
    if (isPort ? !terminal.isOpen : terminal.closed) return;
    const closed = new Promise((over) => terminal.once('close', over));
    if (isPort) terminal.close();
    else terminal.destroy();
    await closed;
  }
}

/** Without the orders to the terminal. */
function readable(text: string): string {
  return text.replace(/\u001b\[[0-9;]*[A-Za-z]/g, '').replaceAll('\r', '');
}

/** A wire between two serial ports (socat), each of which is a device of this system. */
export class SerialCable {
  private constructor(
    readonly box: string,
    readonly technician: string,
    private readonly process: ChildProcess,
    private readonly folder: string,
  ) {}

  static async plug(folder = mkdtempSync('/dev/shm/parley-serial-')): Promise<SerialCable> {
    const [box, technician] = ['box', 'technician'].map((end) => path.join(folder, end));
    const ends = [box, technician].map((end) => `pty,raw,echo=0,link=${end}`);
    const process = spawn('socat', ['-d', '-d', ...ends], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    await new Promise<void>((ready, failed) => {
      process.once('error', failed);
      process.stderr.on('data', (text: Buffer) => {
        said += text.toString();
        if (said.includes('starting data transfer loop')) ready();
      });
    });
    return new SerialCable(box, technician, process, folder);
  }

  /** Plugs a pulled one in again. */
  again(): Promise<SerialCable> {
    return SerialCable.plug(this.folder);
  }

  async pull({ forGood = true } = {}): Promise<void> {
    const gone = new Promise((over) => this.process.once('exit', over));
    this.process.kill();
    await gone;
    if (forGood) rmSync(this.folder, { recursive: true, force: true });
  }
}
