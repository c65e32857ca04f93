/**
 * The configuration as a file to be kept elsewhere. Everything can be read but the secrets, which a passphrase encrypts.
 * Format 1, JSON: `config` without secrets; `secrets.data` is what AES-256-GCM (NIST SP 800-38D) makes of a JSON object
 * that has them by their JSON pointers, then the tag of 16 bytes; the key is scrypt (RFC 7914; N 32768, r 8, p 1) of the
 * passphrase and `secrets.salt`; everything before `secrets` is authenticated too, as JSON without white space. `sha256`
 * is that of the document before it, as JSON without white space: by it a damaged file is told from a wrong passphrase.
 * Binary is base64.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { derive } from './password.js';
import { isSecret } from './problem.js';
import type { Config } from './schema.js';
import { validateConfig } from './validate.js';

/** No file of ours is longer, and no other is read. */
export const MAX_BACKUP_BYTES = 4 << 20;

/** Why a file cannot be used, for people. */
export class BackupError extends Error {
  override name = 'BackupError';
}

type Head = { format: 'parley-backup'; version: 1; made: string; firmware: string; config: Fields };
type Sealed = { salt: string; iv: string; data: string };
type Fields = Record<string, unknown>;

const FORMAT = 'parley-backup';
const CIPHER = 'aes-256-gcm';
const TAG_BYTES = 16;
const SCRYPT = [32, 32_768, 8, 1] as const;

/** The text of a backup. `made`: ISO 8601; `firmware`: its version. */
export async function makeBackup(
  config: Config,
  passphrase: string,
  { made, firmware }: { made: string; firmware: string },
): Promise<string> {
  const bare = structuredClone(config) as Fields;
  const found: Record<string, string> = {};
  takeSecrets(bare, '', found);
  const head: Head = { format: FORMAT, version: 1, made, firmware, config: bare };
  const [salt, iv] = [randomBytes(16), randomBytes(12)];
  const cipher = createCipheriv(CIPHER, await derive(passphrase, salt, ...SCRYPT), iv);
  cipher.setAAD(Buffer.from(JSON.stringify(head)));
  const data = [cipher.update(JSON.stringify(found)), cipher.final(), cipher.getAuthTag()];
  const [saltText, ivText, dataText] = [salt, iv, Buffer.concat(data)].map((one) => one.toString('base64'));
  const whole = { ...head, secrets: { salt: saltText, iv: ivText, data: dataText } };
  return `${JSON.stringify({ ...whole, sha256: sha256(whole) }, null, 1)}\n`;
}

/** A copy that anybody may see. */
export function withoutSecrets(config: Config): object {
  const bare = structuredClone(config) as Fields;
  takeSecrets(bare, '', {});
  return bare;
}

/** The configuration in a backup. Throws BackupError, or ConfigError where this firmware cannot use it. */
export async function openBackup(text: string, passphrase: string): Promise<Config> {
  if (Buffer.byteLength(text) > MAX_BACKUP_BYTES)
    throw new BackupError('the file is larger than any backup of this box');
  const { head, secrets } = read(text);
  const key = await derive(passphrase, Buffer.from(secrets.salt, 'base64'), ...SCRYPT);
  const found = unseal(secrets, key, Buffer.from(JSON.stringify(head)));
  for (const [pointer, secret] of Object.entries(found)) putSecret(head.config, pointer, secret);
  return validateConfig(head.config);
}

function read(text: string): { head: Head; secrets: Sealed } {
  const document = parse(text);
  if (!isFields(document) || document.format !== FORMAT)
    throw new BackupError('the file is not a backup of this kind of box');
  if (document.version !== 1) throw new BackupError('the backup was made by a newer firmware');
  const { sha256: sum, ...whole } = document;
  if (sum !== sha256(whole)) throw new BackupError('the backup is damaged: it is not as it was made');
  const { secrets, ...head } = whole;
  if (!isFields(head.config) || !isSealed(secrets))
    throw new BackupError('the backup is damaged: parts of it are missing');
  return { head: head as Head, secrets };
}

function unseal(secrets: Sealed, key: Buffer, authenticated: Buffer): Record<string, string> {
  const [iv, data] = [secrets.iv, secrets.data].map((text) => Buffer.from(text, 'base64'));
  try {
    const decipher = createDecipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES });
    decipher.setAAD(authenticated);
    decipher.setAuthTag(data.subarray(-TAG_BYTES));
    const plain = Buffer.concat([decipher.update(data.subarray(0, -TAG_BYTES)), decipher.final()]);
    return JSON.parse(plain.toString('utf8')) as Record<string, string>;
  } catch {
    throw new BackupError('the passphrase is not the one that the backup was made with');
  }
}

/** Moves every secret below a node to `found`, by its JSON pointer. */
function takeSecrets(node: unknown, path: string, found: Record<string, string>): void {
  if (typeof node !== 'object' || node === null) return;
  for (const [name, value] of Object.entries(node)) {
    const pointer = `${path}/${name}`;
    if (typeof value === 'string' && isSecret(pointer)) {
      found[pointer] = value;
      delete (node as Fields)[name];
    } else takeSecrets(value, pointer, found);
  }
}

function putSecret(config: Fields, pointer: string, secret: string): void {
  const names = pointer.split('/').slice(1);
  const last = names.pop()!;
  let node: unknown = config;
  for (const name of names)
    node =
      typeof node === 'object' && node !== null && Object.hasOwn(node, name)
        ? (node as Fields)[name]
        : undefined;
  if (typeof node === 'object' && node !== null && isSecret(pointer)) (node as Fields)[last] = secret;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw new BackupError('the file is not a backup, or it is damaged: not a JSON document');
  }
}

function sha256(document: object): string {
  return createHash('sha256').update(JSON.stringify(document)).digest('hex');
}

function isSealed(value: unknown): value is Sealed {
  return isFields(value) && ['salt', 'iv', 'data'].every((name) => typeof value[name] === 'string');
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
