/** The 49 messages of RFC 4475 with what is expected of a box, if the archive lies beside the project. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Statuses of a request that was understood, whatever is thought of it: what "NORMAL" means in the table. */
const NORMAL = [200, 401, 403, 404, 407, 480, 486, 488, 603];

export type Torture = {
  name: string;
  octets: Buffer;
  /** Final answers that are right; `NONE` is silence. */
  finals: (number | 'NONE')[];
  /** Port that answers over UDP go to: that of the top Via. */
  port: number;
  /** In a stream it is two messages. */
  udpOnly: boolean;
  /** In a stream its end never comes. */
  endless: boolean;
};

type Entry = {
  name: string;
  file: string;
  finals: (number | 'NONE')[] | 'NONE';
  alsoOk?: number[];
  lenient?: string;
  udpOnly?: boolean;
  finalEmptyLine: boolean;
  topVia: { sentBy: string };
};

const folder = fileURLToPath(new URL('../../../../shared/data/rfc4475/', import.meta.url));

/** Undefined, and said loudly, if the archive is not there. */
export function tortureMessages(): Torture[] | undefined {
  if (!existsSync(`${folder}expectations.json`)) {
    console.log('SKIPPED: the 49 messages of RFC 4475, for want of ../shared/data/rfc4475');
    return undefined;
  }
  const table = JSON.parse(readFileSync(`${folder}expectations.json`, 'utf8')) as { messages: Entry[] };
  return table.messages.map((entry) => ({
    name: entry.name,
    octets: readFileSync(folder + entry.file),
    finals: [
      ...(entry.finals === 'NONE' ? (['NONE'] as const) : entry.finals),
      ...(entry.alsoOk ?? []),
      ...(entry.lenient ? NORMAL : []),
    ],
    port: Number(/:(\d+)$/.exec(entry.topVia.sentBy)?.[1] ?? 5060),
    udpOnly: entry.udpOnly ?? false,
    endless: entry.name === 'clerr' || !entry.finalEmptyLine,
  }));
}
