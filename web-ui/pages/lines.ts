/** Configuration of the lines of cards. */
import type { LineNow } from '../../firmware/call/line-board.js';
import type { LineSettings } from '../../firmware/config/schema.js';
import { numberIn, trimmedIn } from './config-form.js';
import type { EntryKind } from './entry-pages.js';
import { localeChoices } from './locale.js';

/** `there`: the lines that the cards have now. */
export function lineKind(there: () => readonly LineNow[]): EntryKind<LineSettings> {
  return {
    list: 'lines',
    key: 'name',
    title: 'Lines',
    choices: (config) => ({
      cards: [...new Set(there().map(({ card }) => card))],
      countries: [['', 'as the box'], ...localeChoices(config).countries],
      phones: config.extensions.map(({ number, name }) => [number, name]),
      targets: [
        ['askForConference', 'asks callers for the number of a conference'],
        ...config.extensions.map(({ number, name }) => [number, `extension ${name}`]),
        ...config.conferences.map(({ number, description }) => [number, `conference ${description}`]),
        ...config.audioPorts.map(({ number, name }) => [number, `audio port ${name}`]),
      ],
    }),
    formOf(line) {
      // A new one is most likely the next that is there and has no name yet.
      const free = there().find(({ settings }) => settings === undefined);
      return {
        name: line?.name ?? '',
        kind: line?.kind ?? free?.kind ?? 'fxs',
        card: line?.card ?? free?.card ?? '',
        place: (line?.place ?? free?.place ?? '').toString(),
        country: line?.country ?? '',
        callerId: line?.callerId ?? 'bell202',
        rxGainDb: String(line?.rxGainDb ?? 0),
        txGainDb: String(line?.txGainDb ?? 0),
        echoTailMs: String(line?.echoTailMs ?? 32),
        extension: line?.extension ?? '',
        hotLine: line?.hotLine ?? '',
        firstDigitSeconds: String(line?.firstDigitSeconds ?? 15),
        betweenDigitsSeconds: String(line?.betweenDigitsSeconds ?? 5),
        callWaiting: (line?.callWaiting ?? true) ? 'yes' : '',
        to: line?.to ?? 'askForConference',
        outgoing: line?.outgoing ? 'yes' : '',
        polarity: line?.polarity ? 'yes' : '',
        maxCallMinutes: String(line?.maxCallMinutes ?? 480),
        silenceMinutes: String(line?.silenceMinutes ?? 60),
        tones: line?.tones ? JSON.stringify(line.tones) : '',
        ownTones: line?.tones ? 'yes' : '',
      };
    },
    bodyOf: (form) => ({
      kind: form.kind,
      card: (form.card ?? '').trim(),
      place: numberIn(form.place),
      country: form.country || undefined,
      callerId: form.callerId,
      rxGainDb: numberIn(form.rxGainDb),
      txGainDb: numberIn(form.txGainDb),
      echoTailMs: numberIn(form.echoTailMs),
      ...(form.kind === 'fxo'
        ? {
            to: trimmedIn(form.to),
            outgoing: form.outgoing === 'yes',
            polarity: form.polarity === 'yes',
            maxCallMinutes: numberIn(form.maxCallMinutes),
            silenceMinutes: numberIn(form.silenceMinutes),
            tones: form.ownTones === 'yes' ? jsonIn(form.tones) : undefined,
          }
        : {
            extension: trimmedIn(form.extension),
            hotLine: trimmedIn(form.hotLine),
            firstDigitSeconds: numberIn(form.firstDigitSeconds),
            betweenDigitsSeconds: numberIn(form.betweenDigitsSeconds),
            callWaiting: form.callWaiting === 'yes',
          }),
    }),
  };
}

/** What a hidden field holds; what is none is sent as it is, to be refused. */
function jsonIn(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '') as unknown;
  } catch {
    return text;
  }
}
