/** Whether the lines of a configuration make sense beside each other and beside the rest. Pure. */
import { clashes, quoted, type Problem } from './problem.js';
import type { Config, LineSettings } from './schema.js';

/** What only lines to the exchange have, and what only lines with phones have. */
const ONLY_FXS = ['extension', 'hotLine'] as const;
const ONLY_FXO = ['to', 'tones'] as const;
/** Frequencies nearer to each other are not told apart. */
const APART_HZ = 20;

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
            value: field === 'tones' ? 'given' : quoted(line[field]),
            expected: `none: the line is ${line.kind}`,
          },
        ],
  );
  return [...misplaced, ...toneProblems(line, at), ...targetProblems(config, line, at)];
}

/** A phone belongs to an extension; callers of an exchange line reach somebody, unless it is only for calls that go out. */
function targetProblems(config: Config, line: LineSettings, at: number): Problem[] {
  const isPhone = line.kind === 'fxs';
  const wanted = isPhone ? 'extension' : 'to';
  const target = line[wanted];
  if (target === 'askForConference' || (!isPhone && target === undefined && line.outgoing)) return [];
  const known = isPhone
    ? config.extensions
    : [...config.extensions, ...config.conferences, ...config.audioPorts];
  if (known.some(({ number }) => number === target)) return [];
  const what = isPhone
    ? 'the number of an extension that exists'
    : 'the number of an extension, a conference or an audio port that exists, or "askForConference"';
  const value = target === undefined ? 'missing' : quoted(target);
  return [{ path: `/lines/${at}/${wanted}`, value, expected: what }];
}

function toneProblems({ tones = {} }: LineSettings, at: number): Problem[] {
  return Object.entries(tones).flatMap(([name, { frequenciesHz, onOffMs }]) => {
    const path = `/lines/${at}/tones/${name}`;
    const sorted = [...frequenciesHz].sort((a, b) => a - b);
    const tooNear = sorted.some((hz, above) => above > 0 && hz - sorted[above - 1] < APART_HZ);
    return [
      ...(tooNear
        ? [
            {
              path: `${path}/frequenciesHz`,
              value: frequenciesHz.join(', '),
              expected: `frequencies that are ${APART_HZ} Hz apart`,
            },
          ]
        : []),
      ...(onOffMs.length % 2 === 0
        ? []
        : [{ path: `${path}/onOffMs`, value: onOffMs.join(', '), expected: 'a pause behind each sound' }]),
    ];
  });
}
