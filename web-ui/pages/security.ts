/** Configuration of how phones prove who they are. */
import { linesIn } from './config-form.js';
import type { SectionKind } from './section-pages.js';

export const securityKind: SectionKind<'security'> = {
  section: 'security',
  title: 'Security',
  choices: () => ({
    digests: [
      ['SHA-256,MD5', 'SHA-256, or MD5 where a phone has no other'],
      ['SHA-256', 'SHA-256 only'],
      ['MD5,SHA-256', 'MD5, or SHA-256 where a phone has no other'],
      ['MD5', 'MD5 only'],
    ],
  }),
  formOf: ({ digestAlgorithms, trustedNetworks }) => ({
    digestAlgorithms: digestAlgorithms.join(),
    trustedNetworks: trustedNetworks.join('\n'),
  }),
  bodyOf: (form) => ({
    digestAlgorithms: (form.digestAlgorithms ?? '').split(','),
    trustedNetworks: linesIn(form.trustedNetworks),
  }),
};
