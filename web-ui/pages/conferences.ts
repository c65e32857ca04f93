/** Configuration of the conferences. */
import { freeNumber } from '../../firmware/config/number-holder.js';
import { randomDigits } from '../../firmware/config/password.js';
import type { Conference } from '../../firmware/config/schema.js';
import { numberIn } from './config-form.js';
import type { EntryKind } from './entry-pages.js';
import type { Form } from './what-changes.js';

const PIN_DIGITS = 6;

export const conferenceKind: EntryKind<Conference> = {
  list: 'conferences',
  key: 'number',
  title: 'Conferences',
  formOf(entry, config): Form {
    if (!entry) return { number: freeNumber(config, 'conferences') ?? '', type: 'static', levelling: 'yes' };
    const { number, description, type, pin, maxParticipants, record, levelling, noiseGate } = entry;
    return {
      number,
      description,
      type,
      pin: pin ?? '',
      maxParticipants: maxParticipants?.toString() ?? '',
      record: record ? 'yes' : '',
      recordAccepted: record ? 'yes' : '',
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
    record: form.record === 'yes',
    levelling: form.levelling === 'yes',
    noiseGate: form.noiseGate === 'yes',
  }),
  troubles: (form): Form =>
    form.record === 'yes' && form.recordAccepted !== 'yes'
      ? { recordAccepted: 'Without this, calls are not recorded: tick it, or do not record.' }
      : {},
  makes: { pin: () => randomDigits(PIN_DIGITS) },
};
