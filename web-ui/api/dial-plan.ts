/** Which numbers there are, and what happens when one is dialled. */
import { explain, type Caller } from '../../firmware/call/dial-plan.js';
import { numbersInUse } from '../../firmware/call/numbers-in-use.js';
import { freeNumbers } from '../../firmware/config/free-numbers.js';
import type { Config } from '../../firmware/config/schema.js';
import { ApiError, type Route } from './route.js';
import type { ApiSources } from './sources.js';
import { dialPlanResult, explainResult, freeNumbersResult } from './results.js';

export function dialPlanRoutes(sources: ApiSources): Route[] {
  return [
    {
      method: 'GET',
      path: 'dial-plan',
      role: 'viewer',
      summary: 'Every number of the box, and who has it.',
      result: dialPlanResult,
      answer: () => numbersInUse(sources.config()),
    },
    {
      method: 'GET',
      path: 'dial-plan/free',
      role: 'viewer',
      summary: 'The ranges of numbers that nobody has, for every length that is in use.',
      result: freeNumbersResult,
      answer: () => freeNumbers(sources.config()),
    },
    {
      method: 'GET',
      path: 'dial-plan/explain',
      role: 'viewer',
      summary: 'What happens, step by step, if `from` dials `number`.',
      query: {
        from: 'number of an extension or an audio port, or trunk:NAME or line:NAME',
        number: 'what is dialled',
      },
      result: explainResult,
      answer: ({ query }) => {
        const config = sources.config();
        return explain(config, callerOf(config, query.get('from')), numberOf(query));
      },
    },
  ];
}

/** Who dials: `101` or `701`, or `trunk:NAME` or `line:NAME` for a caller whom one of these brings. */
function callerOf(config: Config, from: string | null): Caller {
  const extension = config.extensions.find(({ number }) => number === from);
  if (extension) return { extension };
  const audioPort = config.audioPorts.find(({ number }) => number === from);
  if (audioPort) return { audioPort };
  const trunk = config.trunks.find(({ name }) => `trunk:${name}` === from);
  if (trunk) return { trunk };
  const line = config.lines.find(({ kind, name }) => kind === 'fxo' && `line:${name}` === from);
  if (line) return { line };
  throw new ApiError(
    400,
    `from is ${from === null ? 'missing' : JSON.stringify(from)}; right would be: the number of an extension or an audio port, or trunk:NAME or line:NAME`,
  );
}

function numberOf(query: URLSearchParams): string {
  const number = query.get('number') ?? '';
  if (/^[!-~]{1,64}$/.test(number)) return number;
  throw new ApiError(
    400,
    `number is ${number === '' ? 'missing' : JSON.stringify(number)}; right would be: what is dialled, 1 to 64 characters without spaces`,
  );
}
