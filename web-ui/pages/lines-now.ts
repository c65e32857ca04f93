/** What the page of the lines shows of those on cards. */
import { linesNow } from '../api/lines.js';
import type { ApiSources } from '../api/sources.js';

type Line = ReturnType<typeof linesNow>[number];

export function linesPart(sources: ApiSources): object {
  const lines = linesNow(sources);
  return {
    lines: lines.filter(({ name }) => name !== undefined).map(rowOf),
    unused: unusedByCard(lines.filter(({ name }) => name === undefined)),
  };
}

function rowOf(line: Line) {
  const { sound, extension, to } = line;
  return {
    ...line,
    badge: badgeOf(line),
    leads: extension ?? to ?? '',
    echo: echoOf(sound),
    slips: sound?.slips ?? 0,
    lost: sound ? sound.overruns + sound.underruns : 0,
  };
}

function badgeOf({ kind, state, alarm, battery, test }: Line): { text: string; kind: string } {
  if (state === 'missing') return { text: 'missing', kind: 'bad' };
  if (test)
    return { text: test.heard === '' ? 'being tested' : `being tested: ${test.heard} tone`, kind: 'warn' };
  if (alarm !== '') return { text: alarm, kind: 'bad' };
  if (!battery) return { text: 'no battery', kind: 'bad' };
  if (state === 'ringing') return { text: 'rings', kind: 'good' };
  if (kind === 'fxs') return { text: state === 'inUse' ? 'off hook' : 'on hook', kind: 'good' };
  return { text: state === 'inUse' ? 'in use' : 'idle', kind: 'good' };
}

/** Where none is taken out, or nothing was sent yet, nothing is known of it. */
function echoOf(sound: Line['sound']): string {
  const { echoLossDb: loss, echoEnhancementDb: less } = sound ?? {};
  if (loss === undefined || less === undefined || loss + less === 0) return '';
  return `${Math.round(loss)} dB softer, then ${Math.round(less)} dB less`;
}

/** `dahdi:1: phones 3, 4, exchange lines 7`. */
function unusedByCard(lines: Line[]): string[] {
  const cards = [...new Set(lines.map(({ card }) => card))];
  return cards.map((card) => {
    const places = (kind: Line['kind']) =>
      lines
        .filter((line) => line.card === card && line.kind === kind)
        .map(({ place }) => place)
        .join(', ');
    const parts = [
      ['for phones', places('fxs')],
      ['for exchange lines', places('fxo')],
    ].flatMap(([what, list]) => (list === '' ? [] : `${what} ${list}`));
    return `${card}: ${parts.join('; ')}`;
  });
}
