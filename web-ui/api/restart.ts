/** Restarting the machine, when nobody is in a call or after a while. */
import type { TypeOf } from '../../firmware/config/schema.js';
import { MAX_WAIT_MINUTES } from '../../firmware/system/restart.js';
import { restartResult } from './results.js';
import { ApiError, write, type Route } from './route.js';
import type { ApiSources } from './sources.js';

/** A field of what is sent: how long calls may delay it. */
export const waitField = {
  type: 'integer',
  minimum: 0,
  maximum: MAX_WAIT_MINUTES,
  description: `0 to ${MAX_WAIT_MINUTES}: it waits so many minutes for calls to end, no longer`,
} as const;

const restart = {
  type: 'object',
  additionalProperties: false,
  required: ['waitMinutes'],
  description: 'an object { }',
  properties: { waitMinutes: { ...waitField, default: 0 } },
} as const;

export function restartRoutes({ restart: planner }: ApiSources): Route[] {
  const common = { path: 'restart', role: 'administrator', forPeople: true } as const;
  const now = () => ({ possible: planner.isPossible, planned: planner.planned });
  return [
    {
      ...common,
      method: 'GET',
      summary: 'Whether the machine can be restarted from here, and the restart that is planned.',
      result: restartResult,
      answer: now,
    },
    write<TypeOf<typeof restart>>(
      {
        ...common,
        method: 'POST',
        summary: 'Restarts the machine as soon as nobody is in a call, or when it has waited long enough.',
        body: restart,
        result: restartResult,
      },
      ({ by, body }) => {
        if (!planner.isPossible)
          throw new ApiError(409, 'this machine is not restarted from here: the box is one program of it');
        planner.plan(`wanted by ${by}`, body.waitMinutes);
        return now();
      },
    ),
    {
      ...common,
      method: 'DELETE',
      summary: 'The restart that is planned does not take place.',
      answer: () => planner.cancel(),
    },
  ];
}
