/** The sections of the schema that say who reaches what: trunks, routes, permission groups, service numbers. */
import { codecNames } from '../codec-formats.js';

export const number = { type: 'string', pattern: '^[0-9]{1,12}$', description: '1 to 12 digits' } as const;
/** Needs a default. */
export const codecList = {
  type: 'array',
  items: { type: 'string', enum: codecNames, description: `one of ${codecNames.join(', ')}` },
  minItems: 1,
  uniqueItems: true,
  description: 'which codecs are spoken, best first',
} as const;
const label = {
  type: 'string',
  pattern: '^[A-Za-z0-9_-][A-Za-z0-9._-]{0,31}$',
  description: '1 to 32 of A-Z a-z 0-9 . _ -, no dot at the beginning',
} as const;
const telephone = {
  type: 'string',
  pattern: '^\\+?[0-9]{1,20}$',
  description: '1 to 20 digits, a + may come first',
} as const;
const prefix = {
  type: 'string',
  pattern: '^\\+?[0-9*]{0,20}$',
  description: 'how numbers begin: up to 20 of 0-9 and *, a + may come first',
} as const;
const strip = {
  type: 'integer',
  minimum: 0,
  maximum: 20,
  description: '0 to 20: how many characters at the beginning are left out',
} as const;
const prepend = {
  type: 'string',
  pattern: '^\\+?[0-9]{0,20}$',
  default: '',
  description: 'up to 20 digits that come before the rest, a + may come first',
} as const;

/** Among the trunks of a route: any exchange line that is `outgoing`. */
export const EXCHANGE_LINES = 'exchangeLines';

const inboundSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['strip', 'prepend', 'numbers'],
  default: {},
  properties: {
    strip: { ...strip, default: 0 },
    prepend,
    numbers: {
      type: 'array',
      maxItems: 1000,
      default: [],
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['number', 'to'],
        properties: {
          number: telephone,
          to: {
            type: 'string',
            pattern: '^([0-9]{1,12}|askForConference)$',
            description: 'the number of an extension or a conference, or "askForConference"',
          },
        },
      },
    },
  },
} as const;

export const trunksSchema = {
  type: 'array',
  maxItems: 50,
  default: [],
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['name', 'type', 'server', 'addresses', 'codecs', 'qualifySeconds', 'inbound'],
    properties: {
      name: label,
      type: { enum: ['register', 'peer'], description: '"register" or "peer"' },
      server: { type: 'string', format: 'host', description: 'a host name or an IP address' },
      port: { type: 'integer', minimum: 1, maximum: 65535, description: '1 to 65535' },
      transport: {
        enum: ['udp', 'tcp', 'tls'],
        description: '"udp", "tcp" or "tls"; without it the DNS says',
      },
      tlsFingerprint: {
        type: 'string',
        pattern: '^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){31}$',
        description: 'the SHA-256 fingerprint of a certificate: 32 bytes as AB:01:..., with colons',
      },
      addresses: {
        type: 'array',
        maxItems: 100,
        items: {
          type: 'string',
          format: 'addressOrNetwork',
          description: 'an IP address, or a network such as 192.0.2.0/24 or 2001:db8::/32',
        },
        default: [],
        description: 'a list of addresses and networks',
      },
      username: {
        type: 'string',
        pattern: '^[!-~]{1,64}$',
        description: '1 to 64 ASCII characters without spaces',
      },
      password: { type: 'string', minLength: 1, maxLength: 128, description: '1 to 128 characters' },
      outboundProxy: {
        type: 'string',
        format: 'hostPort',
        description:
          'a host name, an IPv4 address or an IPv6 address in brackets, a colon and a port may follow',
      },
      codecs: { ...codecList, default: ['PCMU', 'PCMA'] },
      qualifySeconds: {
        type: 'integer',
        minimum: 0,
        maximum: 3600,
        default: 60,
        description: '0 (never) to 3600',
      },
      callerId: telephone,
      inbound: inboundSchema,
    },
  },
} as const;

export const routesSchema = {
  type: 'array',
  maxItems: 100,
  default: [],
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['prefix', 'prepend', 'trunks'],
    properties: {
      prefix: {
        type: 'string',
        pattern: '^(\\+|[0-9*])[0-9*]{0,11}$',
        description: '1 to 12 of 0-9 and *, a + may come first',
      },
      strip,
      prepend,
      trunks: {
        type: 'array',
        items: label,
        minItems: 1,
        maxItems: 8,
        uniqueItems: true,
        description: `the names of trunks, or "${EXCHANGE_LINES}", the one to try first at the beginning`,
      },
      callerId: telephone,
    },
  },
} as const;

export const permissionGroupsSchema = {
  type: 'array',
  maxItems: 100,
  default: [],
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['name', 'rules', 'transferOutside', 'unusualCallsPerDay'],
    properties: {
      name: label,
      rules: {
        type: 'array',
        maxItems: 100,
        default: [],
        items: {
          type: 'object',
          additionalProperties: false,
          minProperties: 1,
          maxProperties: 1,
          properties: { allow: prefix, deny: prefix },
          description: 'either { "allow": "prefix" } or { "deny": "prefix" }',
        },
      },
      maxOutboundCalls: { type: 'integer', minimum: 1, maximum: 1000, description: '1 to 1000' },
      maxCallsPerHour: { type: 'integer', minimum: 1, maximum: 10000, description: '1 to 10000' },
      transferOutside: { type: 'boolean', default: false, description: 'true or false' },
      unusualCallsPerDay: {
        type: 'integer',
        minimum: 0,
        maximum: 100,
        default: 10,
        description: '0 to 100 unusual calls in a day, after which an extension is cut off; 0 is never',
      },
    },
  },
} as const;

export const servicesSchema = {
  type: 'array',
  maxItems: 20,
  default: [],
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['number', 'service'],
    properties: {
      number: { type: 'string', pattern: '^[0-9*]{1,12}$', description: '1 to 12 of 0-9 and *' },
      service: {
        enum: ['askForConference', 'emergency'],
        description: '"askForConference" or "emergency"',
      },
    },
  },
} as const;

/** The name of a permission group, as an extension bears it. */
export const permissions = { ...label, description: 'the name of a permission group' } as const;
