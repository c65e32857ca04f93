/**
 * The tones and the ringing of telephone networks, by country: the one table for making them and for recognising them.
 *
 * Sources: ITU-T E.180 supplement 2 (various tones used in national networks, list of 2003-02-01, where not said
 * otherwise); au AS/CA S002, gb BT SIN 350, ie ETSI EN 300 001, nz Telecom TNA 102, ru GOST 45.223, sg IDA TS PSTN 1,
 * ca and us Bellcore GR-506, za the Siemens exchanges there. Where a country plays one carrier modulated by a lower
 * frequency (in, jp, sg, th, za) the two side bands stand here, which is what is heard of it.
 */

/** Frequencies in Hz, all at once, then ms on, off, on, off ...; without times it does not stop. */
export type Cadence = readonly [frequenciesHz: readonly number[], ...onOffMs: number[]];

export type TonePlan = {
  /** How the bell of a phone rings: ms on, off, on, off ... */
  bellMs: readonly number[];
  dial: Cadence;
  busy: Cadence;
  /** No way through the network (congestion), or no such number. */
  reorder: Cadence;
  /** What callers hear while the other phone rings. */
  ringBack: Cadence;
  /** Somebody else calls whoever talks. */
  callWaiting: Cadence;
};

/** A tone as it was heard on a line; without times it does not stop. */
export type HeardTone = { frequenciesHz: number[]; onOffMs: number[]; levelDbm0: number };

