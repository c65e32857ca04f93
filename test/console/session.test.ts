/** A session at a terminal: who gets in, how fast one may guess, and when it is over. */
import { duplexPair } from '../support/duplex-pair.js';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ManualClock } from '../../firmware/clock.js';
import { CommandError, type BoxApi, type Command } from '../../firmware/console/command.js';
import { Session } from '../../firmware/console/session.js';
import { Technician } from '../support/technician.js';

const test = suite('session of the console');

const IDLE_MS = 60_000;
const api = {} as BoxApi;
const commands: Command[] = [
  { words: 'say', args: 'WHAT', help: '', run: ({ print }, [what]) => print(what) },
  {
    words: 'ask',
    help: '',
    run: async ({ confirm, print }) => {
      await confirm('Really?');
      print('Done.');
    },
  },
  {
    words: 'fail',
    help: '',
    run: () => {
      throw new CommandError('it cannot be\u001b[2J');
    },
  },
  { words: 'break', help: '', run: () => Promise.reject(new Error('broken')) },
  {
    words: 'wait',
    help: '',
    run: ({ interrupted }) => new Promise((over) => interrupted.addEventListener('abort', () => over())),
  },
];

function open() {
  const clock = new ManualClock();
  const [ours, theirs] = duplexPair();
  const faults: string[] = [];
  let asked = () => {};
  const session = new Session(ours, {
    banner: 'Box',
    clock,
    commands,
    idleMs: () => IDLE_MS,
    signIn: (_, password) => {
      asked();
      return Promise.resolve(password === 'right' ? { api } : { refused: 'Wrong.' });
    },
    onSignedIn: () => {},
    onFault: (_, command) => faults.push(command),
  });
  const over = session.run();
  const technician = new Technician(theirs);
  const signIn = async (password: string) => {
    await technician.reads('login: ');
    technician.type('admin\r');
    await technician.reads('Password: ');
    const known = new Promise<void>((known) => (asked = known));
    technician.type(`${password}\r`);
    await known;
    await new Promise(setImmediate);
  };
  return { clock, session, over, technician, signIn, faults };
}

test('after each wrong password nothing is taken for twice as long', async () => {
  const { clock, technician, signIn, session, over } = open();
  for (const pauseMs of [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]) {
    await signIn('wrong');
    technician.type('admin\rright\r');
    clock.advance(pauseMs - 1);
    await new Promise(setImmediate);
    assert.is(technician.unread.includes('Wrong.'), false, `for ${pauseMs} ms`);
    clock.advance(1);
    await technician.reads('Wrong.');
  }
  await signIn('right');
  await technician.reads('parley> ');
  session.end('Bye.');
  await over;
  assert.is(clock.pending, 0);
});

test('commands, questions, errors, faults, and Ctrl-C', async () => {
  const { clock, technician, signIn, faults, over } = open();
  await signIn('right');
  await technician.reads('parley> ');
  assert.is(await technician.does('say "a b"'), 'a b');
  technician.type('ask\r');
  await technician.reads('Really? (yes/no) ');
  technician.type('no\r');
  await technician.reads('Nothing was done.\nparley> ');
  technician.type('ask\r');
  await technician.reads('Really? (yes/no) ');
  technician.type('y\r');
  await technician.reads('Done.\nparley> ');
  assert.is(await technician.does('fail'), 'it cannot be?[2J');
  assert.is(await technician.does('break'), 'broken');
  assert.equal(faults, ['break']);
  technician.type('wait\r');
  await technician.reads('wait\n');
  technician.type('\u0003');
  await technician.reads('parley> ');
  technician.type('\u001a\u0003');
  await technician.reads('parley> ');
  technician.type('\u0004');
  await over;
  assert.is(clock.pending, 0);
});

test('what is pasted is done line by line', async () => {
  const { technician, signIn, session, over } = open();
  await signIn('right');
  await technician.reads('parley> ');
  technician.type('say one\rsay two\rsay three\r');
  await technician.reads('one\n');
  await technician.reads('two\n');
  await technician.reads('three\n');
  session.end('Bye.');
  await over;
});

test('who types nothing is signed out', async () => {
  const { clock, technician, signIn, over } = open();
  await signIn('right');
  await technician.reads('parley> ');
  clock.advance(IDLE_MS - 1);
  assert.is(await technician.does('say x'), 'x');
  clock.advance(IDLE_MS - 1);
  assert.is(await technician.does('say y'), 'y');
  clock.advance(IDLE_MS);
  await over;
  await technician.reads('Nothing was typed for long.');
});

test('a line has an end', async () => {
  const { technician, signIn, session, over } = open();
  await signIn('right');
  await technician.reads('parley> ');
  technician.type(`say ${'x'.repeat(5000)}\r`);
  await technician.reads(/\nx{990,1000}\nparley> /);
  session.end('Bye.');
  await over;
});

test.run();
