/** The section of the schema for microphones and loudspeakers at the box itself. */
import { number, permissions } from './dial-plan-schema.js';

const device = {
  type: 'string',
  pattern: '^[!-~]{1,128}$',
  description: 'the name of an ALSA device, such as plughw:1,0 or default',
} as const;
const gain = { type: 'integer', minimum: -24, maximum: 24, default: 0, description: '-24 to 24 dB' } as const;

export const audioPortsSchema = {
  type: 'array',
  maxItems: 16,
  default: [],
  items: {
    type: 'object',
    additionalProperties: false,
    required: [
      'number',
      'name',
      'role',
      'rate',
      'microphoneGainDb',
      'loudspeakerGainDb',
      'autoAnswer',
      'halfDuplex',
    ],
    properties: {
      number,
      name: { type: 'string', maxLength: 64, default: '', description: 'at most 64 characters' },
      role: {
        enum: ['room', 'doorStation', 'paging'],
        description: '"room", "doorStation" or "paging" (is spoken to and says nothing)',
      },
      capture: device,
      playback: device,
      rate: {
        enum: [8000, 16000, 32000, 44100, 48000],
        default: 48000,
        description: '8000, 16000, 32000, 44100 or 48000 samples a second',
      },
      microphoneGainDb: gain,
      loudspeakerGainDb: gain,
      autoAnswer: { type: 'boolean', default: true, description: 'true or false' },
      halfDuplex: { type: 'boolean', default: false, description: 'true or false' },
      calls: {
        type: 'string',
        pattern: '^\\+?[0-9*]{1,20}$',
        description: 'a number as an extension dials it: 1 to 20 of 0-9 and *, a + may come first',
      },
      button: {
        type: 'string',
        pattern: '^/[!-~]{1,255}$',
        description: 'the path of an input device, such as /dev/input/by-path/platform-gpio-keys-event',
      },
      permissions,
    },
  },
} as const;
