/** The sound of many calls by the program `rtp-load.c`: what it is told, and what it reports. */
import type { Endpoint } from '../../firmware/sip/transport.js';
import type { MediaEnd } from '../support/ear.js';
import { ChildLines } from './child-lines.js';
import type { Voices } from './voices.js';

/** What came since the last report. */
export type LoadReport = {
  sent: number;
  /** What the kernel did not take. */
  unsent: number;
  received: number;
  /** Missing sequence numbers. */
  lost: number;
  /** CPU time that it has taken, setting up included. */
  cpuMs: number;
  /** Pulses heard by somebody, and the time from packet in to packet out of the box; -1 if there was none. */
  pulses: number;
  delayP50Ms: number;
  delayP95Ms: number;
  /** How late it was itself. */
  latenessP99Ms: number;
  latenessMaxMs: number;
  /** When each call heard its first sound, as Date.now(); 0 if it did not yet. */
  firstSoundMs: number[];
};

export class RtpLoad {
  private constructor(
    readonly ports: number[],
    private readonly child: ChildLines,
    private readonly payloadType: number,
  ) {}

  /** Opens its sockets. */
  static async open(program: string, calls: number, { file, payloadType }: Voices): Promise<RtpLoad> {
    const child = new ChildLines(program, [calls, file, payloadType]);
    const ports = (await child.next()).trim().split(' ').map(Number);
    return new RtpLoad(ports, child, payloadType);
  }

  /** From now on a call sends to this port of the loopback. `room` tells whose pulses it hears. */
  start(call: number, port: number, room: number, talks: boolean): void {
    this.child.say(`start ${call} ${port} ${room} ${talks ? 1 : 0}`);
  }

  /** A call's end for a test phone. */
  end(call: number, room: number, talks: boolean): MediaEnd {
    return {
      payloadType: this.payloadType,
      localPort: this.ports[call],
      start: ({ port }: Endpoint) => this.start(call, port, room, talks),
      close: () => Promise.resolve(),
    };
  }

  /** What came since the last report, and begins a new one. */
  async report(): Promise<LoadReport> {
    const line = this.child.next();
    this.child.say('report');
    return JSON.parse(await line) as LoadReport;
  }

  close(): Promise<void> {
    return this.child.close();
  }
}
