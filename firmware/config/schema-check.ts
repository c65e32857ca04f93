/** Checks a document against a JSON schema, and says what is wrong in words. */
import { isIP, isIPv6 } from 'node:net';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { instantMs } from './instant.js';
import { isSecret, type Problem } from './problem.js';

/** A document that must not be used: every problem, none half-applied. */
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

const MAX_DEPTH = 16;
const MAX_ENTRIES = 1000;

const ajv = new Ajv({
  allErrors: true,
  useDefaults: true,
  verbose: true,
  allowUnionTypes: true,
  // It takes longer than it ever saves.
  code: { optimize: false },
  // At each start it would cost a tenth of a second to see that our schemas are such: test/scenarios/api-answers.test.ts does.
  meta: false,
  validateSchema: false,
  formats: {
    ip: (text: string) => isIP(text) !== 0,
    network: isNetwork,
    host: isHost,
    addressOrNetwork: (text: string) => isIP(text) !== 0 || isNetwork(text),
    hostPort: isHostPort,
    timeZone: isTimeZone,
    webUrl: isWebUrl,
    instant: (text: string) => instantMs(text) !== undefined,
  },
});

/**
 * What fills in the defaults of a schema and gives the document back as what it describes; the one that is handed to it
 * is left as it is. It throws ConfigError.
 */
export function schemaCheck<Type>(schema: object): (document: unknown) => Type {
  // Compiled when it is first wanted: most are not before a box takes calls.
  let check: ValidateFunction<Type> | undefined;
  return (document) => {
    check ??= ajv.compile<Type>(schema);
    const tooMuch = excess(document);
    if (tooMuch.length > 0) throw new ConfigError(tooMuch);
    const candidate = structuredClone(document);
    if (check(candidate)) return candidate;
    throw new ConfigError((check.errors ?? []).slice(0, 100).map(problemOf));
  };
}

/** What is larger than any document of ours: checks would take long, or never come back. */
function excess(value: unknown, path = '', depth = 0): Problem[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.entries(value);
  if (depth > MAX_DEPTH)
    return [
      { path, value: 'nested too deep', expected: `at most ${MAX_DEPTH} lists and objects in each other` },
    ];
  if (inner.length > MAX_ENTRIES)
    return [{ path, value: `${inner.length} entries`, expected: `at most ${MAX_ENTRIES}` }];
  for (const [name, one] of inner) {
    const found = excess(one, `${path}/${name}`, depth + 1);
    if (found.length > 0) return found;
  }
  return [];
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
  if (isSecret(path)) return '***';
  if (path !== '' && rule?.type === 'object' && typeof value === 'string') return '***';
  if (value !== null && typeof value === 'object') return Array.isArray(value) ? 'a list' : 'an object';
  return (JSON.stringify(value) ?? 'missing').slice(0, 80);
}

function isHost(text: string): boolean {
  return isIP(text) !== 0 || /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/.test(text);
}

/** A name of the IANA time zone database that this Node knows; no offset. */
function isTimeZone(text: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(text)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

/** `host`, `host:port`, `[2001:db8::1]:port`. */
function isHostPort(text: string): boolean {
  const [, bracketed, plain, port] = /^(?:\[(.*)\]|([^:]*))(?::([1-9][0-9]{0,4}))?$/.exec(text) ?? [];
  const host = bracketed === undefined ? plain !== undefined && isHost(plain) : isIPv6(bracketed);
  return host && (port === undefined || Number(port) <= 65535);
}

/** What is called over HTTP; credentials in it would be shown wherever it is. */
function isWebUrl(text: string): boolean {
  if (!/^https?:\/\/[!-~]+$/i.test(text) || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === '' && password === '';
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
