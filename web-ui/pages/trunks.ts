/** Configuration of the trunks. */
import { codecNames } from '../../firmware/codec-formats.js';
import type { Trunk } from '../../firmware/config/schema.js';
import { linesIn, numberIn, orderIn, orderOf, trimmedIn } from './config-form.js';
import type { EntryKind } from './entry-pages.js';
import { filledRows, rowsOf, withMoreRows } from './form-rows.js';

const DEFAULT_CODECS = ['PCMU', 'PCMA'];

export const trunkKind: EntryKind<Trunk> = {
  list: 'trunks',
  key: 'name',
  title: 'Trunks',
  choices: ({ extensions, conferences }) => ({
    codecs: codecNames,
    targets: [
      ['askForConference', 'asks callers for the number of a conference'],
      ...extensions.map(({ number, name }) => [number, `extension ${name}`]),
      ...conferences.map(({ number, description }) => [number, `conference ${description}`]),
    ],
  }),
  formOf: (trunk) => ({
    name: trunk?.name ?? '',
    type: trunk?.type ?? 'register',
    server: trunk?.server ?? '',
    username: trunk?.username ?? '',
    password: '',
    callerId: trunk?.callerId ?? '',
    port: trunk?.port?.toString() ?? '',
    transport: trunk?.transport ?? '',
    tlsFingerprint: trunk?.tlsFingerprint ?? '',
    addresses: (trunk?.addresses ?? []).join('\n'),
    outboundProxy: trunk?.outboundProxy ?? '',
    qualifySeconds: String(trunk?.qualifySeconds ?? 60),
    ...orderOf('codecs', trunk?.codecs ?? DEFAULT_CODECS, codecNames.length),
    strip: String(trunk?.inbound.strip ?? 0),
    prepend: trunk?.inbound.prepend ?? '',
    ...rowsOf(trunk?.inbound.numbers ?? []),
  }),
  bodyOf: (form) => ({
    type: form.type,
    server: (form.server ?? '').trim(),
    username: trimmedIn(form.username),
    // None: the one that there is stays. Without a user name there is none to keep.
    password: trimmedIn(form.username) === undefined ? null : form.password || undefined,
    callerId: trimmedIn(form.callerId),
    port: numberIn(form.port),
    transport: trimmedIn(form.transport),
    tlsFingerprint: trimmedIn(form.tlsFingerprint),
    addresses: linesIn(form.addresses),
    outboundProxy: trimmedIn(form.outboundProxy),
    qualifySeconds: numberIn(form.qualifySeconds),
    codecs: orderIn(form, 'codecs'),
    inbound: {
      strip: numberIn(form.strip),
      prepend: (form.prepend ?? '').trim(),
      numbers: filledRows(form, ['number', 'to']).map((row) => ({
        number: (form[`number-${row}`] ?? '').trim(),
        to: (form[`to-${row}`] ?? '').trim(),
      })),
    },
  }),
  makes: { rows: withMoreRows },
  fieldOf(path, form) {
    const [, section, field, at, column] = path.split('/');
    if (section === 'codecs') return 'codecs-0';
    if (section !== 'inbound') return section;
    return field === 'numbers' ? `${column}-${filledRows(form, ['number', 'to'])[Number(at)]}` : field;
  },
};
