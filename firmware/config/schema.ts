/** The one schema of the configuration: it validates the document and makes its TypeScript type. */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { audioPortsSchema } from './audio-port-schema.js';
import {
  codecList,
  number,
  permissionGroupsSchema,
  permissions,
  routesSchema,
  servicesSchema,
  trunksSchema,
} from './dial-plan-schema.js';
import { apiTokensSchema, webhooksSchema } from './integration-schema.js';
import { linesSchema } from './line-schema.js';

const name = { type: 'string', maxLength: 64, description: 'at most 64 characters' } as const;
const file = {
  type: 'string',
  minLength: 1,
  maxLength: 1024,
  description: 'the path of a PEM file',
} as const;
const port = { type: 'integer', minimum: 0, maximum: 65535, description: '0 to 65535' } as const;

const networks = {
  type: 'array',
  maxItems: 100,
  items: {
    type: 'string',
    format: 'network',
    description: 'a network such as 192.168.0.0/16 or 2001:db8::/32',
  },
} as const;

export const configSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Parley configuration',
  type: 'object',
  additionalProperties: false,
  required: [
    'version',
    'network',
    'security',
    'media',
    'country',
    'recordingTone',
    'timeZone',
    'language',
    'console',
    'recordings',
    'administrators',
    'extensions',
    'conferences',
    'services',
    'trunks',
    'routes',
    'permissionGroups',
    'audioPorts',
    'apiTokens',
    'webhooks',
    'lines',
  ],
  properties: {
    version: { const: 1, description: '1' },
    network: {
      type: 'object',
      additionalProperties: false,
      required: [
        'bind',
        'localNetworks',
        'sipPort',
        'sipTlsPort',
        'httpPort',
        'httpsPort',
        'rtpPorts',
        'rtpTimeoutSeconds',
      ],
      default: {},
      properties: {
        bind: {
          type: ['string', 'array'],
          format: 'ip',
          items: { type: 'string', format: 'ip', description: 'an IP address' },
          minItems: 1,
          maxItems: 2,
          default: '0.0.0.0',
          description:
            'an IP address, or a list of one of IPv4 and one of IPv6; 0.0.0.0 is all, :: all of both',
        },
        externalAddress: {
          type: 'string',
          format: 'host',
          description: 'the IP address of the router as the outside sees it, or a name that has it',
        },
        localNetworks: {
          ...networks,
          default: [
            '10.0.0.0/8',
            '172.16.0.0/12',
            '192.168.0.0/16',
            '169.254.0.0/16',
            '127.0.0.0/8',
            'fc00::/7',
            'fe80::/10',
            '::1/128',
          ],
          description: 'networks whose phones are not told the external address',
        },
        sipPort: { ...port, default: 5060 },
        sipTlsPort: { ...port, default: 5061 },
        tls: {
          type: 'object',
          additionalProperties: false,
          required: ['certificateFile', 'keyFile'],
          properties: { certificateFile: file, keyFile: file },
        },
        httpPort: { ...port, default: 8080 },
        httpsPort: { ...port, default: 8443 },
        rtpPorts: {
          type: 'array',
          items: port,
          minItems: 2,
          maxItems: 2,
          default: [16384, 32766],
          description: 'the first and the last UDP port for audio',
        },
        rtpTimeoutSeconds: {
          type: 'integer',
          minimum: 0,
          maximum: 3600,
          default: 60,
          description: '0 to 3600 seconds without audio after which a call is hung up; 0 is never',
        },
      },
    },
    security: {
      type: 'object',
      additionalProperties: false,
      required: ['digestAlgorithms', 'trustedNetworks'],
      default: {},
      properties: {
        digestAlgorithms: {
          type: 'array',
          items: { type: 'string', enum: ['SHA-256', 'MD5'], description: '"SHA-256" or "MD5"' },
          minItems: 1,
          uniqueItems: true,
          default: ['SHA-256', 'MD5'],
          description: 'what phones may prove their password with, best first',
        },
        trustedNetworks: {
          ...networks,
          default: [],
          description: 'networks whose phones are never refused for wrong passwords',
        },
      },
    },
    media: {
      type: 'object',
      additionalProperties: false,
      required: ['codecs'],
      default: {},
      properties: { codecs: { ...codecList, default: ['G722', 'opus/16000', 'PCMU', 'PCMA'] } },
    },
    country: {
      type: 'string',
      pattern: '^[a-z]{2}$',
      default: 'us',
      description: 'two letters (ISO 3166), whose tones callers hear',
    },
    recordingTone: { type: 'boolean', default: false, description: 'true or false' },
    timeZone: {
      type: 'string',
      format: 'timeZone',
      default: 'UTC',
      description: 'a time zone such as Europe/Berlin or UTC (IANA)',
    },
    language: { enum: ['en'], default: 'en', description: '"en", in which the box speaks' },
    console: {
      type: 'object',
      additionalProperties: false,
      required: ['baudRate', 'idleMinutes'],
      default: {},
      properties: {
        device: {
          type: 'string',
          pattern: '^/dev/',
          maxLength: 256,
          description: 'a serial port such as /dev/ttyS0 or /dev/ttyUSB0',
        },
        baudRate: {
          enum: [9600, 19200, 38400, 57600, 115200],
          default: 115200,
          description: '9600, 19200, 38400, 57600 or 115200',
        },
        idleMinutes: { type: 'integer', minimum: 1, maximum: 1440, default: 15, description: '1 to 1440' },
      },
    },
    recordings: {
      type: 'object',
      additionalProperties: false,
      required: ['keepDays', 'maxMegabytes'],
      default: {},
      properties: {
        folder: {
          type: 'string',
          pattern: '^/',
          maxLength: 1024,
          description: 'the whole path of a folder, such as /media/usb/recordings',
        },
        keepDays: {
          type: 'integer',
          minimum: 0,
          maximum: 3650,
          default: 90,
          description: '0 to 3650 days after which a recording is deleted; 0 is never',
        },
        maxMegabytes: {
          type: 'integer',
          minimum: 0,
          maximum: 100_000_000,
          default: 4096,
          description:
            '0 to 100000000 MB that all recordings may take before the oldest is deleted; 0 is no limit',
        },
      },
    },
    administrators: {
      type: 'array',
      maxItems: 20,
      default: [],
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['name', 'passwordHash', 'role'],
        properties: {
          name: {
            type: 'string',
            pattern: '^[A-Za-z0-9_-][A-Za-z0-9._-]{0,31}$',
            description: '1 to 32 of A-Z a-z 0-9 . _ -, no dot at the beginning',
          },
          passwordHash: {
            type: 'string',
            pattern: '^scrypt\\$[0-9]+\\$[0-9]+\\$[0-9]+\\$[A-Za-z0-9+/]+=*\\$[A-Za-z0-9+/]+=*$',
            maxLength: 256,
            description: 'scrypt$N$r$p$salt$hash, made by the box',
          },
          role: {
            enum: ['administrator', 'operator', 'viewer'],
            default: 'administrator',
            description: '"administrator", "operator" (watches and moderates) or "viewer" (watches)',
          },
        },
      },
    },
    extensions: {
      type: 'array',
      maxItems: 1000,
      default: [],
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['number', 'name'],
        properties: {
          number,
          name: { ...name, default: '' },
          permissions,
          sip: {
            type: 'object',
            additionalProperties: false,
            required: ['username', 'password', 'maxCalls', 'srtp'],
            properties: {
              username: {
                type: 'string',
                pattern: '^[A-Za-z0-9._-]{1,32}$',
                description: '1 to 32 of A-Z a-z 0-9 . _ -',
              },
              password: { type: 'string', minLength: 6, maxLength: 64, description: '6 to 64 characters' },
              maxCalls: { type: 'integer', minimum: 1, maximum: 1000, default: 4, description: '1 to 1000' },
              srtp: {
                enum: ['off', 'optional', 'required'],
                default: 'optional',
                description: '"off", "optional" or "required"',
              },
            },
          },
        },
      },
    },
    conferences: {
      type: 'array',
      maxItems: 1000,
      default: [],
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['number', 'description', 'type', 'record', 'levelling', 'noiseGate'],
        properties: {
          number,
          description: { ...name, default: '' },
          type: { enum: ['static', 'dynamic'], description: '"static" or "dynamic"' },
          pin: number,
          maxParticipants: { type: 'integer', minimum: 2, maximum: 1000, description: '2 to 1000' },
          record: {
            enum: ['off', 'always', 'moderator'],
            default: 'off',
            description: '"off", "always" or "moderator" (when a moderator starts it)',
          },
          recordAcknowledgement: {
            type: 'object',
            additionalProperties: false,
            required: ['by', 'at'],
            description: 'who has taken the liability for recording, and when',
            properties: {
              by: {
                type: 'string',
                minLength: 1,
                maxLength: 64,
                description: 'the name of an administrator',
              },
              at: {
                type: 'string',
                format: 'instant',
                description: 'an instant such as 2026-01-31T12:00:00Z',
              },
            },
          },
          levelling: { type: 'boolean', default: false, description: 'true or false' },
          noiseGate: { type: 'boolean', default: false, description: 'true or false' },
        },
      },
    },
    services: servicesSchema,
    trunks: trunksSchema,
    routes: routesSchema,
    permissionGroups: permissionGroupsSchema,
    audioPorts: audioPortsSchema,
    apiTokens: apiTokensSchema,
    webhooks: webhooksSchema,
    lines: linesSchema,
  },
} as const;

/** The type of what a schema describes. */
export type TypeOf<Schema extends JSONSchema> = FromSchema<Schema>;

export type Config = TypeOf<typeof configSchema>;
export type Administrator = Config['administrators'][number];
export type Role = Administrator['role'];
export type Extension = Config['extensions'][number];
export type SipAccount = NonNullable<Extension['sip']>;
export type Conference = Config['conferences'][number];
export type Service = Config['services'][number];
export type Trunk = Config['trunks'][number];
export type Route = Config['routes'][number];
export type PermissionGroup = Config['permissionGroups'][number];
export type AudioPort = Config['audioPorts'][number];
export type ApiToken = Config['apiTokens'][number];
export type Webhook = Config['webhooks'][number];
export type LineSettings = Config['lines'][number];
export type WebhookEvent = Webhook['events'][number];