/** Frequencies with `+`, then after `/` ms on, off, on, off ...; the bell has no frequency. */
const table = {
  //   bell               | dial                    | busy            | reorder                 | ring back                   | call waiting
  at: '1000,5000          | 420                     | 420/400,400     | 420/200,200             | 420/1000,5000               | 420/40,1960',
  au: '400,200,400,2000   | 413+438                 | 425/375,375     | 425/375,375             | 400+450/400,200,400,2000    | 425/200,200,200,4400',
  be: '1000,3000          | 425                     | 425/500,500     | 425/167,167             | 425/1000,3000               | 1400/175,175,175,3500',
  bg: '1000,4000          | 425                     | 425/500,500     | 425/250,250             | 425/1000,4000               | 425/150,150,150,4000',
  br: '1000,4000          | 425                     | 425/250,250     | 425/250,250,750,250     | 425/1000,4000               | 425/50,1000',
  ca: '2000,4000          | 350+440                 | 480+620/500,500 | 480+620/250,250         | 440+480/2000,4000           | 440/300,10000',
  ch: '1000,4000          | 425                     | 425/500,500     | 425/200,200             | 425/1000,4000               | 425/200,200,200,4000',
  cl: '1000,3000          | 400                     | 400/500,500     | 400/200,200             | 400/1000,3000               | 400/250,8750',
  cn: '1000,4000          | 450                     | 450/350,350     | 450/700,700             | 450/1000,4000               | 450/400,4000',
  cz: '1000,4000          | 425/330,330,660,660     | 425/330,330     | 425/165,165             | 425/1000,4000               | 425/330,9000',
  de: '1000,4000          | 425                     | 425/480,480     | 425/240,240             | 425/1000,4000               | 425/200,200,200,5000',
  dk: '1000,4000          | 425                     | 425/500,500     | 425/200,200             | 425/1000,4000               | 425/200,600,200,3000',
  ee: '1000,4000          | 425                     | 425/300,300     | 425/200,200             | 425/1000,4000               | 425/200,200,200,5000',
  es: '1500,3000          | 425                     | 425/200,200     | 425/200,200,200,200,200,600 | 425/1500,3000           | 425/175,175,175,3500',
  fi: '1000,4000          | 425                     | 425/300,300     | 425/200,200             | 425/1000,4000               | 425/150,150,150,8000',
  fr: '1500,3500          | 440                     | 440/500,500     | 440/250,250             | 440/1500,3500               | 440/300,10000',
  gb: '400,200,400,2000   | 350+440                 | 400/375,375     | 400/400,350,225,525     | 400+450/400,200,400,2000    | 400/100,4000',
  gr: '1000,4000          | 425/200,300,700,800     | 425/300,300     | 425/200,200             | 425/1000,4000               | 425/150,150,150,8000',
  hk: '400,200,400,3000   | 350+440                 | 480+620/500,500 | 480+620/250,250         | 440+480/400,200,400,3000    | 440/300,10000',
  hu: '1250,3750          | 425                     | 425/300,300     | 425/300,300             | 425/1250,3750               | 425/40,1960',
  id: '1000,4000          | 425                     | 425/500,500     | 425/250,250             | 425/1000,4000               | 425/150,150,150,10000',
  ie: '400,200,400,2000   | 425                     | 425/500,500     | 425/250,250             | 400+450/400,200,400,2000    | 425/180,200,200,4500',
  il: '1000,3000          | 414                     | 414/500,500     | 414/250,250             | 414/1000,3000               | 414/100,100,100,100,600,3000',
  in: '400,200,400,2000   | 375+425                 | 400/750,750     | 400/250,250             | 375+425/400,200,400,2000    | 400/200,100,200,7500',
  it: '1000,4000          | 425/200,200,600,1000    | 425/500,500     | 425/200,200             | 425/1000,4000               | 425/400,100,250,100,150,14000',
  jp: '1000,2000          | 400                     | 400/500,500     | 400/500,500             | 385+415/1000,2000           | 384+416/500,8000',
  kr: '1000,2000          | 350+440                 | 480+620/500,500 | 480+620/300,200         | 440+480/1000,2000           | 350+440/250,250,250,3250',
  lt: '1000,4000          | 425                     | 425/350,350     | 425/200,200             | 425/1000,4000               | 425/150,150,150,4000',
  mx: '2000,4000          | 425                     | 425/250,250     | 425/250,250             | 425/1000,4000               | 425/200,600,200,10000',
  my: '400,200,400,2000   | 425                     | 425/500,500     | 425/500,500             | 425/400,200,400,2000        | 425/1000,250',
  nl: '1000,4000          | 425                     | 425/500,500     | 425/250,250             | 425/1000,4000               | 425/500,9500',
  no: '1000,4000          | 425                     | 425/500,500     | 425/200,200             | 425/1000,4000               | 425/200,600,200,10000',
  nz: '400,200,400,2000   | 400                     | 400/500,500     | 400/250,250             | 400+450/400,200,400,2000    | 400/200,3000',
  ph: '1000,4000          | 425                     | 480+620/500,500 | 480+620/250,250         | 425+480/1000,4000           | 440/300,10000',
  pl: '1000,4000          | 425                     | 425/500,500     | 425/500,500             | 425/1000,4000               | 425/150,150,150,4000',
  pt: '1000,5000          | 425                     | 425/500,500     | 425/200,200             | 425/1000,5000               | 440/300,10000',
  ru: '1000,4000          | 425                     | 425/350,350     | 425/175,175             | 425/1000,4000               | 425/200,5000',
  se: '1000,5000          | 425                     | 425/250,250     | 425/250,750             | 425/1000,5000               | 425/200,500,200,9100',
  sg: '400,200,400,2000   | 425                     | 425/750,750     | 425/250,250             | 401+449/400,200,400,2000    | 401+449/300,200,300,3200',
  th: '1000,4000          | 350+450                 | 400/500,500     | 400/300,300             | 420/1000,5000               | 1000/400,400,400,4000',
  tw: '1000,2000          | 350+440                 | 480+620/500,500 | 480+620/250,250         | 440+480/1000,2000           | 350+440/250,250,250,3250',
  us: '2000,4000          | 350+440                 | 480+620/500,500 | 480+620/250,250         | 440+480/2000,4000           | 440/300,10000',
  ve: '1000,4000          | 425                     | 425/500,500     | 425/250,250             | 425/1000,4000               | 400+450/300,6000',
  za: '400,200,400,2000   | 367+433                 | 400/500,500     | 400/250,250             | 367+433/400,200,400,2000    | 367+433/250,250,250,4000',
};

/** Countries (ISO 3166, small letters) whose tones are known. */
export const tonePlanCountries: readonly string[] = Object.keys(table);

const plans = new Map(Object.entries(table).map(([country, row]) => [country, planOf(row)]));
const ofTheUs = planOf(table.us);

/** The plan of a country (ISO 3166, small letters); that of the US for one that is not listed. */
export function tonePlanOf(country: string): TonePlan {
  return plans.get(country) ?? ofTheUs;
}

function planOf(row: string): TonePlan {
  const [bell, dial, busy, reorder, ringBack, callWaiting] = row.split('|').map((cell) => cell.trim());
  return {
    bellMs: bell.split(',').map(Number),
    dial: cadenceOf(dial),
    busy: cadenceOf(busy),
    reorder: cadenceOf(reorder),
    ringBack: cadenceOf(ringBack),
    callWaiting: cadenceOf(callWaiting),
  };
}

function cadenceOf(cell: string): Cadence {
  const [frequencies, times] = cell.split('/');
  return [frequencies.split('+').map(Number), ...(times?.split(',').map(Number) ?? [])];
}
