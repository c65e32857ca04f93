/** Configuration of the audio ports. */
import { freeNumber } from '../../firmware/config/number-holder.js';
import type { AudioPort } from '../../firmware/config/schema.js';
import { numberIn, trimmedIn } from './config-form.js';
import type { EntryKind } from './entry-pages.js';

export const audioPortKind: EntryKind<AudioPort> = {
  list: 'audioPorts',
  key: 'number',
  title: 'Audio ports',
  choices: ({ permissionGroups }) => ({
    groups: [['', 'no: numbers of the box only'], ...permissionGroups.map(({ name }) => [name, name])],
  }),
  formOf: (port, config) => ({
    number: port?.number ?? freeNumber(config, 'extensions') ?? '',
    name: port?.name ?? '',
    role: port?.role ?? 'room',
    capture: port?.capture ?? '',
    playback: port?.playback ?? '',
    rate: String(port?.rate ?? 48000),
    microphoneGainDb: String(port?.microphoneGainDb ?? 0),
    loudspeakerGainDb: String(port?.loudspeakerGainDb ?? 0),
    autoAnswer: (port?.autoAnswer ?? true) ? 'yes' : '',
    halfDuplex: port?.halfDuplex ? 'yes' : '',
    calls: port?.calls ?? '',
    button: port?.button ?? '',
    permissions: port?.permissions ?? '',
  }),
  bodyOf: (form) => {
    const common = {
      name: (form.name ?? '').trim(),
      role: form.role,
      playback: trimmedIn(form.playback),
      rate: numberIn(form.rate),
      loudspeakerGainDb: numberIn(form.loudspeakerGainDb),
    };
    // The fields are not there for one that only speaks.
    if (form.role === 'paging') return common;
    return {
      ...common,
      capture: trimmedIn(form.capture),
      microphoneGainDb: numberIn(form.microphoneGainDb),
      autoAnswer: form.autoAnswer === 'yes',
      halfDuplex: form.halfDuplex === 'yes',
      calls: trimmedIn(form.calls),
      button: trimmedIn(form.button),
      permissions: form.permissions || undefined,
    };
  },
};
