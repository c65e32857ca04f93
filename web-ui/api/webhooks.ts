/** Webhooks: whom the box tells what happens, and how that went. */
import type { TypeOf, Webhook } from '../../firmware/config/schema.js';
import { webhooksSchema } from '../../firmware/config/integration-schema.js';
import { newSecret } from '../../firmware/webhook/post.js';
import { ConfigError } from '../../firmware/config/schema-check.js';
import { change, changesResult, DRY_RUN } from './config-change.js';
import { ApiError, write, type ApiRequest, type Route } from './route.js';
import type { ApiSources } from './sources.js';

const { items } = webhooksSchema;
const { name, url, secret, events } = items.properties;

const wanted = {
  type: 'object',
  additionalProperties: false,
  required: ['url', 'events'],
  description: 'an object { }',
  properties: { name, url, secret, events },
} as const;

const told = { type: 'object', required: ['name', 'url', 'events'], properties: { name, url, events } };

const delivery = {
  type: 'object',
  required: ['id', 'event', 'time', 'state', 'attempts'],
  properties: {
    id: { type: 'string' },
    event: { type: 'string' },
    time: { type: 'string', description: 'when it happened' },
    state: { enum: ['waiting', 'delivered', 'failed'] },
    attempts: { type: 'integer' },
    status: { type: 'integer', description: 'what the receiver answered last' },
    outcome: { type: 'string', description: 'what came of the last attempt, in words' },
  },
};

export function webhookRoutes(sources: ApiSources): Route[] {
  const role = 'administrator';
  const path = 'config/webhooks/:name';
  const webhooks = () => sources.config().webhooks;
  const nobody = (name: string) => new ApiError(404, `there is no webhook ${name}`);
  const found = ({ params }: Pick<ApiRequest, 'params'>): Webhook => {
    const one = webhooks().find(({ name }) => name === params.name);
    if (one) return one;
    throw nobody(params.name);
  };
  return [
    {
      method: 'GET',
      path: 'config/webhooks',
      role,
      summary: 'The webhooks, without their secrets.',
      result: { type: 'array', items: told },
      answer: () => webhooks().map(toldOf),
    },
    {
      method: 'GET',
      path,
      role,
      summary: 'One webhook, without its secret.',
      result: told,
      answer: (request) => toldOf(found(request)),
    },
    write<TypeOf<typeof wanted>>(
      {
        method: 'PUT',
        path,
        role,
        summary:
          'Makes or replaces the webhook of this name. A secret that is left out stays, or is made and told once.',
        query: { ...DRY_RUN, new: '1: makes a new one, and replaces none' },
        body: wanted,
        result: {
          ...changesResult,
          properties: {
            ...changesResult.properties,
            secret: { ...secret, description: 'one that was made' },
          },
        },
      },
      (request) => {
        const isNew = request.query.get('new') === '1';
        const before = isNew ? undefined : webhooks().find(({ name }) => name === request.params.name);
        const made = before || request.body.secret ? undefined : newSecret();
        const after: Webhook = {
          ...request.body,
          name: request.body.name ?? request.params.name,
          secret: request.body.secret ?? made ?? before!.secret,
        };
        const others = webhooks().filter((one) => one !== before);
        if (others.some(({ name }) => name === after.name))
          throw new ConfigError([
            { path: '/name', value: JSON.stringify(after.name), expected: 'one that no other webhook has' },
          ]);
        const all = before ? webhooks().map((one) => (one === before ? after : one)) : [...webhooks(), after];
        return { ...change(sources, request, { ...sources.config(), webhooks: all }), secret: made };
      },
    ),
    {
      method: 'DELETE',
      path,
      role,
      summary: 'Removes a webhook; what waits for it is forgotten.',
      query: DRY_RUN,
      result: changesResult,
      answer: (request) => {
        const one = found(request);
        return change(sources, request, {
          ...sources.config(),
          webhooks: webhooks().filter((other) => other !== one),
        });
      },
    },
    {
      method: 'GET',
      path: `${path}/deliveries`,
      role,
      summary: 'The last messages to a webhook, newest first, and how many wait.',
      result: {
        type: 'object',
        required: ['waiting', 'deliveries'],
        properties: { waiting: { type: 'integer' }, deliveries: { type: 'array', items: delivery } },
      },
      answer: (request) => sources.webhooks.deliveries(found(request).name),
    },
    {
      method: 'POST',
      path: `${path}/test`,
      role,
      summary: 'Sends a message `test` now, and tells what came of it.',
      result: delivery,
      answer: async (request) => {
        const { name } = found(request);
        const sent = await sources.webhooks.test(name);
        if (!sent) throw nobody(name);
        return sent;
      },
    },
  ];
}

function toldOf({ name, url, events }: Webhook) {
  return { name, url, events };
}
