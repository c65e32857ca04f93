/** The box in the machine, as a browser, a program and phones of its network reach it. */
import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import type { Host } from '../../firmware/system/host.js';
import { SAMPLE_MS } from '../../firmware/system/load-history.js';
import type { TestCall } from '../support/test-call.js';
import { Refused, TestPhone } from '../support/test-phone.js';
import { amplitudeOf, toneSource } from '../support/tone.js';
import { ADMIN_PASSWORD } from '../support/box.js';
import { ADDRESS } from './machine.js';

/** This end of the network of scripts/image/test.sh. */
const OWN_ADDRESS = '192.168.77.1';
/** Beyond the box's own greeting. */
const FRAMES = 100;

const USERNAMES = ['201', '202', '203'];

export type UpdateNow = { state: string; version: string; booted?: string; trouble?: string };

/** A new box gets its administrator and three phones, 201 to 203, and a conference, 888. */
export async function setUp(): Promise<void> {
  const page = await reach('/first-run');
  const cookie = page.headers['set-cookie']![0].split(';')[0];
  const token = /name="token" value="([^"]+)"/.exec(page.text)![1];
  const form = {
    ...{ token, name: 'admin', password: ADMIN_PASSWORD, repeated: ADMIN_PASSWORD },
    ...{ country: 'us', timeZone: 'UTC', language: 'en' },
  };
  const headers = { cookie, 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await reach('/first-run', 'POST', headers, new URLSearchParams(form).toString());
  assert.is(answer.status, 303, 'the first administrator');
  for (const number of USERNAMES)
    await ask(`config/extensions/${number}?new=1`, 'PUT', {
      number,
      sip: { username: number, password: `secret-${number}`, maxCalls: 7 },
    });
  await ask('config/conferences/888?new=1', 'PUT', { number: '888', type: 'static' });
}

/** Asks the API as the administrator; what it answers with a status of success. */
export async function ask<T>(what: string, method = 'GET', body?: object | Buffer): Promise<T> {
  const isFile = Buffer.isBuffer(body);
  const octets = isFile || body === undefined ? body : Buffer.from(JSON.stringify(body));
  const headers = {
    authorization: `Basic ${Buffer.from(`admin:${ADMIN_PASSWORD}`).toString('base64')}`,
    'content-type': isFile ? 'application/octet-stream' : 'application/json',
    'content-length': octets?.length ?? 0,
  };
  const { status, text } = await reach(`/api/v1/${what}`, method, headers, octets);
  assert.ok(status < 300, `${method} ${what}: ${status} ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

type Answer = { status: number; headers: IncomingHttpHeaders; text: string };

/**
 * Sends a request over a connection of its own: one that is kept does not survive the box's restart, and fetch has no
 * patience with a slow machine. The box made its certificate itself.
 */
function reach(
  path: string,
  method = 'GET',
  headers: OutgoingHttpHeaders = {},
  body: string | Buffer = '',
): Promise<Answer> {
  return new Promise((answered, failed) => {
    const options = { host: ADDRESS, path, method, headers, agent: false, rejectUnauthorized: false };
    request(options, (answer) => {
      const status = answer.statusCode!;
      text(answer).then((text) => answered({ status, headers: answer.headers, text }), failed);
    })
      .once('error', failed)
      .end(body);
  });
}

/** Installs the bundle that the box has verified; then it restarts. */
export async function install(): Promise<void> {
  await ask('update/install', 'POST', { waitMinutes: 0 });
}

/** Sends a bundle, which it verifies. */
export async function send(bundle: string): Promise<void> {
  await ask('update', 'POST', readFileSync(bundle));
}

/** Waits until the start of the version that runs is confirmed: GRUB has its tries back. */
export async function confirmed(): Promise<UpdateNow> {
  for (;;) {
    const now = await ask<UpdateNow & { slots: { isBooted: boolean; isGood: boolean }[] }>('update');
    if (now.slots.some(({ isBooted, isGood }) => isBooted && isGood)) return now;
    await pause(1000);
  }
}

/** Three phones call the conference, and each hears the two others, and not itself; when the first was answered. */
export async function conferenceOfThree(): Promise<number> {
  let answeredMs = 0;
  const tones = [500, 700, 900];
  const phones: TestPhone[] = [];
  const calls: TestCall[] = [];
  for (const username of USERNAMES) {
    const phone = await registered(username);
    phones.push(phone);
    calls.push(await taken(() => phone.dial('888')));
    answeredMs ||= performance.now();
  }
  calls.forEach(({ ear }, at) => (ear.source = toneSource(tones[at], 4000)));
  await Promise.all(calls.map(({ ear }) => ear.listen(FRAMES)));
  const heard = await Promise.all(calls.map(({ ear }) => ear.listen(FRAMES)));
  for (const [at, samples] of heard.entries())
    for (const [of, hz] of tones.entries()) {
      const amplitude = amplitudeOf(samples, hz);
      const what = `phone ${at + 1} hears ${hz} Hz with ${amplitude.toFixed(0)}`;
      assert.ok(of === at ? amplitude < 400 : amplitude > 1500, what);
    }
  await Promise.all(phones.map((phone) => phone.close()));
  return answeredMs;
}

/** While so many callers are in the conference: the memory in use, bytes, of all programs and the system. */
export async function memoryWith(callers: number): Promise<number> {
  const phones = await Promise.all(USERNAMES.map(registered));
  for (let at = 0; at < callers; at += 1) await taken(() => phones[at % phones.length].dial('888'));
  await pause(2 * SAMPLE_MS);
  const { memory } = await ask<Host>('system');
  const [{ participants }] = await ask<{ participants: unknown[] }[]>('conferences');
  assert.is(participants.length, callers);
  await Promise.all(phones.map((phone) => phone.close()));
  return memory.total - memory.free;
}

/** Calls until the call is taken: where its processor is emulated the box may have too much to do for one more. */
async function taken<T>(call: () => Promise<T>): Promise<T> {
  for (;;)
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof Refused && error.status === 503)) throw error;
      await pause(1000);
    }
}

/** A phone that comes from a new port each time, and never signs off: the power of phones is cut too. */
async function registered(username: string): Promise<TestPhone> {
  const phone = await TestPhone.open({
    ...{ box: { address: ADDRESS, port: 5060 }, address: OWN_ADDRESS, username },
    password: `secret-${username}`,
  });
  await phone.register();
  return phone;
}
