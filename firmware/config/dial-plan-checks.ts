/** Whether a dial plan fits together: names that exist, and no prefix that hides a number or another prefix. */
import { clashes, quoted, type Claim, type Problem } from './problem.js';
import { EXCHANGE_LINES } from './dial-plan-schema.js';
import type { Config } from './schema.js';

export function dialPlanProblems(config: Config): Problem[] {
  return [
    ...clashes(numberClaims(config)),
    ...clashes(config.trunks.map(({ name }, at) => claim(`/trunks/${at}/name`, name, `trunk ${at + 1}`))),
    ...namedAsLines(config),
    ...starredEmergencies(config),
    ...clashes(
      config.permissionGroups.map(({ name }, at) =>
        claim(`/permissionGroups/${at}/name`, name, `permission group ${at + 1}`),
      ),
    ),
    ...config.trunks.flatMap((_, at) => inboundProblems(config, at)),
    ...config.trunks.flatMap((_, at) => missingCredentials(config, at)),
    ...hiddenNumbers(config),
    ...hiddenRoutes(config),
    ...tooMuchStripped(config),
    ...unknownTrunks(config),
    ...plusOnLines(config),
    ...unknownGroups(config),
  ];
}

/** Every number of the box with its owner. */
export function numberClaims(config: Config): Claim[] {
  return [
    ...config.extensions.map((one, at) =>
      claim(`/extensions/${at}/number`, one.number, `extension ${quoted(one.name)}`),
    ),
    ...config.conferences.map((one, at) =>
      claim(`/conferences/${at}/number`, one.number, `conference ${quoted(one.description)}`),
    ),
    ...config.services.map((one, at) =>
      claim(`/services/${at}/number`, one.number, `service ${one.service}`),
    ),
    ...config.audioPorts.map((one, at) =>
      claim(`/audioPorts/${at}/number`, one.number, `audio port ${quoted(one.name)}`),
    ),
  ];
}

/** The table of a trunk: no number twice, and every row leads somewhere. */
function inboundProblems(config: Config, trunk: number): Problem[] {
  const rows = config.trunks[trunk].inbound.numbers;
  const path = (row: number, field: string) => `/trunks/${trunk}/inbound/numbers/${row}/${field}`;
  const targets = new Set(['askForConference']);
  for (const { number } of [...config.extensions, ...config.conferences, ...config.audioPorts])
    targets.add(number);
  const twice = clashes(
    rows.map(({ number, to }, at) => claim(path(at, 'number'), number, `the row to ${to}`)),
  );
  const nowhere = rows.flatMap(({ to }, at): Problem[] =>
    targets.has(to)
      ? []
      : [
          {
            path: path(at, 'to'),
            value: quoted(to),
            expected:
              'the number of an extension, a conference or an audio port that exists, or "askForConference"',
          },
        ],
  );
  return [...twice, ...nowhere];
}

function missingCredentials(config: Config, trunk: number): Problem[] {
  if (config.trunks[trunk].type === 'peer') return [];
  return (['username', 'password'] as const)
    .filter((field) => config.trunks[trunk][field] === undefined)
    .map((field) => ({
      path: `/trunks/${trunk}/${field}`,
      value: 'missing',
      expected: 'what the provider gave: a trunk of type "register" needs it',
    }));
}

/** Numbers of the box that begin as numbers outside do; those for emergencies may: 911 beside a route for 9. */
function hiddenNumbers(config: Config): Problem[] {
  const services = config.services.filter(({ service }) => service !== 'emergency');
  const claims = numberClaims({ ...config, services });
  return config.routes.flatMap(({ prefix }, at) => {
    const hidden = claims.find(({ value }) => value.startsWith(prefix));
    return hidden
      ? [shadow(at, prefix, `number ${hidden.value} of ${hidden.owner} does not begin with`)]
      : [];
  });
}

