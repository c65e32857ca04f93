/** A day in the office, again and again: everything that people, phones and pages do with a box, which is at rest after it. */
import * as assert from 'uvu/assert';
import { menu } from '../../web-ui/pages/menu.js';
import type { Box } from './box.js';
import { phones } from './box.js';
import { Technician } from './technician.js';
import type { TestCall } from './test-call.js';
import { TestPhone, type TestPhoneOptions } from './test-phone.js';
import { toneSource } from './tone.js';
import { Visitor } from './visitor.js';

const acknowledged = { recordAcknowledgement: { by: 'admin', at: '2026-11-24T12:00:00Z' } };

export const churnConfig = {
  version: 1,
  // Soon after a phone has lost its power its calls are over.
  network: { rtpTimeoutSeconds: 5 },
  extensions: phones(12),
  conferences: [
    { number: '800', description: 'Weekly', type: 'static', record: 'always', ...acknowledged },
    { number: '801', description: 'Open', type: 'static' },
    { number: '802', description: 'Saved', type: 'static' },
  ],
};

/** What a box of long standing knows of the past: as much as it ever remembers, so that no more comes to it. */
export function longPast(): Record<string, string> {
  const time = '2026-11-01T12:00:00.000Z';
  const call = (id: number) => ({
    kind: 'call',
    id,
    began: time,
    answered: time,
    ended: time,
    direction: 'incoming',
    number: '101',
    name: 'Phone 101',
    with: '800',
    address: '127.0.0.1',
    codec: 'PCMU',
    seconds: 60,
    cause: 'normal',
    quality: { rxMos: 4.2, txMos: 4.2, rxLoss: 0, txLoss: 0 },
  });
  const participant = { number: '101', name: 'Phone 101', joined: time, left: time };
  const conference = (id: number) => ({
    kind: 'conference',
    id,
    began: time,
    ended: time,
    conference: '800',
    description: 'Weekly',
    seconds: 60,
    cause: 'empty',
    participants: [1, 2, 3].map((before) => ({ ...participant, call: id - before })),
  });
  const access = (id: number) => ({
    time,
    by: 'admin',
    what: 'listened',
    recording: `20261101-120000-${String(id).padStart(8, '0')}`,
    file: 'track-1.wav',
  });
  return {
    ...segments('history', 20_000, (id) => (id % 4 === 0 ? conference(id) : call(id))),
    ...segments('recording-access', 10_000, access),
  };
}

/** Lines of a log, some thousand in each file. */
function segments(folder: string, count: number, line: (at: number) => object): Record<string, string> {
  const each = 2500;
  const lines = Array.from({ length: count }, (_, at) => `${JSON.stringify(line(at + 1))}\n`);
  return Object.fromEntries(
    Array.from({ length: count / each }, (_, at) => [
      `${folder}/${String(at + 1).padStart(10, '0')}.jsonl`,
      lines.slice(each * at, each * (at + 1)).join(''),
    ]),
  );
}

type Recordings = { recordings: { id: string; endedAt: string | null }[] };

export class Churn {
  #rounds = 0;

  private constructor(
    private readonly box: Box,
    private readonly visitor: Visitor,
    private readonly phones: ReadonlyMap<string, TestPhone>,
  ) {}

  /** The phones that stay, registered, and somebody who stays signed in. */
  static async begin(box: Box): Promise<Churn> {
    const visitor = await Visitor.signIn(box, 'admin');
    const all = new Map<string, TestPhone>();
    for (const number of ['101', '102', '103', '104', '105', '106', '107', '108', '109'])
      all.set(number, await box.phone(number));
    return new Churn(box, visitor, all);
  }

  /** Everything once, all at the same time. */
  async round(): Promise<void> {
    this.#rounds += 1;
    await Promise.all([...this.phones.values()].map((phone) => phone.register()));
    await Promise.all([
      this.#conference(),
      this.#transfers(),
      this.#reboot(),
      this.#securePhone(),
      this.#pages(),
      this.#console(),
      this.#save(),
    ]);
    await this.#recordings();
    await this.box.until<object[]>('calls', (calls) => calls.length === 0);
  }

