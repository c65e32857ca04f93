/** The console for whoever is on the machine itself: a socket in the data directory, and `parley console`, its client. */
import { chmodSync, rmSync } from 'node:fs';
import { createServer, connect, type Server, type Socket } from 'node:net';
import path from 'node:path';
import type { Consoles } from './consoles.js';

/** Who is connected at once; more are turned away. */
const MAX_CONNECTIONS = 4;
/** Ctrl-], as in telnet. */
const LEAVE = 0x1d;

const socketPath = (data: string) => path.join(data, 'console.sock');

export class LocalSocket {
  readonly #sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  /** Listens in the data directory; only its owner may connect. Rejects with the system's error. */
  static async open(data: string, consoles: Consoles): Promise<LocalSocket> {
    const file = socketPath(data);
    rmSync(file, { force: true });
    const server = createServer((socket) => {
      local.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => local.#sockets.delete(socket));
      void consoles.serve(socket, 'the machine itself').finally(() => socket.destroySoon());
    });
    server.maxConnections = MAX_CONNECTIONS;
    const local: LocalSocket = new LocalSocket(server);
    await new Promise<void>((listening, failed) => {
      server.once('error', failed);
      server.listen(file, listening);
    });
    chmodSync(file, 0o600);
    return local;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((closed) => this.server.close(() => closed()));
  }
}

/** Joins this terminal to the console of the box that runs on a data directory. Rejects with the system's error. */
export async function joinConsole(data: string): Promise<void> {
  const socket = connect(socketPath(data));
  await new Promise<void>((connected, failed) => socket.once('connect', connected).once('error', failed));
  const { stdin, stdout } = process;
  if (stdin.isTTY) {
    stdin.setRawMode(true);
    stdout.write('Ctrl-] leaves.\r\n');
  }
  stdin.on('data', (octets: Buffer) => {
    if (stdin.isTTY && octets.includes(LEAVE)) socket.end();
    else socket.write(octets);
  });
  stdin.on('end', () => socket.end());
  socket.pipe(stdout);
  await new Promise((closed) => socket.once('close', closed));
  if (stdin.isTTY) stdin.setRawMode(false);
  stdin.unref();
}
