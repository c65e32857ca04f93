/** A real baresip, driven over its control socket: a tone as its microphone, a WAV file as its ear. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Endpoint } from '../../firmware/sip/transport.js';
import { freePort } from './program.js';
import { readWav, writeWav } from './wav.js';

export class Baresip {
  log = '';

  private constructor(
    private readonly directory: string,
    private readonly process: ChildProcess,
    private readonly control: Socket,
  ) {}

  /** Starts it with an account of the box, saying `microphone` over and over. */
  static async start(
    box: Endpoint,
    username: string,
    password: string,
    microphone: Int16Array,
    /** PEM certificate by which the box is believed over TLS; SRTP is insisted on then. */
    trusted?: string,
    /** As baresip calls it, with what it is to be recorded and played at, Hz. */
    voice = { codec: 'PCMU/8000/1', rateHz: 8000 },
  ): Promise<Baresip> {
    const directory = mkdtempSync(path.join(tmpdir(), 'parley-baresip-'));
    const write = (name: string, text: string | Buffer) => writeFileSync(path.join(directory, name), text);
    const port = await freePort();
    write('tone.wav', writeWav(microphone, voice.rateHz));
    write('contacts', '');
    if (trusted) write('box.pem', trusted);
    write(
      'accounts',
      `<sip:${username}@${box.address}:${box.port}${trusted ? ';transport=tls' : ''}>;auth_user=${username};auth_pass=${password};audio_codecs=${voice.codec};regint=120${trusted ? ';mediaenc=srtp-mand' : ''}\n`,
    );
    write(
      'config',
      [
        'net_interface 127.0.0.1',
        'sip_listen 127.0.0.1:0',
        ...(trusted ? [`sip_cafile ${path.join(directory, 'box.pem')}`] : []),
        `audio_source aufile,${path.join(directory, 'tone.wav')}`,
        'audio_player aubridge,ear',
        'audio_alert aubridge,ear',
        `ausrc_srate ${voice.rateHz}`,
        `auplay_srate ${voice.rateHz}`,
        'ausrc_channels 1',
        'auplay_channels 1',
        'opus_stereo no',
        'opus_sprop_stereo no',
        `module_path ${modulesPath()}`,
        ...[
          'srtp',
          'g711',
          'g722',
          'opus',
          'account',
          'aufile',
          'aubridge',
          'sndfile',
          'menu',
          'ctrl_tcp',
        ].map((name) => `module ${name}.so`),
        `ctrl_tcp_listen 127.0.0.1:${port}`,
        `snd_path ${directory}`,
        '',
      ].join('\n'),
    );
    const child = spawn('baresip', ['-f', directory], { stdio: ['ignore', 'pipe', 'pipe'] });
    let log = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data: Buffer) => (log += data.toString()));
    const control = await connectWhenUp(port, child, () => log);
    const baresip = new Baresip(directory, child, control);
    baresip.log = log;
    control.on('data', (data: Buffer) => (baresip.log += data.toString()));
    return baresip;
  }

  /** Gives a command of its menu: `dial 800@...`, `sndcode 1`, `hangup`. */
  command(command: string, params = ''): void {
    const text = JSON.stringify({ command, params });
    this.control.write(`${Buffer.byteLength(text)}:${text},`);
  }

  /** Waits for an event of its calls by its type: `CALL_ESTABLISHED`. That it has registered it may have said before. */
  async event(type: string): Promise<void> {
    while (!this.log.includes(`"${type}"`)) await once(this.control, 'data');
  }

  /** Quits, and returns what it heard. */
  async quit(): Promise<Int16Array> {
    this.command('quit');
    if (this.process.exitCode === null) await once(this.process, 'exit');
    const dump = readdirSync(this.directory).find((name) => /^dump-.*dec\.wav$/.test(name));
    const heard = dump ? readWav(readFileSync(path.join(this.directory, dump))) : new Int16Array(0);
    this.discard();
    return heard;
  }

  discard(): void {
    this.control.destroy();
    this.process.kill('SIGKILL');
    rmSync(this.directory, { recursive: true, force: true });
  }
}

function modulesPath(): string {
  const { stdout } = spawnSync(
    'sh',
    ['-c', 'ls -d /usr/lib/*/baresip/modules /usr/lib/baresip/modules 2>/dev/null'],
    {
      encoding: 'utf8',
    },
  );
  return stdout.split('\n')[0];
}

async function connectWhenUp(port: number, child: ChildProcess, log: () => string): Promise<Socket> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const outcome = await Promise.race([
      once(socket, 'connect').then(() => 'up'),
      once(socket, 'error').then(() => 'not yet'),
    ]).catch(() => 'not yet');
    if (outcome === 'up') return socket;
    socket.destroy();
    if (child.exitCode !== null) throw new Error(`baresip did not start:\n${log()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
