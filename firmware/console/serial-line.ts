/** The technician's serial port: opened, and opened again whenever it was gone. */
import type { Clock, Timer } from '../clock.js';
import type { Consoles } from './consoles.js';
import { serialPort, type SerialPort } from './serial-port.js';

/** Between two attempts to open a port that is not there. */
const RETRY_MS = 3000;

export class SerialLine {
  /** Resolves after the first attempt to open it. */
  readonly tried: Promise<void>;
  #failure?: string;
  #port?: SerialPort;
  #retry?: Timer;
  #closed = false;

  constructor(
    private readonly device: string,
    private readonly baudRate: number,
    private readonly consoles: Consoles,
    private readonly clock: Clock,
  ) {
    this.tried = new Promise((tried) => this.#open(tried));
  }

  /** That it cannot be used, if so. */
  get alarms(): { code: string; text: string }[] {
    if (this.#failure === undefined) return [];
    return [{ code: 'console', text: `the console at ${this.device} cannot be used: ${this.#failure}` }];
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#retry?.cancel();
    const port = this.#port;
    if (port?.isOpen) await new Promise<void>((closed) => port.close(() => closed()));
  }

  #open(tried = () => {}): void {
    const port = serialPort(this.device, this.baudRate);
    this.#port = port;
    port.on('error', (error) => (this.#failure = error.message));
    port.on('close', () => this.#again());
    port.open((error) => {
      if (!error) {
        this.#failure = undefined;
        void this.#serve(port);
      } else {
        this.#failure = error.message;
        this.#again();
      }
      tried();
    });
  }

  /** One session after the other, as long as the port is open. */
  async #serve(port: SerialPort): Promise<void> {
    while (port.isOpen && !this.#closed) await this.consoles.serve(port, 'the serial port');
  }

  #again(): void {
    if (this.#closed) return;
    this.#retry?.cancel();
    this.#retry = this.clock.after(RETRY_MS, () => this.#open());
  }
}
