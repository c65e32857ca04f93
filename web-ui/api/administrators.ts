/** Who may use the pages and this API, one by one. Passwords are taken and never told. */
import { hashPassword } from '../../firmware/config/password.js';
import { quoted, type Problem } from '../../firmware/config/problem.js';
import { configSchema, type Administrator, type Role } from '../../firmware/config/schema.js';
import { ConfigError } from '../../firmware/config/schema-check.js';
import { change, changesResult, DRY_RUN } from './config-change.js';
import { administratorResult, administratorsResult } from './config-results.js';
import { ApiError, write, type Route } from './route.js';
import type { ApiSources } from './sources.js';

const { name, role } = configSchema.properties.administrators.items.properties;
const PASSWORD = { type: 'string', minLength: 8, maxLength: 128, description: '8 to 128 characters' };
const body = {
  type: 'object',
  additionalProperties: false,
  properties: { name, role: { enum: role.enum, description: role.description }, password: PASSWORD },
};
type Body = { name?: string; role?: Role; password?: string };

/**
 * Nobody takes the rights of an administrator from themselves, so that nobody is locked out by a slip, and the last one
 * stays whoever asks.
 */
export function administratorRoutes(sources: ApiSources): Route[] {
  const all = () => sources.config().administrators;
  const path = 'config/administrators';
  const common = { path: `${path}/:name`, role: 'administrator', forPeople: true } as const;
  const find = (wanted: string): Administrator => {
    const found = all().find((one) => one.name === wanted);
    if (!found) throw new ApiError(404, `there is no administrator ${wanted}`);
    return found;
  };
  const othersOf = (wanted: string) => all().filter((one) => one.name !== wanted);
  return [
    {
      ...common,
      method: 'GET',
      path,
      summary: 'Who may use the pages and the API, and in which role.',
      result: administratorsResult,
      answer: () => ({ administrators: all().map(told) }),
    },
    {
      ...common,
      method: 'GET',
      summary: 'One of them.',
      result: administratorResult,
      answer: ({ params }) => told(find(params.name)),
    },
    write<Body>(
      {
        ...common,
        method: 'PUT',
        summary:
          'Makes or changes the one of this name; what is left out stays. A new one needs role and password.',
        query: { ...DRY_RUN, new: '1: makes a new one, and replaces none' },
        body,
        result: changesResult,
      },
      async (request) => {
        const { by, params, query, body: wanted } = request;
        const passwordHash = wanted.password === undefined ? undefined : await hashPassword(wanted.password);
        const at = query.get('new') === '1' ? -1 : all().findIndex((one) => one.name === params.name);
        const entry = {
          ...(all()[at] ?? { name: params.name }),
          ...wanted,
          passwordHash: passwordHash ?? all()[at]?.passwordHash,
        };
        delete entry.password;
        refuse(entry, at < 0 ? all() : othersOf(params.name), at >= 0 && by === params.name);
        const after = [...all()];
        after.splice(at < 0 ? after.length : at, at < 0 ? 0 : 1, entry as Administrator);
        return change(sources, request, { ...sources.config(), administrators: after });
      },
    ),
    {
      ...common,
      method: 'DELETE',
      summary: 'Removes one, who is signed out at once; neither oneself nor the last who may everything.',
      query: DRY_RUN,
      result: changesResult,
      answer(request) {
        const gone = find(request.params.name);
        if (gone.name === request.by)
          throw new ApiError(409, 'this is your own account: another administrator may delete it');
        const administrators = othersOf(gone.name);
        if (!administrators.some(isAdministrator))
          throw new ApiError(409, 'there has to be one administrator at least, and this is the last');
        return change(sources, request, { ...sources.config(), administrators });
      },
    },
  ];
}

function refuse(
  entry: Partial<Administrator> & { name: string },
  others: readonly Administrator[],
  isOneself: boolean,
): void {
  const problems: Problem[] = [];
  const wrong = (path: string, value: string, expected: string) => problems.push({ path, value, expected });
  if (others.some((one) => one.name === entry.name))
    wrong('/name', quoted(entry.name), 'one that no other administrator has');
  if (entry.passwordHash === undefined) wrong('/password', 'missing', PASSWORD.description);
  if (entry.role === undefined) wrong('/role', 'missing', role.description);
  else if (entry.role !== 'administrator' && isOneself)
    wrong('/role', quoted(entry.role), '"administrator": only another one may take this from you');
  else if (entry.role !== 'administrator' && !others.some(isAdministrator))
    wrong('/role', quoted(entry.role), '"administrator": there is no other one');
  if (problems.length > 0) throw new ConfigError(problems);
}

function isAdministrator({ role }: Administrator): boolean {
  return role === 'administrator';
}

function told({ name, role }: Administrator): object {
  return { name, role };
}
