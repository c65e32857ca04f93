/** Configuration of the numbers for what the box does itself. */
import type { Service } from '../../firmware/config/schema.js';
import type { EntryKind } from './entry-pages.js';

export const serviceKind: EntryKind<Service> = {
  list: 'services',
  key: 'number',
  title: 'Service numbers',
  formOf: (service) => ({
    number: service?.number ?? '',
    service: service?.service ?? 'askForConference',
  }),
  bodyOf: (form) => ({ service: form.service }),
};
