/** Checks a document against a JSON schema, and says what is wrong in words. */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { formats } from './formats.js';
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

/** How all our schemas are compiled, here or when the program is built (scripts/compile-config-check.mjs). */
export const ajvOptions = {
  allErrors: true,
  useDefaults: true,
  verbose: true,
  allowUnionTypes: true,
  // It takes longer than it ever saves.
  code: { optimize: false },
  // At each start it would cost a tenth of a second to see that our schemas are such: test/scenarios/api-answers.test.ts does.
  meta: false,
  validateSchema: false,
  formats,
};

const ajv = new Ajv(ajvOptions);

/** What a schema is compiled to. */
export type Check<Type> = ValidateFunction<Type>;

/** Checks documents by a schema, as `checked` does. */
export function schemaCheck<Type>(schema: object): (document: unknown) => Type {
  // Compiled when it is first wanted: most are not before a box takes calls.
  let check: Check<Type> | undefined;
  return (document) => checked(document, (check ??= ajv.compile<Type>(schema)));
}

/** A document as what its schema describes, with the defaults filled in; itself it is left as it is. Throws ConfigError. */
export function checked<Type>(document: unknown, check: Check<Type>): Type {
  const tooMuch = excess(document);
  if (tooMuch.length > 0) throw new ConfigError(tooMuch);
  const candidate = structuredClone(document);
  if (check(candidate)) return candidate;
  throw new ConfigError((check.errors ?? []).slice(0, 100).map(problemOf));
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
