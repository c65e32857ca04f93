/**
 * Sound devices without hardware: PulseAudio null sinks, which have a clock of their own, as ALSA devices. What the box plays
 * on `port_out` comes in at `far_in`, what is played on `far_out` it captures from `port_in`; a second pair is `other_...`.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openAlsaPort } from '../../hal/drivers/alsa/port.js';
import type { AudioDevice, AudioPort } from '../../hal/audio-port.js';
import { SlipReader } from '../../hal/slip-reader.js';

export const RATE = 48000;

/** Why there can be no sound devices here, or '' if there can. */
export function soundServerMissing(): string {
  const there = spawnSync('pulseaudio', ['--version']).status === 0;
  if (!there) return 'pulseaudio is not installed';
  const plugin = spawnSync('sh', ['-c', 'ls /usr/lib/*/alsa-lib/libasound_module_pcm_pulse.so']).status === 0;
  return plugin ? '' : 'libasound2-plugins is not installed';
}

export class SoundServer {
  #process!: ChildProcess;

  private constructor(
    readonly directory: string,
    private readonly sinks: readonly string[],
  ) {}

  /** Also lets ALSA know of its devices, here and in processes that are started from now on. */
  static async start(pairs: readonly string[] = ['port']): Promise<SoundServer> {
    const directory = mkdtempSync(path.join(tmpdir(), 'parley-sound-'));
    const server = new SoundServer(
      directory,
      pairs.flatMap((name) => [`to_${name}`, `from_${name}`]),
    );
    const devices = pairs.flatMap((name) => {
      const far = name === 'port' ? 'far' : `far_${name}`;
      return [
        server.#device(`${name}_out`, `to_${name}`),
        server.#device(`${far}_in`, `to_${name}.monitor`),
        server.#device(`${far}_out`, `from_${name}`),
        server.#device(`${name}_in`, `from_${name}.monitor`),
      ];
    });
    const config = path.join(directory, 'asound.conf');
    writeFileSync(config, devices.join('\n'));
    process.env.ALSA_CONFIG_PATH = `/usr/share/alsa/alsa.conf:${config}`;
    mkdirSync(path.join(directory, 'run'), { mode: 0o700 });
    await server.run();
    return server;
  }

  get #socket(): string {
    return path.join(this.directory, 'run', 'socket');
  }

  #device(name: string, device: string): string {
    return `pcm.${name} { type pulse server "unix:${this.#socket}" device "${device}" }`;
  }

  /** Its devices are there, or there again. */
  async run(): Promise<void> {
    rmSync(this.#socket, { force: true });
    const modules = [
      `module-native-protocol-unix auth-anonymous=1 socket=${this.#socket}`,
      ...this.sinks.map((name) => `module-null-sink sink_name=${name} rate=${RATE} channels=1 format=s16le`),
    ];
    const args = ['-n', '--daemonize=no', '--exit-idle-time=-1', '--disable-shm=yes', '--use-pid-file=no'];
    const env = { ...process.env, XDG_RUNTIME_DIR: path.join(this.directory, 'run'), HOME: this.directory };
    this.#process = spawn('pulseaudio', [...args, ...modules.flatMap((module) => ['-L', module])], {
      stdio: 'ignore',
      env,
    });
    while (!existsSync(this.#socket)) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** All devices are gone, as if they had been unplugged. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await once(this.#process, 'exit');
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) await this.kill();
    rmSync(this.directory, { recursive: true, force: true });
    delete process.env.ALSA_CONFIG_PATH;
  }
}

/** Somebody in the room: speaks to the microphone of a port, and hears its loudspeaker. */
export class FarEnd {
  /** The next frame to say. */
  source: () => Int16Array = () => new Int16Array(this.port.tx.frameSamples);
  #heard: Int16Array[] = [];
  #nextMs = performance.now();
  #timer = setInterval(() => this.#tick(), 5);
  #waiting: { frames: number; resolve: () => void }[] = [];
  #reader: SlipReader;

  private constructor(private readonly port: AudioPort) {
    this.#reader = new SlipReader(port.rx);
  }

  static async open(
    device: AudioDevice = { capture: 'far_in', playback: 'far_out', rate: RATE },
  ): Promise<FarEnd> {
    const port = await openAlsaPort(device);
    // PulseAudio takes more than a second until what is played is captured too.
    while (port.rx.written === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    return new FarEnd(port);
  }

  get rate(): number {
    return this.port.rx.frameSamples * 50;
  }

  /** What it hears from now on, so many ms. */
  async hear(ms: number): Promise<Int16Array> {
    this.#heard = [];
    await new Promise<void>((resolve) => this.#waiting.push({ frames: ms / 20, resolve }));
    return Int16Array.from(this.#heard.flatMap((frame) => [...frame]));
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.port.close();
  }

  #tick(): void {
    for (; performance.now() >= this.#nextMs; this.#nextMs += 20) {
      this.port.tx.write(this.source());
      const frame = new Int16Array(this.port.rx.frameSamples);
      this.#reader.read(frame);
      this.#heard.push(frame);
      const over = this.#waiting.filter(({ frames }) => this.#heard.length >= frames);
      this.#waiting = this.#waiting.filter((one) => !over.includes(one));
      for (const { resolve } of over) resolve();
    }
  }
}
