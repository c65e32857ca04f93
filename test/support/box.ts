/** The whole box as a process of its own, as its user starts it. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import type { Endpoint } from '../../firmware/sip/transport.js';
import { TestPhone, type TestPhoneOptions } from './test-phone.js';

export const program = fileURLToPath(new URL('../../parley/main.js', import.meta.url));
/** Of every administrator of a test's configuration. */
export const ADMIN_PASSWORD = 'test-password';
const CERTIFICATE = 'tls.pem';
/** A box that does not answer at all for so long has failed. */
const ANSWER_MS = 20_000;

export type Participant = {
  id: number;
  number: string;
  place: string;
  held: boolean;
  muted: boolean;
  gainDb: number;
};
export type Room = {
  id: string;
  number: string;
  conference?: string;
  locked: boolean;
  participants: Participant[];
};
export type Status = {
  alarms: object[];
  calls: number;
  conferences: number;
  phones: { username: string; phones: number }[];
  sip: {
    dialogs: number;
    transactions: number;
    tlsPort: number;
    refusedSources: number;
    connections: { open: number; refused: number; slow: number; broken: number };
  };
  media: Record<string, number>;
  timers: number;
};

/** Beyond what nearly all tests want. */
export type HowToStart = {
  environment?: NodeJS.ProcessEnv;
  /** What is among its data already, by name. */
  files?: Record<string, string>;
  /** More options of the program. */
  options?: string[];
  /** The command that becomes Node, and the user whom the data then belong to. */
  through?: string[];
  user?: string;
};

export class Box {
  /** What the first one of a test file has made: for each anew it would be a fifth of a second. */
  static #certificate: Buffer | undefined;
  /** Everything the box printed, for tests of what it must not print. */
  log = '';
  stdout: string[] = [];
  sip!: Endpoint;
  http!: string;
  https!: string;
  /** Resolves with the exit code. */
  readonly exited: Promise<number>;
  #phones: TestPhone[] = [];
  #openAtStart: string[] = [];
  /** Lines have their ports all the time. */
  #lines = 0;

  private constructor(
    readonly directory: string,
    readonly bind: string,
    readonly process: ChildProcess,
  ) {
    this.exited = once(process, 'exit').then(([code]) => code as number);
  }

