/** A configuration as JSON: all of it right, or refused with the names of what is wrong, and never with a secret. */
import fc from 'fast-check';
import { changesBetween } from '../../../firmware/config/config-changes.js';
import { migrated } from '../../../firmware/config/migrations.js';
import { isSecret } from '../../../firmware/config/problem.js';
import { ConfigError } from '../../../firmware/config/schema-check.js';
import { configSchema } from '../../../firmware/config/schema.js';
import { validateConfig } from '../../../firmware/config/validate.js';
import { holds, same, unlessRefused, type Target } from '../target.js';

/** Stands wherever a secret belongs. */
const SECRET = 'hush-hush-4711';

/** What an error may say of a secret. */
const UNTOLD = ['***', 'missing', 'unknown', 'an object', 'a list'];

const document = {
  version: 1,
  extensions: [{ number: '101', name: 'Ann', sip: { username: 'ann', password: SECRET } }],
  conferences: [{ number: '800', description: 'Weekly', type: 'static', pin: '1234' }],
  trunks: [{ name: 'main', type: 'peer', server: 'sip.example', port: 5060, password: SECRET }],
  routes: [{ prefix: '9', strip: 1, trunks: ['main'] }],
  permissionGroups: [],
  services: [],
  network: { bind: '127.0.0.1', rtpPorts: [16384, 32766] },
};

/** Every name of a field, and everything that the schema says a text may be. */
const names = new Set<string>();
const values = new Set<string>();
(function look(schema: unknown): void {
  if (typeof schema !== 'object' || schema === null) return;
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'properties') Object.keys(value as object).forEach((name) => names.add(name));
    if (key === 'enum') (value as unknown[]).forEach((one) => values.add(JSON.stringify(one)));
    look(value);
  }
})(configSchema);

const leaf = fc.oneof(
  fc.constantFrom(
    '101',
    '800',
    SECRET,
    'main',
    'static',
    '',
    '127.0.0.1',
    '::',
    '0.0.0.0/0',
    '2026-01-31T12:00:00Z',
    'a.example:99999',
  ),
  fc.constantFrom(...[...values].map((text) => JSON.parse(text) as unknown)),
  fc.constantFrom(0, 1, -1, 5060, 65536, 1e308, 0.5, true, false, null),
  fc.string({ maxLength: 20 }),
);
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5, depthSize: 'small' },
    leaf,
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...names, '__proto__', 'constructor'), tie('tree'), { maxKeys: 5 }),
  ),
}));
/** The good document with some places exchanged for anything. */
const spoiled = fc
  .array(fc.tuple(fc.array(fc.nat(12), { maxLength: 5 }), tree), { minLength: 1, maxLength: 4 })
  .map((changes) => {
    const copy = structuredClone(document) as Record<string, unknown>;
    for (const [path, value] of changes) {
      let at = copy;
      for (const step of path) {
        const below = Object.values(at).filter((one) => typeof one === 'object' && one !== null);
        if (below.length === 0) break;
        at = below[step % below.length] as Record<string, unknown>;
      }
      const keys = [...Object.keys(at), ...names];
      at[keys[(path[0] ?? 0) % keys.length]] = value;
    }
    return copy;
  });

const many = <Item>(bytes: number, item: (at: number) => Item): Item[] => {
  const one = JSON.stringify(item(10_000)).length + 1;
  return Array.from({ length: Math.floor(bytes / one) }, (_, at) => item(at));
};
const BYTES = 65_000;
const name = (at: number) => String(at).padStart(5, '0');
/** JSON as long as it may be, of what is looked at piece by piece, or each with each other. */
const long = [
  { extensions: many(BYTES, () => ({})) },
  { extensions: many(BYTES, (at) => ({ number: name(at), name: '' })) },
  { extensions: many(BYTES, () => ({ number: '1', name: '' })) },
  { trunks: [{ name: 'a', codecs: many(BYTES, name) }] },
  { trunks: [{ name: 'a', addresses: many(BYTES, () => ({})) }] },
  { routes: many(BYTES, (at) => ({ prefix: name(at), trunks: [name(at)] })) },
  { routes: [{ prefix: '9', trunks: many(BYTES, name) }] },
  { permissionGroups: many(BYTES, (at) => ({ name: name(at), allowed: [] })) },
  { network: { localNetworks: many(BYTES, () => '10.0.0.0/8') } },
  { webhooks: [{ name: 'a', events: many(BYTES, (at) => [at]) }] },
  Object.fromEntries(many(BYTES, (at) => [name(at), 1] as const)),
  { console: Object.fromEntries(many(BYTES, (at) => [name(at), 1] as const)) },
  { timeZone: 'a/'.repeat(BYTES / 2) },
  { administrators: [{ name: 'a', passwordHash: `scrypt$1$1$1$${'a'.repeat(BYTES)}`, role: 'viewer' }] },
].map((document) => Buffer.from(JSON.stringify({ version: 1, ...document })));

export const config: Target = {
  name: 'configuration',
  seeds: [document, validateConfig(document)].map((one) => Buffer.from(JSON.stringify(one))),
  words: [
    ...'{}[],:"0\\'.split(''),
    ...[...names].map((name) => `"${name}":`),
    ...values,
    `"${SECRET}"`,
    '"__proto__":',
    '\\u0000',
    '1e999',
    'null',
    '[[[[[[[[',
    '{"a":',
  ],
  baits: [
    ...long,
    Buffer.from('['.repeat(30_000) + ']'.repeat(30_000)),
    Buffer.from('{"a":'.repeat(10_000) + '1' + '}'.repeat(10_000)),
    Buffer.from(`{"extensions":[${'['.repeat(30_000)}${']'.repeat(30_000)}]}`),
  ],
  grammar: fc.oneof(spoiled, tree).map((value) => Buffer.from(JSON.stringify(value) ?? '')),
  take(input) {
    const given = unlessRefused(() => migrated(JSON.parse(input.toString('utf8'))), SyntaxError);
    if (given === undefined) return;
    // JSON that is nested very deep can be read, but not be written.
    const before = input.length < 4096 ? JSON.stringify(given) : undefined;
    try {
      const config = validateConfig(given);
      same(validateConfig(config), config, 'with its defaults it is another one');
      same(changesBetween(config, config), [], 'it differs from itself');
      const open = JSON.stringify(config, (name, value: unknown) => (isSecret(name) ? undefined : value));
      if (!open.includes(SECRET))
        holds(
          !changesBetween(validateConfig(document), config).join().includes(SECRET),
          'a change tells a secret',
        );
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      for (const { path, value, expected } of error.problems) {
        holds(expected !== '', `${path}: not said what would be right`);
        if (/\/(password|pin|secret)$/.test(path)) holds(UNTOLD.includes(value), `${path} is told`);
      }
    }
    if (before !== undefined) same(JSON.stringify(given), before, 'what was handed in is changed');
    holds(!('polluted' in {}), 'every object has something new');
  },
};