/** Routes that an earlier one leaves nothing to: the first that fits is taken. */
function hiddenRoutes(config: Config): Problem[] {
  return config.routes.flatMap(({ prefix }, at) => {
    const earlier = config.routes.findIndex((other) => prefix.startsWith(other.prefix));
    if (earlier >= at) return [];
    const other = config.routes[earlier].prefix;
    return [
      shadow(
        at,
        prefix,
        prefix === other
          ? `route ${earlier + 1} does not have`
          : `does not begin with ${other}, which route ${earlier + 1} takes; or let this route come before that one`,
      ),
    ];
  });
}

/** Only the prefix may be left out: digits that permission rules saw must not vanish on the way. */
function tooMuchStripped(config: Config): Problem[] {
  return config.routes.flatMap(({ prefix, strip = 0 }, at) =>
    strip <= prefix.length
      ? []
      : [
          {
            path: `/routes/${at}/strip`,
            value: String(strip),
            expected: `at most ${prefix.length}, the length of the prefix`,
          },
        ],
  );
}

/** What routes may name. */
export function waysOut({ trunks, lines }: Pick<Config, 'trunks' | 'lines'>): string[] {
  const hasLines = lines.some(({ kind, outgoing }) => kind === 'fxo' && outgoing);
  return [...trunks.map(({ name }) => name), ...(hasLines ? [EXCHANGE_LINES] : [])];
}

function namedAsLines(config: Config): Problem[] {
  return config.trunks.flatMap(({ name }, at) =>
    name === EXCHANGE_LINES
      ? [
          {
            path: `/trunks/${at}/name`,
            value: quoted(name),
            expected: 'another one: routes call exchange lines so',
          },
        ]
      : [],
  );
}

function starredEmergencies(config: Config): Problem[] {
  return config.services.flatMap(({ number, service }, at) =>
    service === 'emergency' && number.includes('*')
      ? [
          {
            path: `/services/${at}/number`,
            value: quoted(number),
            expected: 'digits alone: it is dialled outside as it is',
          },
        ]
      : [],
  );
}

/** An exchange takes keys, of which + is none. */
function plusOnLines(config: Config): Problem[] {
  return config.routes.flatMap(({ prepend, trunks }, at) =>
    prepend.startsWith('+') && trunks.includes(EXCHANGE_LINES)
      ? [
          {
            path: `/routes/${at}/prepend`,
            value: quoted(prepend),
            expected: 'digits alone: exchange lines know no +',
          },
        ]
      : [],
  );
}

function unknownTrunks(config: Config): Problem[] {
  const known = new Set(waysOut(config));
  return config.routes.flatMap(({ trunks }, route) =>
    trunks.flatMap((name, at) =>
      known.has(name)
        ? []
        : [
            {
              path: `/routes/${route}/trunks/${at}`,
              value: quoted(name),
              expected:
                name === EXCHANGE_LINES
                  ? `one that there is: no exchange line is outgoing`
                  : `the name of a trunk${oneOf([...known])}`,
            },
          ],
    ),
  );
}

function unknownGroups(config: Config): Problem[] {
  const known = config.permissionGroups.map(({ name }) => name);
  return (['extensions', 'audioPorts'] as const).flatMap((list) =>
    config[list].flatMap(({ permissions }, at) =>
      permissions === undefined || known.includes(permissions)
        ? []
        : [
            {
              path: `/${list}/${at}/permissions`,
              value: quoted(permissions),
              expected: `the name of a permission group${oneOf(known)}`,
            },
          ],
    ),
  );
}

function oneOf(names: string[]): string {
  return names.length > 0 ? `: ${names.join(', ')}` : '; there is none yet';
}

function shadow(route: number, prefix: string, that: string): Problem {
  return { path: `/routes/${route}/prefix`, value: quoted(prefix), expected: `one that ${that}` };
}

function claim(path: string, value: string, owner: string): Claim {
  return { path, value, owner };
}
