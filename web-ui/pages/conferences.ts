/** Configuration of the conferences. */
import { freeNumber } from '../../firmware/config/number-holder.js';
import { randomDigits } from '../../firmware/config/password.js';
import type { Conference } from '../../firmware/config/schema.js';
import { numberIn } from './config-form.js';
import type { EntryKind } from './entry-pages.js';
import { firstPart, type Form } from './troubles.js';

const PIN_DIGITS = 6;

export const conferenceKind: EntryKind<Conference> = {
  list: 'conferences',
  key: 'number',
  title: 'Conferences',
  formOf(entry, config): Form {
    const number = freeNumber(config, 'conferences') ?? '';
    if (!entry) return { number, type: 'static', record: 'off', levelling: 'yes' };
    const { description, type, pin, maxParticipants, record, levelling, noiseGate } = entry;
    return {
      number: entry.number,
      description,
      type,
      pin: pin ?? '',
      maxParticipants: maxParticipants?.toString() ?? '',
      record,
      recordAccepted: record === 'off' ? '' : 'yes',
      levelling: levelling ? 'yes' : '',
      noiseGate: noiseGate ? 'yes' : '',
    };
  },
  bodyOf: (form) => ({
    description: (form.description ?? '').trim(),
    type: form.type,
    // The field is not there for dynamic ones: their callers set the PIN.
    pin: form.type === 'dynamic' || !form.pin ? null : form.pin.trim(),
    maxParticipants: numberIn(form.maxParticipants),
    record: form.record,
    recordAcknowledgement: form.record !== 'off' && form.recordAccepted === 'yes' ? true : undefined,
    levelling: form.levelling === 'yes',
    noiseGate: form.noiseGate === 'yes',
  }),
  troubles: (form): Form =>
    form.record !== 'off' && form.recordAccepted !== 'yes'
      ? { recordAccepted: 'Without this, calls are not recorded: tick it, or do not record.' }
      : {},
  makes: { pin: () => randomDigits(PIN_DIGITS) },
  fieldOf: (path) => (path === '/recordAcknowledgement' ? 'recordAccepted' : firstPart(path)),
};
