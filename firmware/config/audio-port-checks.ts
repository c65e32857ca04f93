/** Whether audio ports fit together: each device used once, and what each role needs. */
import { holderOf } from './number-holder.js';
import { clashes, quoted, type Claim, type Problem } from './problem.js';
import type { AudioPort, Config } from './schema.js';

/** What only one port may have. */
const OWN = ['capture', 'playback', 'button'] as const;
/** What a port that only speaks to people has no use for. */
const NOT_PAGING = ['capture', 'calls', 'button', 'permissions'] as const;

export function audioPortProblems(config: Config): Problem[] {
  const { audioPorts } = config;
  const claims = OWN.flatMap((field) =>
    clashes(
      audioPorts.flatMap((port, at): Claim[] => {
        const value = port[field];
        return value === undefined
          ? []
          : [{ path: `/audioPorts/${at}/${field}`, value, owner: `audio port ${port.number}` }];
      }),
    ),
  );
  return [...claims, ...audioPorts.flatMap((port, at) => misfits(config, port, `/audioPorts/${at}`))];
}

function misfits(config: Config, port: AudioPort, path: string): Problem[] {
  const problems: Problem[] = [];
  const wrong = (field: keyof AudioPort, expected: string) => {
    const value = port[field];
    problems.push({
      path: `${path}/${field}`,
      value: value === undefined ? 'missing' : JSON.stringify(value),
      expected,
    });
  };
  if (port.playback === undefined) wrong('playback', 'the device of a loudspeaker');
  if (port.role === 'paging') {
    for (const field of NOT_PAGING)
      if (port[field] !== undefined) wrong(field, 'none: a paging port only speaks');
    if (port.halfDuplex) wrong('halfDuplex', 'false: a paging port has one direction anyhow');
    if (!port.autoAnswer) wrong('autoAnswer', 'true: nobody is there to answer');
    return problems;
  }
  if (port.capture === undefined) wrong('capture', 'the device of a microphone; or role "paging"');
  if (port.calls !== undefined && holderOf(config, port.calls) === undefined)
    wrong('calls', 'a number that somebody has, or that a route takes');
  if (asksForKeys(config, port.calls))
    wrong('calls', 'a number where no keys are asked for: the port has none');
  if (port.calls === port.number) wrong('calls', 'the number of somebody else');
  if (port.button !== undefined && port.calls === undefined && port.autoAnswer)
    wrong('button', `none, or ${quoted('calls')} beside it: there is nothing to call and nothing to answer`);
  return problems;
}

function asksForKeys({ conferences, services }: Config, calls: string | undefined): boolean {
  return (
    conferences.some(({ number, type }) => number === calls && type === 'dynamic') ||
    services.some(({ number, service }) => number === calls && service === 'askForConference')
  );
}
