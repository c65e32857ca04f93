/** `make demo`: four callers join conference 800; shows live who talks and hears whom, leaves demo.wav. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Box, phones, type Room } from './box.js';
import type { TestCall } from './test-call.js';
import { decibels, rms } from './tone.js';
import { readWav, writeWav } from './wav.js';

const prompts = fileURLToPath(new URL('../../../firmware/prompts/en/8k/', import.meta.url));

/** Each caller says a spoken number of its own, over and over, in turn. */
const callers = [
  { number: '101', name: 'Ann', says: 'digit-1' },
  { number: '102', name: 'Bo', says: 'digit-2' },
  { number: '103', name: 'Cy', says: 'digit-3' },
  { number: '104', name: 'Di', says: 'digit-4' },
];
const TURN_FRAMES = 75;
const TURNS = 12;

const box = await Box.start({
  version: 1,
  extensions: phones(4),
  conferences: [{ number: '800', description: 'Demonstration', type: 'static', pin: '1234' }],
});
console.log(
  `The box takes calls at ${box.sip.address}:${box.sip.port}. Four callers dial 800 and key the PIN.`,
);

const calls: TestCall[] = [];
for (const { number, name } of callers) {
  const call = await (await box.phone(number)).dial('800');
  call.ear.keys('1234#');
  await box.until<Room[]>('conferences', ([room]) =>
    room?.participants.some((one) => one.number === number && one.place === 'inside'),
  );
  console.log(`${name} (${number}) is in.`);
  calls.push(call);
}

const recorded: Int16Array[] = [];
for (let turn = 0; turn < TURNS; turn += 1) {
  // Every fifth turn two talk at once.
  const talking = turn % 5 === 4 ? [turn % 4, (turn + 1) % 4] : [turn % 4];
  for (const [index, call] of calls.entries())
    call.ear.source = talking.includes(index) ? speech(callers[index].says) : silence;
  const heard = await Promise.all(calls.map((call) => call.ear.listen(TURN_FRAMES)));
  recorded.push(heard[0]);
  // The end of the last turn is still on its way to the ears when a new one begins.
  heard.forEach((samples, index) => (heard[index] = samples.subarray(160 * 15)));
  const loud = heard.map((samples) => Math.round(decibels(rms(samples), 32768)));
  const names = talking.map((index) => callers[index].name).join(' and ');
  const ears = loud.map(
    (level, index) => `${callers[index].name} ${level > -50 ? `hears ${level} dB` : 'hears nothing'}`,
  );
  console.log(`${names.padEnd(10)} talk${talking.length > 1 ? ' ' : 's'}: ${ears.join(', ')}`);
}

writeFileSync('demo.wav', writeWav(Int16Array.from(recorded.flatMap((samples) => [...samples]))));
console.log('demo.wav holds what Ann heard.');
await box.stop();

function silence(): Int16Array {
  return new Int16Array(160);
}

function speech(prompt: string): () => Int16Array {
  const samples = readWav(readFileSync(`${prompts}${prompt}.wav`));
  let at = 0;
  return () => {
    const frame = new Int16Array(160);
    frame.set(samples.subarray(at, at + 160));
    at = at + 160 >= samples.length + 3200 ? 0 : at + 160;
    return frame;
  };
}
