/** Configuration of how callers sound. */
import { codecNames } from '../../firmware/codec-formats.js';
import { orderIn, orderOf } from './config-form.js';
import type { SectionKind } from './section-pages.js';

export const mediaKind: SectionKind<'media'> = {
  section: 'media',
  title: 'Sound',
  choices: () => ({ codecs: codecNames }),
  formOf: ({ codecs }) => orderOf('codecs', codecs, codecNames.length),
  bodyOf: (form) => ({ codecs: orderIn(form, 'codecs') }),
  fieldOf: () => 'codecs-0',
};
