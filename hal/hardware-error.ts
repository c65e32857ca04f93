/** Something is wrong with hardware, and a technician must see to it. */

export type HardwareCode = 'notFound' | 'busy' | 'denied' | 'lost' | 'unsupported';

export class HardwareError extends Error {
  constructor(
    readonly code: HardwareCode,
    message: string,
  ) {
    super(message);
    this.name = 'HardwareError';
  }
}
