/** The API described for programs (OpenAPI 3.1), made of the very routes and schemas that serve it. */
import type { Route } from './route.js';

/** The route that tells it, itself among the described. */
export function openApiRoute(version: string, others: readonly Route[]): Route {
  const route: Route = {
    method: 'GET',
    path: 'openapi.json',
    role: 'viewer',
    summary: 'This document.',
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
    security: [{ basic: [] }],
    paths,
    components: {
      securitySchemes: { basic: { type: 'http', scheme: 'basic' } },
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

function operation({ method, path, role, summary, query, body }: Route): object {
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
  return {
    operationId: `${method.toLowerCase()}-${path.replaceAll(/[/.]/g, '-').replaceAll(':', '')}`,
    summary,
    description: `For the role ${role} and those that may more.`,
    parameters: [...inPath, ...inQuery],
    requestBody: body && { required: true, content: { 'application/json': { schema: body } } },
    responses: {
      '2XX': { description: 'Done; what was asked for, if anything.' },
      '4XX': {
        description: 'Not done, and why.',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  };
}
