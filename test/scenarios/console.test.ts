/** A technician at the serial port of a box: every command, and what a wire can do. */
import { spawn } from 'node:child_process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { commands } from '../../firmware/console/commands.js';
import { Box, phones, program, type Status } from '../support/box.js';
import { isInstalled } from '../support/program.js';
import { SimPhone } from '../support/sim-phone.js';
import { SerialCable, Technician } from '../support/technician.js';

const test = suite('console');

let cable: SerialCable;
let box: Box;
let technician: Technician;
/** Commands that have been typed here. */
const done = new Set<string>();

test.before(async () => {
  cable = await SerialCable.plug();
  box = await Box.start({
    version: 1,
    console: { device: cable.box },
    extensions: [...phones(2), { number: '201', name: 'Hall' }],
    conferences: [{ number: '800', description: 'Weekly', type: 'static' }],
    lines: [
      { name: 'hall', card: 'simulated', place: 1, kind: 'fxs', extension: '201' },
      { name: 'city', card: 'simulated', place: 9, kind: 'fxo', to: 'askForConference' },
    ],
  });
  technician = await Technician.atSerialPort(cable.technician);
});
test.after(async () => {
  await technician.leave();
  await box.stop();
  await cable.pull();
});

/** What a command of the list prints. */
async function does(words: string, args = ''): Promise<string> {
  done.add(words);
  return technician.does(args === '' ? words : `${words} ${args}`);
}

/** Answers a question with yes, and gives what was printed before and after it. */
async function agrees(words: string, args: string): Promise<string> {
  done.add(words);
  technician.type(`${words} ${args}\r`);
  const shown = await technician.reads('(yes/no) ');
  technician.type('yes\r');
  return shown + (await technician.reads('\nparley> '));
}

test('who has no password comes no further, and waits longer each time', async () => {
  await technician.signIn('wrong');
  await technician.reads('Name or password is wrong.');
  await technician.signIn();
  assert.not.match(await technician.reads('parley> '), /admin-/, 'no password is shown');
});

test('what goes on is shown', async () => {
  assert.match(await does('status'), /Calls +0\n/);
  assert.match(await does('alarms'), /Nothing is wrong/);
  assert.match(await does('conferences'), /Nobody is in a conference/);
  assert.match(await does('calls'), /There is no call/);
  assert.match(await does('phones'), /No phone is registered/);
  assert.match(await does('trunks'), /There is no trunk/);
  assert.match(await does('dial-plan', '101 9'), /refused: nobody has 9/);
  assert.match(await does('help', 'calls'), /calls hang-up ID +Ends one call/);
});

test('who is in a conference is shown, muted, put out; a conference is locked and ended', async () => {
  const [ann, bob] = [await box.phone('101'), await box.phone('102')];
  const [one, two] = [await ann.dial('800'), await bob.dial('800')];
  const [room] = await box.inside(2);
  const [annId, bobId] = ['101', '102'].map(
    (number) => room.participants.find((one) => one.number === number)!.id,
  );
  assert.match(await does('conferences', '800'), new RegExp(`${annId} +101 +Phone 101`));
  assert.match(await does('calls'), /incoming +800 +answered/);
  assert.match(await does('phones'), /101 +127\.0\.0\.1/);
  const isMuted = async () => (await box.inside(2))[0].participants.find(({ id }) => id === annId)!.muted;
  await does('conferences mute', `800 ${annId}`);
  assert.ok(await isMuted());
  await does('conferences unmute', `800 ${annId}`);
  assert.not(await isMuted());
  await does('conferences lock', '800');
  assert.match(await does('conferences'), /800 +Weekly +2 +0:\d\d +locked/);
  await does('conferences unlock', '800');
  await does('conferences remove', `800 ${bobId}`);
  await two.ended;
  await agrees('conferences end', '800');
  await one.ended;
  const again = await ann.dial('800');
  const [{ id }] = await box.get<{ id: number }[]>('calls');
  await does('calls hang-up', String(id));
  await again.ended;
});

