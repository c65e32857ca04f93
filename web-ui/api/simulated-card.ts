/** A simulated line card, as a technician or a test plays with it. */
import { ApiError, write, type Route } from './route.js';
import { object, text } from './results.js';
import type { ApiSources } from './sources.js';

const bodySchema = {
  type: 'object',
  additionalProperties: false,
  required: ['command'],
  properties: {
    command: {
      type: 'string',
      maxLength: 256,
      description: 'as "1 off-hook", "1 dial 800" or "exchange 1 call 5551234"',
    },
  },
} as const;

export function simulatedCardRoute({ lines }: ApiSources): Route {
  return write<{ command: string }>(
    {
      method: 'POST',
      path: 'simulated-card',
      role: 'administrator',
      summary: 'What the phones and the exchange of a simulated line card do; answers what there is to say.',
      body: bodySchema,
      result: object({ said: text }),
    },
    ({ body: { command } }) => {
      const said = lines.simulate(command);
      if (said === undefined) throw new ApiError(404, 'there is no simulated line card');
      return { said };
    },
  );
}