  /**
   * Starts a box on free ports, with this document or as at its first boot; `nodeOptions` are those of Node itself.
   * Without a password nobody is its administrator yet.
   */
  static start(
    config?: object,
    bind = '127.0.0.1',
    nodeOptions: string[] = [],
    password = ADMIN_PASSWORD,
    how: HowToStart = {},
  ): Promise<Box> {
    const directory = mkdtempSync(path.join(tmpdir(), 'parley-box-'));
    if (config) writeFileSync(path.join(directory, 'config.json'), JSON.stringify(config));
    if (Box.#certificate) writeFileSync(path.join(directory, CERTIFICATE), Box.#certificate, { mode: 0o600 });
    for (const [name, text] of Object.entries(how.files ?? {})) {
      mkdirSync(path.dirname(path.join(directory, name)), { recursive: true, mode: 0o700 });
      writeFileSync(path.join(directory, name), text);
    }
    if (how.user) execFileSync('chown', ['-R', how.user, directory]);
    return Box.#launch({ directory, bind, nodeOptions, password, ...how, lineCount: linesOf(config) });
  }

  /** Stops it as its user does, and starts it with the same data. */
  async restart(): Promise<Box> {
    await this.#closePhones();
    this.process.kill('SIGTERM');
    assert.is(await this.exited, 0, 'exit code');
    return Box.#launch({ directory: this.directory, bind: this.bind, lineCount: this.#lines });
  }

  /** Its power is cut; it is on again at the same address, with the same phones, which know nothing of it. */
  async powerCut(): Promise<Box> {
    this.process.kill('SIGKILL');
    await this.exited;
    const { directory, bind } = this;
    const again = await Box.#launch({ directory, bind, lineCount: this.#lines, sipPort: this.sip.port });
    again.#phones = this.#phones.splice(0);
    return again;
  }

  static async #launch({
    directory,
    bind,
    lineCount,
    nodeOptions = [],
    password = ADMIN_PASSWORD,
    environment = {},
    through = [],
    options = [],
    sipPort = 0,
  }: HowToStart & {
    directory: string;
    bind: string;
    lineCount: number;
    nodeOptions?: string[];
    password?: string;
    sipPort?: number;
  }): Promise<Box> {
    const [command, ...args] = [
      ...through,
      process.execPath,
      ...nodeOptions,
      program,
      '--data',
      directory,
      '--bind',
      bind,
      '--sip-port',
      String(sipPort),
      '--sip-tls-port',
      '0',
      '--http-port',
      '0',
      '--https-port',
      '0',
      '--rtp-ports',
      '0-0',
      ...options,
    ];
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, PARLEY_ADMIN_PASSWORD: password, PARLEY_LOG: 'info', ...environment },
    });
    const box = new Box(directory, bind, child);
    box.#lines = lineCount;
    child.stderr.on('data', (data: Buffer) => (box.log += data.toString()));
    const lines = createInterface({ input: child.stdout });
    const ready = new Promise<RegExpExecArray>((resolve) =>
      lines.on('line', (line) => {
        box.stdout.push(line);
        const match =
          /^parley ready sip=udp:\[?([\d.]+|[\da-f:]+)\]?:(\d+) http=(http:\/\/\S+:\d+)(?: https=(https:\/\/\S+:\d+))?$/.exec(
            line,
          );
        if (match) resolve(match);
      }),
    );
    const match = await Promise.race([ready, box.exited.then(() => null)]);
    assert.ok(match, `the box did not start: ${box.stdout[0]}\n${box.log}`);
    box.sip = { address: match[1], port: Number(match[2]) };
    box.http = match[3];
    box.https = match[4];
    while (!box.log.includes('a second media worker stands by') || !box.log.includes('the box works as it')) {
      assert.is(child.exitCode, null, box.log);
      await new Promise((over) => setTimeout(over, 20));
    }
    const certificate = path.join(directory, CERTIFICATE);
    if (existsSync(certificate)) Box.#certificate ??= readFileSync(certificate);
    box.#openAtStart = box.#open();
    return box;
  }

  /** A phone of an extension of `phones()`, registered. */
  async phone(number: string, options: Partial<TestPhoneOptions> = {}): Promise<TestPhone> {
    const phone = await TestPhone.open({
      box: this.sip,
      username: number,
      password: `secret-${number}`,
      ...options,
    });
    this.#phones.push(phone);
    await phone.register();
    return phone;
  }

  /** How a phone reaches it over TLS, or another transport, and believes it. */
  async by(
    transport: 'tcp' | 'tls',
    address = this.sip.address,
  ): Promise<{ box: Endpoint; trusted: string }> {
    const { tlsPort } = (await this.get<Status>('status')).sip;
    const port = transport === 'tls' ? tlsPort : this.sip.port;
    const trusted = readFileSync(path.join(this.directory, 'tls.pem'), 'utf8');
    return { box: { address, port, transport }, trusted };
  }

  /** GET /api/v1/<what>, as the administrator. */
  async get<T>(what: string): Promise<T> {
    const response = await this.ask(what);
    assert.is(response.status, 200, what);
    return (await response.json()) as T;
  }

  /** As `get`, with the answer as it came; another method than GET sends `body` as JSON, or bytes as they are. */
  ask(what: string, method = 'GET', body?: object, as = 'admin', lastEventId?: string): Promise<Response> {
    const credentials = Buffer.from(`${as}:${ADMIN_PASSWORD}`).toString('base64');
    return fetch(`${this.http}/api/v1/${what}`, {
      method,
      body: body instanceof Uint8Array ? body : body && JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_MS),
      headers: {
        authorization: `Basic ${credentials}`,
        'content-type': body instanceof Uint8Array ? 'application/octet-stream' : 'application/json',
        ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
      },
    });
  }

  /** Asks the box again and again until it says what is expected; fails with the last answer after a while. */
  async until<T>(what: string, holds: (answer: T) => boolean, limitMs = 10_000): Promise<T> {
    const endMs = performance.now() + limitMs;
    for (;;) {
      const answer = await this.get<T>(what);
      if (holds(answer)) return answer;
      if (performance.now() > endMs) throw new Error(`${what} is still ${JSON.stringify(answer)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Waits until so many are inside the conferences, or inside that of one number or id: those conferences. */
  async inside<R extends Room = Room>(count: number, which?: string): Promise<R[]> {
    const meant = (rooms: R[]) =>
      rooms.filter(({ id, number }) => which === undefined || which === id || which === number);
    return meant(await this.until<R[]>('conferences', (rooms) => insiders(meant(rooms)).length === count));
  }

  /** Waits until just these numbers are inside a conference, in order: that conference. */
  async insideAre(conference: string, ...who: string[]): Promise<Room[]> {
    const meant = (rooms: Room[]) => rooms.filter(({ number }) => number === conference);
    return meant(
      await this.until<Room[]>(
        'conferences',
        (rooms) =>
          insiders(meant(rooms))
            .map(({ number }) => number)
            .sort()
            .join() === who.join(),
      ),
    );
  }

  /** Closes the phones, asserts that nothing is left open in the box, stops it, asserts a clean end. */
  async stop(): Promise<void> {
    if (this.process.exitCode !== null) return;
    try {
      await this.#isLeftEmpty();
      this.process.kill('SIGTERM');
      assert.is(await this.exited, 0, 'exit code');
    } finally {
      await this.discard();
    }
  }

  /** Takes the phones away and asserts that nothing of their calls is left open; the box goes on, for the next test. */
  async nothingIsLeft(): Promise<void> {
    for (const phone of this.#phones) await phone.unregister();
    await this.#isLeftEmpty();
  }

  async #isLeftEmpty(): Promise<void> {
    try {
      await this.#closePhones();
      await this.until<Status>(
        'status',
        ({ calls, conferences, media, sip }) =>
          calls + conferences + sip.dialogs === 0 && media.ports === this.#lines,
      );
      // A thread of lowest priority may be drawing waveforms still.
      const endMs = performance.now() + 10_000;
      let open = this.#open();
      for (; open.join() !== this.#openAtStart.join() && performance.now() < endMs; open = this.#open())
        await new Promise((resolve) => setTimeout(resolve, 50));
      assert.equal(open, this.#openAtStart, 'files and UDP sockets');
      assert.not.match(this.log, /"level":(50|60)/, 'errors in the log');
    } catch (error) {
      console.error(error); // the test runner keeps silent about what a hook throws
      throw error;
    }
  }

  /** Closes the phones and forgets a box that has ended, or that failed. */
  async discard(): Promise<void> {
    try {
      await this.#closePhones();
    } finally {
      // A box that were left running would keep the test running too.
      this.process.kill('SIGKILL');
      await this.exited;
      rmSync(this.directory, { recursive: true, force: true });
    }
  }

  /** Its open files and UDP sockets; those of TCP come and go with our own questions. */
  #open(): string[] {
    const folder = `/proc/${this.process.pid}/fd`;
    const udp = ['udp', 'udp6']
      .map((file) => readFileSync(`/proc/${this.process.pid}/net/${file}`, 'utf8'))
      .join('');
    const files = readdirSync(folder).map((fd) => {
      try {
        // A wire that is plugged in again may have another number.
        return readlinkSync(path.join(folder, fd)).replace(/^\/dev\/pts\/\d+$/, '/dev/pts');
      } catch {
        return ''; // closed since
      }
    });
    const inodeOf = (file: string) => /^socket:\[(\d+)\]$/.exec(file)?.[1];
    return files
      .filter((file) => file !== '' && (!inodeOf(file) || udp.includes(` ${inodeOf(file)} `)))
      .sort();
  }

  async #closePhones(): Promise<void> {
    const failures: unknown[] = [];
    for (const phone of this.#phones.splice(0)) await phone.close().catch((error) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }
}

function insiders(rooms: Room[]): Participant[] {
  return rooms.flatMap(({ participants }) => participants.filter(({ place }) => place === 'inside'));
}

function linesOf(config: { lines?: object[] } | undefined): number {
  return config?.lines?.length ?? 0;
}

/** Lets a box live through `body` and stops it; one that fails on the way is put away all the same. */
export async function withBox(
  config: object | undefined,
  body: (box: Box) => Promise<void>,
  bind?: string,
): Promise<void> {
  const box = await Box.start(config, bind);
  try {
    await body(box);
    await box.stop();
  } finally {
    await box.discard();
  }
}

/** Extensions 101, 102, ... with passwords `secret-101`, ... */
export function phones(count: number, maxCalls = 4): object[] {
  return Array.from({ length: count }, (_, at) => {
    const number = String(101 + at);
    return {
      number,
      name: `Phone ${number}`,
      sip: { username: number, password: `secret-${number}`, maxCalls },
    };
  });
}
