/** The description of the API is whole: every route, every parameter, every schema. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock as clock } from '../../firmware/clock.js';
import { configSchema } from '../../firmware/config/schema.js';
import { api } from '../../web-ui/api/api.js';
import { liveEvents } from '../../web-ui/api/live.js';
import type { ApiSources } from '../../web-ui/api/sources.js';

const test = suite('openapi');

type Operation = {
  operationId: string;
  parameters: { name: string; in: string; required?: boolean }[];
  requestBody?: { content: Record<string, { schema: object }> };
};
type Document = { openapi: string; info: object; paths: Record<string, Record<string, Operation>> };

const sources = { version: '1.2.3', clock, switchboard: { conferences: {} } } as unknown as ApiSources;
const routes = api(sources, liveEvents(sources));
const route = routes.find(({ path }) => path === 'openapi.json')!;
const text = JSON.stringify(
  route.answer({ params: {}, query: new URLSearchParams(), headers: {}, by: 'a', body: undefined }),
);
const document = JSON.parse(text) as Document;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

test('every route is described once, and nothing else', () => {
  assert.is(document.openapi, '3.1.0');
  assert.equal(
    operations.map(({ path, method }) => `${method} ${path}`).sort(),
    routes.map(({ method, path }) => `${method.toLowerCase()} /${path.replaceAll(/:(\w+)/g, '{$1}')}`).sort(),
  );
  assert.is(new Set(operations.map(({ operation }) => operation.operationId)).size, operations.length);
});

test('what stands in a path is a parameter', () => {
  for (const { path, operation } of operations)
    assert.equal(
      operation.parameters
        .filter(({ in: where, required }) => where === 'path' && required)
        .map(({ name }) => name),
      [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
      path,
    );
});

test('what is sent is described by the schema that checks it', () => {
  const schemaOf = (path: string) => {
    const [{ operation }] = operations.filter((one) => one.path === path && 'requestBody' in one.operation);
    return operation.requestBody!.content['application/json'].schema;
  };
  assert.equal(schemaOf('/config/extensions/{number}'), configSchema.properties.extensions.items);
  assert.match(JSON.stringify(schemaOf('/config/conferences/{number}')), /"recordAcknowledgement":\{"anyOf"/);
  assert.match(JSON.stringify(schemaOf('/conferences/{number}/participants/{id}/volume')), /"minimum":-12/);
});

test.run();
