/**
 * DAHDI's own driver in the kernel, on spans that are wired to each other: what one end does, the other sees and hears.
 * Runs alone: the driver is taken out and loaded again.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { dahdiDriver } from '../../hal/drivers/dahdi.js';
import { HardwareError } from '../../hal/hardware-error.js';
import { readCallerId, writeCallerId } from '../../firmware/line/caller-id-message.js';
import { FskReceiver } from '../../firmware/media/analog/fsk-receiver.js';
import { FskSender } from '../../firmware/media/analog/fsk-sender.js';
import { carry, dahdi, exactFrames, exactNoise, Span } from './wired-spans.js';

const test = suite('dahdi in the kernel');
let box: Span;
let world: Span;
const readSpan = (span: number) => readFileSync(`/proc/dahdi/${span}`, 'utf8');

async function open(): Promise<void> {
  box = await Span.open(1);
  world = await Span.open(2);
  await pause(2100); // before, the driver tells no beginning of a ring
}

async function close(): Promise<void> {
  await box.close();
  await world.close();
}

test.before(open);
test.after(close);

test('lines are named by what is attached, places as on the card', async () => {
  assert.equal(await dahdiDriver.probe(), ['1', '2']);
  assert.match(box.card.name, /^Dynamic 'loc' span at '1:0' \(DAHDI span 1\)$/);
  const kinds = box.card.lines.map(({ kind, place }) => `${kind} ${place}`);
  assert.equal(kinds.slice(0, 2), ['fxs 1', 'fxs 2']);
  assert.equal(kinds.slice(4), ['fxs 5', 'fxo 6', 'fxo 7', 'fxo 8']);
  assert.is(kinds.length, 8);
});

test('a card that is open cannot be opened twice, one that is not there not at all', async () => {
  const codeOf = (which: string) =>
    dahdiDriver.open(which).then(
      () => 'opened',
      (error: unknown) => (error instanceof HardwareError ? error.code : error),
    );
  assert.is(await codeOf('1'), 'busy');
  assert.is(await codeOf('9'), 'notFound');
});

test('rings in the cadence of who rings; the phone is lifted, talks both ways to the sample, and is hung up', async () => {
  const [line, phone] = [box.fxs(1), world.fxo(1)];
  for (let i = 0; i < 2; i++) {
    line.ring(true);
    assert.ok((await world.next('ring', 1)).on);
    await pause(400);
    line.ring(false);
    assert.not.ok((await world.next('ring', 1)).on);
    await pause(200);
  }
  line.ring(true);
  assert.ok((await world.next('ring', 1)).on);
  phone.hook(true);
  assert.ok((await box.next('hook', 1)).off);
  assert.not.ok((await world.next('ring', 1)).on, 'the bell stops when the phone is lifted');
  for (const [from, to] of [
    [line, phone],
    [phone, line],
  ]) {
    const noise = exactNoise(250);
    const { frames, longest } = exactFrames(noise, await carry(from, to, noise));
    assert.ok(longest >= 200, `${from.kind} to ${to.kind}: ${frames} of 250 exact, ${longest} in a row`);
  }
  phone.hook(false);
  assert.not.ok((await box.next('hook', 1)).off);
});

test('caller id between two rings', async () => {
  const [line, phone] = [box.fxs(2), world.fxo(2)];
  line.ring(true);
  await world.next('ring', 2);
  line.ring(false);
  const caller = { number: '5551234', name: 'ALICE', at: { month: 11, day: 24, hour: 9, minute: 30 } };
  const sender = new FskSender('bell202', writeCallerId(caller, 'mdmf'));
  const samples = new Int16Array(8000);
  sender.fill(samples);
  const heard = await carry(line, phone, samples);
  const message = new FskReceiver('bell202').hear(heard);
  assert.ok(message, 'no message was heard');
  assert.equal(readCallerId(message), caller);
});

test('a flash is a loop that opens and closes, by its time; a dialled digit is counted', async () => {
  const phone = world.fxo(3);
  phone.hook(true);
  await box.next('hook', 3);
  await pause(500);
  phone.hook(false);
  await pause(450);
  phone.hook(true);
  const open = await box.next('hook', 3);
  const closed = await box.next('hook', 3);
  assert.equal([open.off, closed.off], [false, true]);
  const ms = closed.atMs - open.atMs;
  assert.ok(ms > 250 && ms < 850, `${ms} ms`);
  for (let pulse = 0; pulse < 3; pulse++) {
    phone.hook(false);
    await pause(60);
    phone.hook(true);
    await pause(40);
  }
  assert.is((await box.next('pulseDigit', 3)).digit, '3');
  phone.hook(false);
  await box.next('hook', 3);
});

test('the exchange rings, the line is taken, the exchange breaks the loop', async () => {
  const [line, exchange] = [box.fxo(6), world.fxs(6)];
  exchange.ring(true);
  assert.ok((await box.next('ring', 6)).on);
  line.hook(true);
  assert.ok((await world.next('hook', 6)).off);
  await pause(1000); // the driver does not look at the loop before
  exchange.feed(false);
  assert.not.ok((await box.next('battery', 6)).on);
  line.hook(false);
  assert.ok((await box.next('battery', 6)).on);
});

test("DAHDI's echo canceller is on a line that is in use, where it has one", async () => {
  assert.equal(
    [1, 5].map((place) => box.fxs(place).cancelsEcho),
    [false, true],
  );
  world.fxo(5).hook(true);
  await box.next('hook', 5);
  await pause(50);
  assert.match(readSpan(1), /5 .*MG2 - ACTIVE/);
  world.fxo(5).hook(false);
  await box.next('hook', 5);
  await pause(50);
  assert.not.match(readSpan(1), /MG2 - ACTIVE/);
});

test('lines without what is asked for do nothing: a lamp, polarity', async () => {
  box.fxs(1).lamp(true);
  box.fxs(1).reverse(true);
  world.fxo(1).hook(true);
  assert.ok((await box.next('hook', 1)).off);
  world.fxo(1).hook(false);
  await box.next('hook', 1);
});

test('who ends with a card open has ended at once: nothing waits for a frame or an event', async () => {
  await close();
  const { stdout } = await promisify(execFile)(process.execPath, [
    'dist/test/hardware/ends-with-a-card-open.js',
  ]);
  const ms = Date.now() - Number(stdout);
  await open();
  assert.ok(ms < 1000, `${ms} ms`);
});

test('the driver is unloaded in a call: the card is lost; loaded again, it is opened again and works', async () => {
  world.fxo(4).hook(true);
  await box.next('hook', 4);
  await dahdi('down');
  await box.next('lost');
  await world.next('lost');
  assert.equal(await dahdiDriver.probe(), []);
  box.fxs(4).ring(true);
  await close();
  await dahdi('up');
  await open();
  box.fxs(4).ring(true);
  assert.ok((await world.next('ring', 4)).on);
  world.fxo(4).hook(true);
  assert.ok((await box.next('hook', 4)).off);
});

test('a phone that is off hook when its card is opened is told of', async () => {
  world.fxo(5).hook(true);
  await box.next('hook', 5);
  await box.close();
  box = await Span.open(1);
  assert.ok((await box.next('hook', 5)).off);
});

test.run();
