/** Phones that watch: who is in a conference, which colleague is on the phone. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { phones, withBox, type Room } from '../support/box.js';
import { Refused, type TestPhone } from '../support/test-phone.js';

const test = suite('subscriptions');

const config = {
  version: 1,
  extensions: phones(3),
  conferences: [
    { number: '800', description: 'Weekly', type: 'static' },
    { number: '801', description: 'Ad hoc', type: 'dynamic' },
  ],
};

/** What a phone is told, until a document matches. */
function told(phone: TestPhone): (pattern: RegExp) => Promise<string> {
  const documents: string[] = [];
  let wake = () => {};
  phone.onNotify = ({ body }) => {
    documents.push(body.toString());
    wake();
  };
  return async (pattern) => {
    for (;;) {
      const found = documents.findIndex((document) => pattern.test(document));
      if (found >= 0) return documents.splice(0, found + 1).at(-1)!;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
}

test('a conference: empty, one comes in, one holds, one leaves', () =>
  withBox(config, async (box) => {
    const watcher = await box.phone('103');
    const until = told(watcher);
    await watcher.subscribe('conference', '800');
    assert.match(await until(/state="full"/), '<user-count>0</user-count><active>false</active>');
    const call = await (await box.phone('101')).dial('800');
    assert.ok(call.isFocus);
    assert.match(await until(/<status>connected</), '<display-text>Phone 101</display-text>');
    await call.reinvite('sendonly');
    assert.match(await until(/<status>on-hold</), 'state="partial"');
    await call.hangUp();
    await until(/<user entity="sip:101@[0-9.:]+" state="deleted"\/>/);
  }));

test('lamps: a colleague rings, talks, is free; a room is in use', () =>
  withBox(config, async (box) => {
    const [watcher, ann, bob] = await Promise.all(['103', '101', '102'].map((number) => box.phone(number)));
    const until = told(watcher);
    await watcher.subscribe('dialog', '102');
    await until(/entity="sip:102@[0-9.:]+"\/>/);
    const accepted = bob.next();
    const call = await ann.dial('102');
    await accepted;
    assert.match(await until(/<state>confirmed</), 'direction="recipient"');
    assert.not(call.isFocus);
    await call.hangUp();
    await until(/entity="sip:102@[0-9.:]+"\/>/);
    await watcher.subscribe('dialog', '800');
    await until(/entity="sip:800@[0-9.:]+"\/>/);
    await ann.dial('800');
    await until(/<dialog id="room".*<state>confirmed</);
  }));

test('a room of a dynamic conference is told of to those in it alone', () =>
  withBox(config, async (box) => {
    const [outsider, member] = await Promise.all(['103', '101'].map((number) => box.phone(number)));
    const call = await member.dial('801');
    call.ear.keys('555#77#');
    await box.until<Room[]>('conferences', ([room]) => room?.participants.length === 1);
    const refused = await outsider.subscribe('conference', '801-555').catch((error: unknown) => error);
    assert.is((refused as Refused).status, 404);
    const until = told(member);
    await member.subscribe('conference', '801-555');
    assert.match(await until(/state="full"/), 'sip:101@');
  }));

test.run();
