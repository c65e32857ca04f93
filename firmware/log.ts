/** The log: structured lines on stderr. Never pass it a PIN, a password, a key of SRTP or digits that somebody keyed. */
import { pino } from 'pino';

export type Log = {
  debug(fields: object, text: string): void;
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
};

/** Makes the log of one part of the box; the level is taken from PARLEY_LOG (debug, info, warn, error, silent). */
export function createLog(part: string): Log {
  return root.child({ part });
}

const root = pino(
  {
    level: process.env.PARLEY_LOG ?? 'info',
    base: null,
    redact: {
      paths: ['pin', 'password', 'digits', 'srtp'].flatMap((name) => [name, `*.${name}`]),
      censor: '***',
    },
  },
  pino.destination({ dest: 2, sync: true }),
);