test('the configuration is shown, changed after a question, and taken back', async () => {
  assert.match(await does('config show', 'conferences 800'), /"description": "Weekly"/);
  assert.match(await does('config show', 'extensions'), /"number":"101"/);
  assert.not.match(await does('config show', 'extensions 101'), /secret-101/);
  const shown = await agrees('config set', 'conferences 800 description "Every week"');
  assert.match(shown, /description is "Every week", was "Weekly"/);
  assert.match(await does('config show', 'conferences'), /Every week/);
  assert.match(await does('config history'), /admin +conference 800: description/);
  await agrees('config undo', '');
  assert.match(await does('config show', 'conferences'), /Weekly/);
  assert.match(
    await does('config set', 'network sipPort no'),
    /\/sipPort is "no"; right would be: 0 to 65535/,
  );
  assert.match(await agrees('config remove', 'extensions 102'), /extension 102/);
  technician.type('config remove extensions 101\r');
  await technician.reads('(yes/no) ');
  technician.type('no\r');
  await technician.reads('Nothing was done.\nparley> ');
  assert.match(await does('config show', 'extensions'), /"number":"101"/);
});

test('the network is shown and tried', async () => {
  assert.match(await does('network show'), /lo +127\.0\.0\.1\/8/);
  assert.match(await does('network ping', '127.0.0.1'), /0% packet loss/);
  assert.match(await does('network ping', '-f'), /a host name or an address was expected/);
  assert.match(await does('network dns', 'nowhere.invalid'), /SRV _sip\._udp +-/);
});

test('the box as a whole: what cannot be done here is said, and nothing is done without a yes', async () => {
  assert.match(await does('disks'), /DISK|No disk/);
  done.add('backup');
  technician.type('backup /nowhere\r');
  for (const prompt of ['characters: ', 'again: ']) {
    await technician.reads(prompt);
    technician.type('correct horse\r');
  }
  const refused = await technician.reads('\nparley> ');
  assert.match(refused, /no disk that can be written is plugged in at \/nowhere/);
  assert.not.match(refused, /correct horse/);
  assert.match(await does('support-bundle', '/nowhere'), /no disk that can be written/);
  assert.match(await agrees('reboot', '5'), /this machine is not restarted from here/);
  assert.match(await does('reboot', 'soon'), /a number of minutes was expected/);
  assert.match(await does('reboot cancel'), /No restart is planned/);
  assert.match(await does('update'), /Version +\d.*\nUpdate +none\nState +none/);
  assert.match(await does('update load', '/nowhere.raucb'), /there is no bundle \/nowhere.raucb/);
  assert.match(await agrees('update install', ''), /there is no verified bundle/);
  assert.match(await does('update forget'), /Done/);
  done.add('factory-reset');
  technician.type('factory-reset\r');
  for (const answer of ['yes', 'no']) {
    await technician.reads('(yes/no) ');
    technician.type(`${answer}\r`);
  }
  await technician.reads('Nothing was done.\nparley> ');
});

/** A command that goes on, until something is there; it is ended by Ctrl-C. */
async function goesOn(words: string, args: string, until: RegExp, meanwhile = async () => {}): Promise<void> {
  done.add(words);
  technician.type(`${words} ${args}\r`);
  await technician.reads(until);
  await meanwhile();
  technician.type('\u0003');
  await technician.reads('\nparley> ');
}

