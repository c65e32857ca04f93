/** Checks a document against the schema and against itself. */
import { isIP } from 'node:net';
import { audioPortProblems } from './audio-port-checks.js';
import { configCheck } from './config-check.js';
import { dialPlanProblems } from './dial-plan-checks.js';
import { lineProblems } from './line-checks.js';
import { clashes, quoted, type Problem } from './problem.js';
import { checked, ConfigError } from './schema-check.js';
import type { Config } from './schema.js';

/** The configuration in a document, defaults filled in; the document is left as it is. Throws ConfigError. */
export function validateConfig(document: unknown): Config {
  const candidate = checked(document, configCheck);
  const problems = [
    ...dialPlanProblems(candidate),
    ...audioPortProblems(candidate),
    ...lineProblems(candidate),
    ...sameNames(candidate),
    ...nobodyRules(candidate),
    ...misfits(candidate),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
  return candidate;
}

/** Two that claim the same user name, or the same name in one list; both are named. */
function sameNames(config: Config): Problem[] {
  const users = config.extensions.flatMap(({ number, sip }, at) =>
    sip ? { path: `/extensions/${at}/sip/username`, value: sip.username, owner: `extension ${number}` } : [],
  );
  const administrators = config.administrators.map(({ name }, at) => ({
    path: `/administrators/${at}/name`,
    value: name,
    owner: `administrator ${at + 1}`,
  }));
  const named = (list: 'apiTokens' | 'webhooks', what: string) =>
    config[list].map(({ name }, at) => ({
      path: `/${list}/${at}/name`,
      value: name,
      owner: `${what} ${at + 1}`,
    }));
  return [users, administrators, named('apiTokens', 'token'), named('webhooks', 'webhook')].flatMap(clashes);
}

/** Somebody must be able to change something. */
function nobodyRules({ administrators }: Config): Problem[] {
  if (administrators.length === 0 || administrators.some(({ role }) => role === 'administrator')) return [];
  const { role } = administrators[0];
  return [
    {
      path: '/administrators/0/role',
      value: quoted(role),
      expected: '"administrator" for one of them at least',
    },
  ];
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
  const { bind, sipPort, sipTlsPort, httpPort, httpsPort } = config.network;
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
    ...(taken(httpsPort, [sipPort, sipTlsPort, httpPort]) ? [tcpClash('/network/httpsPort', httpsPort)] : []),
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
  const unacknowledged = config.conferences.flatMap(({ record, recordAcknowledgement }, at): Problem[] =>
    record !== 'off' && recordAcknowledgement === undefined
      ? [
          {
            path: `/conferences/${at}/recordAcknowledgement`,
            value: 'missing',
            expected: 'who has taken the liability for recording, and when; or record "off"',
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
  return [...addresses, ...ports, ...tcpPorts, ...pins, ...unacknowledged, ...pinned];
}

function tcpClash(path: string, port: number): Problem {
  return {
    path,
    value: String(port),
    expected: 'another one: TCP ports of SIP, of its TLS and of the pages differ',
  };
}
