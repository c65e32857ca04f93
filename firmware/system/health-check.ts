/** Whether the box does what it is for: it is asked as phones and browsers ask, over its own network. */
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { get } from 'node:http';
import { isIPv6 } from 'node:net';

/** Answers must come within so long. */
const PATIENCE_MS = 3000;
const LOOK_MS = 20;

export type Checked = {
  /** Where it listens; `::` and `0.0.0.0` are asked at the loopback. */
  address: string;
  sipPort: number;
  httpPort: number;
  /** Ticks of the media plane so far. */
  ticks: () => number;
};

/** What does not work, in words; empty if all is well. */
export async function troublesOf({ address, sipPort, httpPort, ticks }: Checked): Promise<string[]> {
  const host = { '0.0.0.0': '127.0.0.1', '::': '::1' }[address] ?? address;
  const checks: [what: string, Promise<unknown>][] = [
    ['SIP does not answer itself', sipAnswers(host, sipPort)],
    ['the pages do not answer', webAnswers(host, httpPort)],
    ['the media tick stands still', ticksRun(ticks)],
  ];
  const troubles = await Promise.all(
    checks.map(([what, check]) =>
      check.then(
        () => [],
        (error: Error) => [`${what}: ${error.message}`],
      ),
    ),
  );
  return troubles.flat();
}

/** OPTIONS, as somebody who wants to know whether a server is there (RFC 3261 §11). */
async function sipAnswers(host: string, port: number): Promise<void> {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  const shown = isIPv6(host) ? `[${host}]` : host;
  try {
    await within(
      new Promise<void>((answered, failed) => {
        socket.once('error', failed);
        socket.on('message', (octets) => {
          const [, status] = /^SIP\/2\.0 (\d{3}) /.exec(octets.toString('latin1')) ?? [];
          if (status === '200') answered();
          else if (status !== undefined) failed(new Error(`OPTIONS got ${status}`));
        });
        socket.bind(0, host, () => {
          const [id, own] = [randomBytes(8).toString('hex'), `${shown}:${socket.address().port}`];
          const request = [
            `OPTIONS sip:${shown}:${port} SIP/2.0`,
            `Via: SIP/2.0/UDP ${own};branch=z9hG4bK${id}`,
            'Max-Forwards: 0',
            `From: <sip:health@${own}>;tag=${id}`,
            `To: <sip:${shown}:${port}>`,
            `Call-ID: ${id}`,
            'CSeq: 1 OPTIONS',
            'Content-Length: 0',
          ];
          socket.send(`${request.join('\r\n')}\r\n\r\n`, port, host);
        });
      }),
    );
  } finally {
    socket.close();
  }
}

function webAnswers(host: string, port: number): Promise<void> {
  return within(
    new Promise((answered, failed) => {
      get({ host, port, path: '/sign-in', agent: false }, (response) => {
        response.resume();
        // A box without an administrator leads on.
        if (response.statusCode! < 400) response.once('end', () => answered());
        else failed(new Error(`status ${response.statusCode}`));
      }).once('error', failed);
    }),
  );
}

async function ticksRun(ticks: () => number): Promise<void> {
  const before = ticks();
  const endMs = performance.now() + PATIENCE_MS;
  while (ticks() === before) {
    if (performance.now() > endMs) throw new Error(`none in ${PATIENCE_MS / 1000} s`);
    await new Promise((over) => setTimeout(over, LOOK_MS));
  }
}

function within(answer: Promise<void>): Promise<void> {
  let late: NodeJS.Timeout;
  const patience = new Promise<void>((_, failed) => {
    late = setTimeout(() => failed(new Error(`no answer in ${PATIENCE_MS / 1000} s`)), PATIENCE_MS);
  });
  return Promise.race([answer, patience]).finally(() => clearTimeout(late));
}
