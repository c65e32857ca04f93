/** Configuration of the technician's serial port. */
import { numberIn, trimmedIn } from './config-form.js';
import type { SectionKind } from './section-pages.js';

const BAUD_RATES = ['115200', '57600', '38400', '19200', '9600'];

export const consoleKind: SectionKind<'console'> = {
  section: 'console',
  title: 'Console',
  note: 'The serial port and its speed are used after the next start of the box.',
  choices: () => ({ baudRates: BAUD_RATES.map((rate) => [rate, `${rate} baud`]) }),
  formOf: ({ device = '', baudRate, idleMinutes }) => ({
    device,
    baudRate: String(baudRate),
    idleMinutes: String(idleMinutes),
  }),
  bodyOf: (form) => ({
    device: trimmedIn(form.device),
    baudRate: numberIn(form.baudRate),
    idleMinutes: numberIn(form.idleMinutes),
  }),
};
