/** Checks a document against the schema and against itself. */
import { isIP, isIPv6 } from 'node:net';
import { Ajv, type ErrorObject } from 'ajv';
import { dialPlanProblems } from './dial-plan-checks.js';
import { clashes, type Problem } from './problem.js';
import { configSchema, type Config } from './schema.js';

/** A configuration that must not be used: every problem, none half-applied. */
export class ConfigError extends Error {
  override name = 'ConfigError';

  constructor(readonly problems: readonly Problem[]) {
    super(
      problems
        .map(({ path, value, expected }) => `${path || '/'} is ${value}; right would be: ${expected}`)
        .join('\n'),
    );
  }
}

const ajv = new Ajv({
  allErrors: true,
  useDefaults: true,
  verbose: true,
  allowUnionTypes: true,
  formats: {
    ip: (text: string) => isIP(text) !== 0,
    network: isNetwork,
    host: isHost,
    addressOrNetwork: (text: string) => isIP(text) !== 0 || isNetwork(text),
    hostPort: isHostPort,
  },
});
const check = ajv.compile<Config>(configSchema);

/** The configuration in a document, defaults filled in; the document is left as it is. Throws ConfigError. */
export function validateConfig(document: unknown): Config {
  const candidate = structuredClone(document);
  if (!check(candidate)) throw new ConfigError((check.errors ?? []).slice(0, 100).map(problemOf));
  const problems = [...dialPlanProblems(candidate), ...sameNames(candidate), ...misfits(candidate)];
  if (problems.length > 0) throw new ConfigError(problems);
  return candidate;
}

function problemOf({ instancePath, keyword, params, message, data, parentSchema }: ErrorObject): Problem {
  const details = params as Record<string, unknown>;
  const schema = parentSchema as Rule | undefined;
  if (keyword === 'required') {
    const name = String(details.missingProperty);
    return {
      path: `${instancePath}/${name}`,
      value: 'missing',
      expected: inWords(schema?.properties?.[name]) ?? 'a value',
    };
  }
  if (keyword === 'additionalProperties')
    return {
      path: `${instancePath}/${String(details.additionalProperty).replaceAll('~', '~0').replaceAll('/', '~1')}`,
      value: 'unknown',
      expected: `one of ${Object.keys(schema?.properties ?? {}).join(', ')}`,
    };
  if (instancePath === '/version' && typeof data === 'number' && data > 1)
    return {
      path: instancePath,
      value: shown(instancePath, data, schema),
      expected: '1: a later one needs a newer firmware',
    };
  return {
    path: instancePath,
    value: shown(instancePath, data, schema),
    expected: (keyword.endsWith('Items') ? undefined : inWords(schema)) ?? message ?? keyword,
  };
}

/** What of a schema makes words. */
type Rule = { description?: string; type?: string; properties?: Record<string, Rule> };

function inWords(rule: Rule | undefined): string | undefined {
  const types: Record<string, string> = { object: 'an object { }', array: 'a list [ ]', string: 'a text' };
  return rule?.description ?? types[rule?.type ?? ''];
}

/** A value as JSON; a secret, or a text where an object with a secret belongs, as `***`. */
function shown(path: string, value: unknown, rule: Rule | undefined): string {
  if (/\/(pin|password|passwordHash)$/.test(path)) return '***';
  if (path !== '' && rule?.type === 'object' && typeof value === 'string') return '***';
  if (value !== null && typeof value === 'object') return Array.isArray(value) ? 'a list' : 'an object';
  return (JSON.stringify(value) ?? 'missing').slice(0, 80);
}

/** Two that claim the same user name or administrator's name; both are named. */
function sameNames(config: Config): Problem[] {
  const users = config.extensions.map(({ number, sip }, at) => ({
    path: `/extensions/${at}/sip/username`,
    value: sip.username,
    owner: `extension ${number}`,
  }));
  const administrators = config.administrators.map(({ name }, at) => ({
    path: `/administrators/${at}/name`,
    value: name,
    owner: `administrator ${at + 1}`,
  }));
  return [users, administrators].flatMap(clashes);
}

/** Fields that do not go together. */
function misfits(config: Config): Problem[] {
  const [low, high] = config.network.rtpPorts;
  const ports: Problem[] =
    (low === 0 && high === 0) || high >= low + 2
      ? []
      : [
          {
            path: '/network/rtpPorts',
            value: `[${low}, ${high}]`,
            expected: 'a range of at least two ports, or [0, 0]',
          },
        ];
  const { bind, sipPort, sipTlsPort, httpPort } = config.network;
  const families = typeof bind === 'string' ? [] : bind.map(isIP);
  const addresses: Problem[] =
    new Set(families).size === families.length
      ? []
      : [
          {
            path: '/network/bind',
            value: 'two of one family',
            expected: 'one address of IPv4 and one of IPv6; 0.0.0.0 is all, :: all of both',
          },
        ];
  const taken = (port: number, others: number[]) => port !== 0 && others.includes(port);
  const tcpPorts: Problem[] = [
    ...(taken(sipTlsPort, [sipPort]) ? [tcpClash('/network/sipTlsPort', sipTlsPort)] : []),
    ...(taken(httpPort, [sipPort, sipTlsPort]) ? [tcpClash('/network/httpPort', httpPort)] : []),
  ];
  const pins = config.conferences.flatMap((one, at): Problem[] =>
    one.type === 'dynamic' && one.pin !== undefined
      ? [
          {
            path: `/conferences/${at}/pin`,
            value: '***',
            expected: 'none: callers set the PIN of a dynamic conference',
          },
        ]
      : [],
  );
  const pinned = config.trunks.flatMap(({ transport, tlsFingerprint }, at): Problem[] =>
    tlsFingerprint !== undefined && (transport === 'udp' || transport === 'tcp')
      ? [
          {
            path: `/trunks/${at}/tlsFingerprint`,
            value: `beside transport ${transport}`,
            expected: 'none, or transport "tls"',
          },
        ]
      : [],
  );
  return [...addresses, ...ports, ...tcpPorts, ...pins, ...pinned];
}

function tcpClash(path: string, port: number): Problem {
  return {
    path,
    value: String(port),
    expected: 'another one: TCP ports of SIP, of its TLS and of the pages differ',
  };
}

function isHost(text: string): boolean {
  return isIP(text) !== 0 || /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/.test(text);
}

/** `host`, `host:port`, `[2001:db8::1]:port`. */
function isHostPort(text: string): boolean {
  const [, bracketed, plain, port] = /^(?:\[(.*)\]|([^:]*))(?::([1-9][0-9]{0,4}))?$/.exec(text) ?? [];
  const host = bracketed === undefined ? plain !== undefined && isHost(plain) : isIPv6(bracketed);
  return host && (port === undefined || Number(port) <= 65535);
}

/** An address and a prefix length: `192.168.0.0/16`. */
function isNetwork(text: string): boolean {
  const [base, bits, ...more] = text.split('/');
  const version = isIP(base);
  return (
    version !== 0 &&
    more.length === 0 &&
    /^[0-9]{1,3}$/.test(bits) &&
    Number(bits) <= (version === 4 ? 32 : 128)
  );
}
