/**
 * The log: structured lines on stderr, the last of them in memory too. Never pass it a PIN, a password, a key of SRTP or
 * digits that somebody keyed.
 */
import { pino } from 'pino';
import { RecentLog } from './recent-log.js';

export type Log = {
  debug(fields: object, text: string): void;
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
};

/** What was logged last, by this thread. */
export const recentLog = new RecentLog();

/** Makes the log of one part of the box; the level is taken from PARLEY_LOG (debug, info, warn, error, silent). */
export function createLog(part: string): Log {
  return root.child({ part });
}

const stderr = pino.destination({ dest: 2, sync: true });
const SECRETS = ['pin', 'password', 'passwordHash', 'passphrase', 'digits', 'srtp'];

const root = pino(
  {
    level: process.env.PARLEY_LOG ?? 'info',
    base: null,
    redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`]), censor: '***' },
  },
  {
    write(line: string): void {
      stderr.write(line);
      recentLog.add(line);
    },
  },
);
