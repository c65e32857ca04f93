/** What the command line may say. */
import { isIP } from 'node:net';
import { parseArgs } from 'node:util';

export type Options = {
  data: string;
  /** One address, or one of each family. */
  bind?: string[];
  sipPort?: number;
  sipTlsPort?: number;
  /** Given: the pages are served over HTTP too, to everybody. */
  httpPort?: number;
  httpsPort?: number;
  rtpPorts?: [number, number];
  /** On which CPU the media worker runs; undefined: on any. */
  mediaCpu?: number;
  /** This terminal becomes the console of the box that runs. */
  joinConsole: boolean;
  /** Line cards beside those that are found: `simulated`, `simulated:2`. */
  lineCards: string[];
  /** The machine restarts once this file is there, by PARLEY_REBOOT of the environment; undefined: it is not ours. */
  rebootFile?: string;
  printSchema: boolean;
  help: boolean;
};

export const usage = `usage: parley [--data DIR] [--bind ADDR] [--sip-port N] [--sip-tls-port N] [--http-port N]
              [--https-port N] [--rtp-ports A-B] [--media-cpu N] [--line-card CARD]...
       parley console [--data DIR]
       parley --print-schema

  --data DIR       where the configuration is kept (default: data)
  --bind ADDR      local address for SIP, HTTP and audio, or ADDR,ADDR, one of IPv4 and one of IPv6;
                   0.0.0.0 is all of IPv4, :: all of both (default: from the configuration)
  --sip-port N     UDP and TCP port of SIP; 0 takes a free one
  --sip-tls-port N TCP port of SIP over TLS; 0 takes a free one
  --http-port N    TCP port of the pages without TLS, for everybody; 0 takes a free one. Without this option HTTP
                   is for this machine alone, and leads others to HTTPS
  --https-port N   TCP port of the pages over TLS; 0 takes a free one
  --rtp-ports A-B  UDP ports for audio; 0-0 takes free ones
  --media-cpu N    the sound is made on CPU N alone, counted from 0, if there is one (default: on any)
  --line-card CARD opens this card too: simulated:N for N simulated pairs of lines, dahdi:N for span N of DAHDI; may be given
                   several times
                   (default: PARLEY_LINE_CARD of the environment)
  console          joins this terminal to the console of the box that runs on DIR
  --print-schema   prints the JSON schema of the configuration and ends
`;

/** The command line does not make sense; the message says what would. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** Reads the command line, and what stands in for it in the environment. Throws UsageError. */
export function readOptions(args: string[], environment: NodeJS.ProcessEnv): Options {
  let values, positionals;
  try {
    ({ values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        data: { type: 'string', default: 'data' },
        bind: { type: 'string' },
        'sip-port': { type: 'string' },
        'sip-tls-port': { type: 'string' },
        'http-port': { type: 'string' },
        'https-port': { type: 'string' },
        'rtp-ports': { type: 'string' },
        'media-cpu': { type: 'string' },
        'line-card': { type: 'string', multiple: true },
        'print-schema': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }));
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  if (positionals.length > 1 || (positionals[0] ?? 'console') !== 'console')
    throw new UsageError(`${positionals.join(' ')}: only "console" can stand there`);
  return {
    data: values.data,
    joinConsole: positionals.length === 1,
    bind: readBind(values.bind),
    sipPort: readPort('--sip-port', values['sip-port']),
    sipTlsPort: readPort('--sip-tls-port', values['sip-tls-port']),
    httpPort: readPort('--http-port', values['http-port']),
    httpsPort: readPort('--https-port', values['https-port']),
    rtpPorts: readRange(values['rtp-ports']),
    mediaCpu: readCpu(values['media-cpu']),
    lineCards: readCards(values['line-card'] ?? environment.PARLEY_LINE_CARD?.split(',') ?? []),
    rebootFile: environment.PARLEY_REBOOT || undefined,
    printSchema: values['print-schema'],
    help: values.help,
  };
}

function readBind(text: string | undefined): string[] | undefined {
  const addresses = text?.split(',');
  const families = addresses?.map(isIP);
  if (families?.some((family, at) => family === 0 || families.indexOf(family) < at))
    throw new UsageError(
      `--bind ${text}: an IP address, or one of IPv4 and one of IPv6 as in 192.0.2.1,2001:db8::1`,
    );
  return addresses;
}

function readCards(cards: string[]): string[] {
  const wrong = cards.find((card) => !/^[a-z]{1,16}(:[A-Za-z0-9._-]{1,32})?$/.test(card));
  if (wrong !== undefined)
    throw new UsageError(`--line-card ${wrong}: a kind of card, and perhaps which, as in simulated:2`);
  return cards;
}

function readPort(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535)
    throw new UsageError(`${name} ${text}: a port is a number from 0 to 65535`);
  return port;
}

function readCpu(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,4}$/.test(text)) throw new UsageError(`--media-cpu ${text}: a CPU is a number from 0 on`);
  return Number(text);
}

function readRange(text: string | undefined): [number, number] | undefined {
  if (text === undefined) return undefined;
  const [, low, high] = (/^(\d+)-(\d+)$/.exec(text) ?? []).map(Number);
  if (low === undefined || high > 65535 || (high < low + 2 && high !== 0))
    throw new UsageError(`--rtp-ports ${text}: two ports as in 16384-32766, or 0-0`);
  return [low, high];
}
