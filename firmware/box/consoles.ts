/** Where a technician may sit: the local socket, and the serial line if there is one. */
import type { Clock } from '../clock.js';
import type { Config } from '../config/schema.js';
import { commands } from '../console/commands.js';
import { Consoles } from '../console/consoles.js';
import { LocalSocket } from '../console/local-socket.js';
import type { SessionParts } from '../console/session.js';
import { createLog } from '../log.js';
import type { AdministratorCheck } from '../../web-ui/administrator-check.js';
import type { Route } from '../../web-ui/api/route.js';
import { PageApi } from '../../web-ui/pages/ask-api.js';

const log = createLog('console');

export type ConsoleParts = {
  version: string;
  /** Folder of the local socket. */
  data: string;
  config(): Config;
  clock: Clock;
  administrators: AdministratorCheck;
  routes: readonly Route[];
};

export async function openConsoles(parts: ConsoleParts) {
  const { version, data, clock, administrators, routes } = parts;
  const config = () => parts.config();
  const { device, baudRate } = config().console;
  const consoles = new Consoles({
    banner: `Parley ${version}, a conference box.`,
    clock,
    commands,
    idleMs: () => config().console.idleMinutes * 60_000,
    signIn: signInBy(administrators, new PageApi(routes)),
    isStill: (name) =>
      config().administrators.some((one) => one.name === name && one.role === 'administrator'),
    onFault: (err, command) => log.error({ err, command }, 'a command of the console failed'),
  });
  const local = await LocalSocket.open(data, consoles);
  const serial = device === undefined ? undefined : await openSerialLine(device, baudRate, consoles, clock);
  return {
    get alarms() {
      return serial?.alarms ?? [];
    },
    /** Looks whether who works there still may. */
    look: () => consoles.look(),
    async close(): Promise<void> {
      consoles.close();
      await Promise.all([local.close(), serial?.close()]);
    },
  };
}

/** Its library takes long to load, and only boxes with such a line need it. */
async function openSerialLine(device: string, baudRate: number, consoles: Consoles, clock: Clock) {
  const { SerialLine } = await import('../console/serial-line.js');
  const serial = new SerialLine(device, baudRate, consoles, clock);
  await serial.tried;
  return serial;
}

/** An administrator's password opens the API, as it does in the pages; other roles have no console. */
function signInBy(administrators: AdministratorCheck, api: PageApi): SessionParts['signIn'] {
  return async (name, password) => {
    const verdict = await administrators.check(name, password, 'the console');
    if (verdict === 'locked' || verdict === 'busy')
      return { refused: 'Too many wrong passwords: try again later.' };
    if (verdict === 'refused') return { refused: 'Name or password is wrong.' };
    if (verdict.role !== 'administrator')
      return { refused: `Only administrators may; ${name} is: ${verdict.role}.` };
    return {
      api: {
        ask: (what, asked) => api.ask(what, { by: name, ...asked }),
        changes: (what, asked, dryRun) => api.changes(what, { by: name, ...asked }, dryRun),
      },
    };
  };
}
