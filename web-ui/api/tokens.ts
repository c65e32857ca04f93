/** API tokens: made, listed and revoked by people. A token makes no tokens, or revoking it would be worth nothing. */
import type { ApiToken, TypeOf } from '../../firmware/config/schema.js';
import { instantMs } from '../../firmware/config/instant.js';
import { ConfigError } from '../../firmware/config/schema-check.js';
import { apiTokensSchema, tokenExpiry, tokenScope } from '../../firmware/config/integration-schema.js';
import { change, changesResult, DRY_RUN } from './config-change.js';
import { ApiError, write, type Route } from './route.js';
import type { ApiSources } from './sources.js';

const { name } = apiTokensSchema.items.properties;

const wanted = {
  type: 'object',
  additionalProperties: false,
  required: ['name', 'scope'],
  description: 'an object { }',
  properties: { name, scope: tokenScope, expires: tokenExpiry },
} as const;

const told = {
  type: 'object',
  required: ['name', 'scope', 'made'],
  properties: {
    ...wanted.properties,
    made: { type: 'string' },
    expired: { type: 'boolean' },
    lastUsed: { type: 'string', description: 'absent if it was not used since the start of the box' },
  },
};

export function tokenRoutes(sources: ApiSources): Route[] {
  const common = { role: 'administrator', forPeople: true } as const;
  return [
    {
      ...common,
      method: 'GET',
      path: 'config/tokens',
      summary: 'The API tokens, without the tokens themselves.',
      result: { type: 'array', items: told },
      answer: () => tokens(sources),
    },
    write<TypeOf<typeof wanted>>(
      {
        ...common,
        method: 'POST',
        path: 'config/tokens',
        summary: 'Makes an API token; this answer is the only place where it can be read.',
        body: wanted,
        result: {
          ...told,
          required: [...told.required, 'token'],
          properties: { ...told.properties, token: { type: 'string' } },
        },
      },
      (request) => {
        const { name, expires } = request.body;
        const config = sources.config();
        const problem = (path: string, value: string, expected: string) =>
          new ConfigError([{ path, value: JSON.stringify(value), expected }]);
        if (config.apiTokens.some((one) => one.name === name))
          throw problem('/name', name, 'one that no other token has');
        if (expires !== undefined && instantMs(expires)! <= Date.now())
          throw problem('/expires', expires, 'a time that is still to come');
        const { token, tokenHash } = sources.tokens.make();
        const made: ApiToken = { ...request.body, tokenHash, made: new Date().toISOString() };
        change(sources, request, { ...config, apiTokens: [...config.apiTokens, made] });
        return { ...toldOf(sources, made), token };
      },
    ),
    {
      ...common,
      method: 'DELETE',
      path: 'config/tokens/:name',
      summary: 'Revokes an API token, at once.',
      query: DRY_RUN,
      result: changesResult,
      answer: (request) => {
        const { name } = request.params;
        const config = sources.config();
        const apiTokens = config.apiTokens.filter((one) => one.name !== name);
        if (apiTokens.length === config.apiTokens.length)
          throw new ApiError(404, `there is no token ${name}`);
        return change(sources, request, { ...config, apiTokens });
      },
    },
  ];
}

/** What is told of every token. */
export function tokens(sources: ApiSources) {
  return sources.config().apiTokens.map((token) => toldOf(sources, token));
}

function toldOf(sources: ApiSources, token: ApiToken) {
  const { name, scope, made, expires } = token;
  const lastUsedMs = sources.tokens.lastUsedMs(token);
  return {
    name,
    scope,
    made,
    expires,
    expired: !sources.tokens.isValid(token),
    lastUsed: lastUsedMs === undefined ? undefined : new Date(lastUsedMs).toISOString(),
  };
}
