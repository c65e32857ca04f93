/** The section of the schema that says what is attached to the lines of cards. */
import { number } from './dial-plan-schema.js';

const gain = {
  type: 'number',
  minimum: -12,
  maximum: 12,
  default: 0,
  description: '-12 to 12 dB',
} as const;
const seconds = (most: number, usual: number) =>
  ({
    type: 'integer',
    minimum: 1,
    maximum: most,
    default: usual,
    description: `1 to ${most} seconds`,
  }) as const;

const minutes = (most: number, usual: number) =>
  ({
    type: 'integer',
    minimum: 0,
    maximum: most,
    default: usual,
    description: `0 (no limit) to ${most} minutes`,
  }) as const;

const cadence = {
  type: 'object',
  additionalProperties: false,
  required: ['frequenciesHz', 'onOffMs'],
  properties: {
    frequenciesHz: {
      type: 'array',
      minItems: 1,
      maxItems: 4,
      items: { type: 'number', minimum: 100, maximum: 3000, description: '100 to 3000 Hz' },
      description: '1 to 4 frequencies that sound at once',
    },
    onOffMs: {
      type: 'array',
      maxItems: 12,
      items: { type: 'integer', minimum: 20, maximum: 20_000, description: '20 to 20000 ms' },
      description: 'up to 12 times, on and off by turns; none for a tone that does not stop',
    },
  },
} as const;

export const linesSchema = {
  type: 'array',
  maxItems: 500,
  default: [],
  items: {
    type: 'object',
    additionalProperties: false,
    required: [
      'name',
      'card',
      'place',
      'kind',
      'callerId',
      'rxGainDb',
      'txGainDb',
      'echoTailMs',
      'firstDigitSeconds',
      'betweenDigitsSeconds',
      'callWaiting',
      'outgoing',
      'polarity',
      'maxCallMinutes',
      'silenceMinutes',
    ],
    properties: {
      name: {
        type: 'string',
        pattern: '^[A-Za-z0-9_-][A-Za-z0-9._-]{0,31}$',
        description: '1 to 32 of A-Z a-z 0-9 . _ -, no dot at the beginning',
      },
      card: {
        type: 'string',
        pattern: '^[a-z]{1,16}(:[A-Za-z0-9._-]{1,32})?$',
        description: 'a kind of card, or one of several of a kind, as "dahdi" or "dahdi:2"',
      },
      place: {
        type: 'integer',
        minimum: 1,
        maximum: 1000,
        description: '1 to 1000: where on the card, as its face is labelled',
      },
      kind: {
        enum: ['fxs', 'fxo'],
        description: '"fxs" (a phone is attached) or "fxo" (the telephone exchange is attached)',
      },
      country: {
        type: 'string',
        pattern: '^[a-z]{2}$',
        description: 'two letters (ISO 3166), whose tones and ringing this line has',
      },
      callerId: {
        enum: ['bell202', 'v23', 'dtmf', 'off'],
        default: 'bell202',
        description: '"bell202", "v23", "dtmf" or "off": how callers are told on this line',
      },
      rxGainDb: gain,
      txGainDb: gain,
      echoTailMs: {
        type: 'integer',
        minimum: 0,
        maximum: 128,
        default: 32,
        description: '0 to 128 ms: so late an echo may come; 0 leaves it to the card',
      },
      extension: { ...number, description: 'the number of an extension' },
      hotLine: {
        type: 'string',
        pattern: '^[0-9*]{1,32}$',
        description: '1 to 32 of 0-9 and *',
      },
      firstDigitSeconds: seconds(60, 15),
      betweenDigitsSeconds: seconds(30, 5),
      callWaiting: { type: 'boolean', default: true, description: 'true or false' },
      to: {
        type: 'string',
        pattern: '^([0-9]{1,12}|askForConference)$',
        description: 'the number of an extension or a conference, or "askForConference"',
      },
      outgoing: { type: 'boolean', default: false, description: 'true or false' },
      polarity: { type: 'boolean', default: false, description: 'true or false' },
      maxCallMinutes: minutes(1440, 480),
      silenceMinutes: minutes(240, 60),
      tones: {
        type: 'object',
        additionalProperties: false,
        properties: { dial: cadence, ringBack: cadence, busy: cadence, reorder: cadence },
        description: 'those tones of the exchange that are not as in its country',
      },
    },
  },
} as const;
