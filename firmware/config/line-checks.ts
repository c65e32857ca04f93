/** Whether the lines of a configuration make sense beside each other and beside the rest. Pure. */
import { clashes, quoted, type Problem } from './problem.js';
import type { Config, LineSettings } from './schema.js';

/** What only lines to the exchange have, and what only lines with phones have. */
const ONLY_FXS = ['extension', 'hotLine'] as const;
const ONLY_FXO = ['to'] as const;

export function lineProblems(config: Config): Problem[] {
  const { lines } = config;
  const names = lines.map(({ name }, at) => ({
    path: `/lines/${at}/name`,
    value: name,
    owner: `line ${at + 1}`,
  }));
  const places = lines.map(({ name, card, place }, at) => ({
    path: `/lines/${at}/place`,
    value: `${card} ${place}`,
    owner: `line ${name}`,
  }));
  return [
    ...clashes(names),
    ...clashes(places),
    ...lines.flatMap((line, at) => problemsOf(config, line, at)),
  ];
}

function problemsOf(config: Config, line: LineSettings, at: number): Problem[] {
  const misplaced = (line.kind === 'fxs' ? ONLY_FXO : ONLY_FXS).flatMap((field): Problem[] =>
    line[field] === undefined
      ? []
      : [
          {
            path: `/lines/${at}/${field}`,
            value: quoted(line[field]),
            expected: `none: the line is ${line.kind}`,
          },
        ],
  );
  const wanted = line.kind === 'fxs' ? 'extension' : 'to';
  const target = line[wanted];
  const known = [...config.extensions, ...(line.kind === 'fxs' ? [] : config.conferences)];
  if (target === 'askForConference' || known.some(({ number }) => number === target)) return misplaced;
  const what =
    line.kind === 'fxs' ? 'the number of an extension' : 'the number of an extension or a conference';
  return [
    ...misplaced,
    {
      path: `/lines/${at}/${wanted}`,
      value: target === undefined ? 'missing' : quoted(target),
      expected: `${what} that exists${line.kind === 'fxs' ? '' : ', or "askForConference"'}`,
    },
  ];
}