test('lines are shown, and tried: a bell, a tone, back what comes, what an exchange says, an echo', async () => {
  const hall = new SimPhone(box, 1);
  assert.match(await does('lines'), /hall +simulated +1 +fxs 201 +idle/);
  assert.match(await does('lines'), /city +simulated +9 +fxo askForConference +idle/);
  await goesOn('lines follow', '', /hall[^]*hall/);

  done.add('lines ring');
  technician.type('lines ring hall\r');
  await hall.rings();
  await hall.does('off-hook');
  await technician.reads(/It is over: the phone was lifted[^]*parley> /);
  assert.match(await does('lines'), /hall .*inUse.* off hook/);

  await goesOn('lines tone', 'hall 800 -16', /out -16 dBm0 +off hook/, async () => {
    await hall.hears(800, (dbm0) => Math.abs(dbm0 + 16) < 1);
  });
  await hall.does('say 620');
  await goesOn('lines loop-back', 'hall', /in -16 dBm0 +out -16 dBm0/, async () => {
    await hall.hears(620, (dbm0) => Math.abs(dbm0 + 16) < 1);
  });
  await hall.does('on-hook');

  await goesOn('lines off-hook', 'city', /off hook +dial tone/);
  await atRest();
  assert.match(await does('sim', 'exchange 1 on 123 busy'), /Done/);
  assert.match(await does('lines learn', 'city 123'), /busy +480 \+ 620 +500, 500/);
  await atRest();
  assert.match(await does('sim', 'exchange 1 dead yes'), /Done/);
  await does('sim', 'exchange 1 wire 0 12 -90');
  const rows = [...(await does('lines sweep', 'city')).matchAll(/^\d+ +-10 +-\d+ +(\d+)$/gm)];
  assert.is(rows.length, 10);
  const meanPower = rows.reduce((sum, [, lossDb]) => sum + 10 ** (-Number(lossDb) / 10), 0) / rows.length;
  const lossDb = -10 * Math.log10(meanPower);
  assert.ok(Math.abs(lossDb - 12) < 3, `return loss ${lossDb.toFixed(1)} dB`);
  await atRest();
});

/** Waits until no line is in use. */
const atRest = () =>
  box.until<{ state: string }[]>('lines', (all) => all.every(({ state }) => /idle|unused/.test(state)));

test('what cannot be done with a line is refused in words', async () => {
  assert.match(
    await does('lines ring', 'city'),
    /line city cannot be tested so: an exchange line has no bell/,
  );
  assert.match(await does('lines off-hook', 'hall'), /only whoever is at a phone can lift it/);
  assert.match(await does('lines sweep', 'hall'), /from a phone that is lifted: lift it/);
  assert.match(await does('lines tone', 'yard'), /there is no line yard/);
  assert.match(await does('lines tone', 'hall 9000'), /hz is 9000; right would be: 200 to 3600/);
  assert.match(await does('sim', '9 state'), /no phone 9/);
});

test('the log is shown, and followed until Ctrl-C', async () => {
  assert.match(await does('log'), /leg closed/);
  done.add('log follow');
  technician.type('log follow call\r');
  await technician.reads('leg closed');
  const call = await (await box.phone('101')).dial('800');
  await technician.reads('leg opened');
  technician.type('\u0003');
  await technician.reads('parley> ');
  await call.hangUp();
});

test('Tab completes; history brings a line back; Ctrl-C and Ctrl-Z leave the box as it is', async () => {
  technician.type('stat\t');
  await technician.reads('status ');
  technician.type('\u0003\u001a');
  await technician.reads('parley> ');
  await does('trunks');
  technician.type('\u001b[A\r');
  await technician.reads('trunks\nThere is no trunk.\nparley> ');
});

test('a session takes over from another', async () => {
  const other = await Technician.onTheMachine(box.directory);
  await other.signIn();
  await other.reads('parley> ');
  await technician.reads('admin has signed in at the machine itself and works there now.');
  other.type('exit\r');
  await other.reads('Goodbye.');
  await other.leave();
  await technician.signIn();
  await technician.reads('parley> ');
});

test('parley console joins a terminal to the box', async () => {
  const client = spawn(process.execPath, [program, 'console', '--data', box.directory]);
  let said = '';
  const reads = (text: string) =>
    new Promise<void>((read) => {
      const look = () => void (said.includes(text) && read());
      client.stdout.on('data', (octets: Buffer) => ((said += octets.toString()), look()));
      look();
    });
  await reads('login: ');
  client.stdin.end();
  await new Promise((over) => client.once('exit', over));
  assert.match(said, /Parley \d/);
});

test('the wire is pulled and plugged in again', async () => {
  await technician.leave();
  await cable.pull({ forGood: false });
  await box.until<Status>('status', ({ alarms }) => JSON.stringify(alarms).includes('console'));
  cable = await cable.again();
  technician = await Technician.atSerialPort(cable.technician);
  await technician.signIn();
  await technician.reads('parley> ');
  await box.until<Status>('status', ({ alarms }) => alarms.length === 0);
});

test('every command was typed', () => {
  const never = commands.map(({ words }) => words).filter((words) => !done.has(words));
  assert.equal(never, []);
});

if (isInstalled('socat')) test.run();
