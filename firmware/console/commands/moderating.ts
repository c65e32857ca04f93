/** Commands that act on those who are in conferences and calls. */
import type { BoxApi, Command } from '../command.js';
import { callIds, conferenceIds, type Conference } from './watching.js';

async function members(api: BoxApi, typed: string[]): Promise<string[]> {
  if (typed.length === 0) return conferenceIds(api);
  const conferences = await api.ask<Conference[]>('GET conferences');
  return conferences.find(({ id }) => id === typed[0])?.participants.map(({ id }) => String(id)) ?? [];
}

/** `conferences mute 800 7`: what the API does at this path. */
const ofOne = (verb: string, help: string): Command => ({
  words: `conferences ${verb}`,
  args: 'CONFERENCE PARTICIPANT',
  help,
  complete: members,
  run: async ({ api, print }, [number, id]) => {
    await api.ask(`POST conferences/:number/participants/:id/${verb}`, { params: { number, id } });
    print('Done.');
  },
});

const ofAll = (verb: string, help: string, question?: (number: string) => string): Command => ({
  words: `conferences ${verb}`,
  args: 'CONFERENCE',
  help,
  complete: (api, typed) => (typed.length === 0 ? conferenceIds(api) : Promise.resolve([])),
  run: async ({ api, print, confirm }, [number]) => {
    if (question) await confirm(question(number));
    await api.ask(`POST conferences/:number/${verb}`, { params: { number } });
    print('Done.');
  },
});

export const moderating: Command[] = [
  ofOne('mute', 'The others do not hear this participant any more.'),
  ofOne('unmute', 'The others hear this participant again.'),
  ofOne('remove', 'Puts a participant out.'),
  ofAll('lock', 'Lets nobody new in.'),
  ofAll('unlock', 'Lets people in again.'),
  ofAll(
    'end',
    'Says goodbye to everybody and hangs up.',
    (number) => `End conference ${number} for everybody?`,
  ),
  {
    words: 'calls hang-up',
    args: 'ID',
    help: 'Ends one call.',
    complete: (api, typed) => (typed.length === 0 ? callIds(api) : Promise.resolve([])),
    run: async ({ api, print }, [id]) => {
      await api.ask('POST calls/:id/hang-up', { params: { id } });
      print('Done.');
    },
  },
];
