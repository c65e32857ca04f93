/** The sections of the schema by which other programs work with the box: API tokens and webhooks. */

const label = {
  type: 'string',
  pattern: '^[A-Za-z0-9._-]{1,32}$',
  description: '1 to 32 of A-Z a-z 0-9 . _ -',
} as const;

/** What a webhook can be told of. */
export const webhookEvents = [
  'conference.started',
  'conference.ended',
  'participant.joined',
  'participant.left',
  'recording.ready',
] as const;

export const tokenScope = {
  enum: ['administrator', 'operator', 'viewer'],
  description: '"administrator", "operator" (watches and moderates) or "viewer" (watches)',
} as const;

export const tokenExpiry = {
  type: 'string',
  format: 'instant',
  description: 'a day or an instant such as 2027-12-31 or 2027-12-31T12:00:00Z',
} as const;

export const apiTokensSchema = {
  type: 'array',
  maxItems: 50,
  default: [],
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['name', 'tokenHash', 'scope', 'made'],
    properties: {
      name: label,
      tokenHash: {
        type: 'string',
        pattern: '^[0-9a-f]{64}$',
        description: 'the SHA-256 of the token in hexadecimal, made by the box',
      },
      scope: tokenScope,
      made: { type: 'string', format: 'instant', description: 'when it was made, as 2026-12-31T12:00:00Z' },
      expires: tokenExpiry,
    },
  },
} as const;

export const webhooksSchema = {
  type: 'array',
  maxItems: 10,
  default: [],
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['name', 'url', 'secret', 'events'],
    properties: {
      name: label,
      url: {
        type: 'string',
        maxLength: 1024,
        format: 'webUrl',
        description: 'an address that begins with http:// or https://, without name and password in it',
      },
      secret: {
        type: 'string',
        pattern: '^whsec_[A-Za-z0-9+/]{32,86}={0,2}$',
        description: 'whsec_ and 24 to 64 random bytes in base64',
      },
      events: {
        type: 'array',
        items: { type: 'string', enum: webhookEvents, description: `one of ${webhookEvents.join(', ')}` },
        minItems: 1,
        uniqueItems: true,
        default: webhookEvents,
        description: `some of ${webhookEvents.join(', ')}`,
      },
    },
  },
} as const;
