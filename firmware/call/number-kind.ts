/** What a number outside costs, roughly: an emergency, the own country, another one, or a premium service. Pure. */

export type NumberKind = 'emergency' | 'national' | 'premium' | 'international';

/** Calling codes (ITU-T E.164) of the countries whose tones we have; without one every + is another country. */
const CODES = new Map(
  (
    'at43 au61 be32 bg359 br55 ca1 ch41 cl56 cn86 cz420 de49 dk45 ee372 es34 fi358 fr33 gb44 gr30 hk852 hu36 id62 ie353 ' +
    'il972 in91 it39 jp81 kr82 lt370 mx52 my60 nl31 no47 nz64 ph63 pl48 pt351 ru7 se46 sg65 th66 tw886 us1 ve58 za27'
  )
    .split(' ')
    .map((one) => [one.slice(0, 2), one.slice(2)]),
);
/** What is dialled before the code of another country, where it is not 00. */
const ABROAD: Record<string, string> = { us: '011', ca: '011', jp: '010', ru: '810' };

/** Places abroad that are dialled like the own country in North America, and dear. */
const ISLANDS = /^1?(242|246|264|268|284|345|441|473|649|658|664|721|758|767|784|809|829|849|868|869|876)/;
const PREMIUM = /^0*1?(89[89]|90[0569]|976)/;

/** Of a number as a trunk is asked for it, in a country (ISO 3166). `beginning`: where it leads, its first digits. */
export function kindOf(number: string, country: string): { kind: NumberKind; beginning: string } {
  if (/^[0-9]{1,3}$/.test(number)) return { kind: 'emergency', beginning: number };
  const abroad = ABROAD[country] ?? '00';
  const whole = number.startsWith(abroad) ? `+${number.slice(abroad.length)}` : number;
  const code = `+${CODES.get(country) ?? ''}`;
  const national = code !== '+' && whole.startsWith(code) ? whole.slice(code.length) : whole;
  if (national.startsWith('+')) return { kind: 'international', beginning: national.slice(0, 6) };
  const dear = PREMIUM.test(national) || (code === '+1' && ISLANDS.test(national));
  return { kind: dear ? 'premium' : 'national', beginning: national.slice(0, 5) };
}