  /** Three join a conference that is recorded, are muted, put on hold, and leave; one of them is put out. */
  async #conference(): Promise<void> {
    const calls: TestCall[] = [];
    for (const number of ['101', '102', '103']) calls.push(await this.#phone(number).dial('800'));
    const [one, two, three] = calls;
    two.ear.source = toneSource(500, 3000);
    const [room] = await this.box.inside(3, '800');
    await one.ear.listen(25);
    await one.reinvite('sendonly');
    const { id } = room.participants.find(({ number }) => number === '103')!;
    const participant = `conferences/${room.id}/participants/${id}`;
    for (const action of ['mute', 'unmute'])
      assert.is((await this.box.ask(`${participant}/${action}`, 'POST')).status, 204, action);
    await one.reinvite('sendrecv');
    two.ear.keys('12');
    await two.ear.listen(50);
    assert.is((await this.box.ask(`${participant}/remove`, 'POST')).status, 204);
    await three.ended;
    for (const call of [one, two]) await call.hangUp();
  }

  /** A call is transferred blindly, then another one after a talk with the third. */
  async #transfers(): Promise<void> {
    const [boss, ann, bob] = ['104', '105', '106'].map((number) => this.#phone(number));
    for (const attended of [false, true]) {
      const answered = ann.next();
      const first = await boss.dial('105');
      const party = await answered;
      await first.reinvite('sendonly');
      const rings = bob.next();
      const second = attended ? await boss.dial('106') : undefined;
      if (second) await rings;
      assert.is(await first.refer('106', second), 202);
      const target = await rings;
      await first.ended;
      await Promise.all([party.ear.listen(25), target.ear.listen(25)]);
      await party.hangUp();
      await target.ended;
    }
  }

  /** A phone loses its power in a call, comes back and calls again. */
  async #reboot(): Promise<void> {
    // It comes back where it was.
    const options = { contact: 'sip:110@127.0.0.1:9' };
    const cut = await this.#open('110', options);
    const call = await cut.dial('801');
    await call.ear.listen(10);
    await cut.cut();
    const again = await this.#open('110', options);
    await (await again.dial('801')).ear.listen(10);
    await again.close();
  }

  /** One registers by TLS, calls encrypted, and is switched off. */
  async #securePhone(): Promise<void> {
    const options = { ...(await this.box.by('tls')), secure: true };
    const phone = await this.#open('111', options);
    const call = await phone.dial('801');
    await call.ear.listen(10);
    await call.hangUp();
    await phone.register(0);
    await phone.close();
  }

  /** Every page of the menu, the live events for a moment, and somebody else who signs in and out. */
  async #pages(): Promise<void> {
    for (const { path } of menu.flatMap(({ pages }) => pages)) {
      const answer = await this.visitor.get(path);
      assert.is(answer.status, 200, path);
      await answer.text();
    }
    const events = (await this.box.ask('events')).body!.getReader();
    await events.read();
    await events.cancel();
    const guest = await Visitor.signIn(this.box, 'admin');
    assert.is((await guest.post('/sign-out', { token: guest.token })).status, 303);
  }

  async #console(): Promise<void> {
    const technician = await Technician.onTheMachine(this.box.directory);
    await technician.signIn();
    await technician.reads('parley> ');
    assert.match(await technician.does('show status'), /calls/i);
    await technician.leave();
  }

  async #save(): Promise<void> {
    const body = { description: `Saved ${this.#rounds}`, type: 'static' };
    assert.is((await this.box.ask('config/conferences/802', 'PUT', body)).status, 200);
  }

  /** The newest is listened to; most of the others are deleted. */
  async #recordings(): Promise<void> {
    const { recordings } = await this.box.get<Recordings>('recordings');
    const [newest, , , ...old] = recordings.filter(({ endedAt }) => endedAt !== null);
    for (const { id } of old) assert.is((await this.box.ask(`recordings/${id}`, 'DELETE')).status, 204);
    if (!newest) return;
    const { files } = await this.box.get<{ files: { name: string }[] }>(`recordings/${newest.id}`);
    for (const what of [`files/${files[0].name}`, 'zip', 'peaks'])
      await (await this.box.ask(`recordings/${newest.id}/${what}`)).arrayBuffer();
  }

  #phone(number: string): TestPhone {
    return this.phones.get(number)!;
  }

  /** One that is not there all the time. */
  async #open(username: string, options: Partial<TestPhoneOptions>): Promise<TestPhone> {
    const phone = await TestPhone.open({
      box: this.box.sip,
      username,
      password: `secret-${username}`,
      ...options,
    });
    await phone.register();
    return phone;
  }
}
