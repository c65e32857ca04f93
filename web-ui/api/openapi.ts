/** The API described for programs (OpenAPI 3.1), made of the very routes and schemas that serve it. */
import type { Route } from './route.js';

/** The route that tells it, itself among the described. */
export function openApiRoute(version: string, others: readonly Route[]): Route {
  const route: Route = {
    method: 'GET',
    path: 'openapi.json',
    role: 'viewer',
    summary: 'This document.',
    result: { type: 'object', required: ['openapi'], properties: { openapi: { type: 'string' } } },
    answer: () => openApi(version, [...others, route]),
  };
  return route;
}

function openApi(version: string, routes: readonly Route[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes)
    (paths[`/${route.path.replaceAll(/:(\w+)/g, '{$1}')}`] ??= {})[route.method.toLowerCase()] =
      operation(route);
  return {
    openapi: '3.1.0',
    info: { title: 'Parley', version, description: 'Conferences, calls and configuration of the box.' },
    servers: [{ url: '/api/v1' }],
    security: [{ basic: [] }, { token: [] }],
    paths,
    components: {
      securitySchemes: {
        basic: { type: 'http', scheme: 'basic', description: 'name and password of an administrator' },
        token: { type: 'http', scheme: 'bearer', description: 'an API token' },
      },
      schemas: {
        Error: {
          type: 'object',
          required: ['error'],
          properties: { error: { type: 'string' }, problems: { type: 'array', items: problem } },
        },
      },
    },
  };
}

const problem = {
  type: 'object',
  required: ['path', 'value', 'expected'],
  properties: {
    path: { type: 'string', description: 'JSON pointer to the field' },
    value: { type: 'string', description: 'what stands there' },
    expected: { type: 'string', description: 'what would be right' },
  },
};

function operation(route: Route): object {
  const { method, path, role, summary, query, body, forPeople, takesFile } = route;
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const inQuery = Object.entries(query ?? {}).map(([name, description]) => ({
    name,
    in: 'query',
    description,
    schema: { type: 'string' },
  }));
  const content = contentOf(route);
  return {
    operationId: `${method.toLowerCase()}-${path.replaceAll(/[/.]/g, '-').replaceAll(':', '')}`,
    summary,
    description: `For the role ${role} and those that may more.`,
    ...(forPeople ? { security: [{ basic: [] }] } : {}),
    parameters: [...inPath, ...inQuery],
    requestBody: takesFile
      ? { required: true, content: { [takesFile]: {} } }
      : body && { required: true, content: { 'application/json': { schema: body } } },
    responses: {
      ...(content
        ? { '200': { description: 'What was asked for.', content } }
        : { '204': { description: 'Done.' } }),
      '4XX': {
        description: 'Not done, and why.',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  };
}

/** What is answered by Content-Type; undefined for nothing. */
function contentOf({ result, produces }: Route): object | undefined {
  if (!result && produces === undefined) return undefined;
  return {
    ...(result && { 'application/json': { schema: result } }),
    ...(produces !== undefined && { [produces]: { schema: { type: 'string' } } }),
  };
}
