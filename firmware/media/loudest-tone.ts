/** The loudest of four neighbouring tones in a stretch of four pieces of 5 ms, measured in two overlapping looks. */

/** Pieces of a stretch, and tones that each of them was taken apart into. */
export const PIECES = 4;
export const TONES = 8;
/** Samples of a piece, at 8 kHz. */
export const PIECE = 40;

const RATE = 8000;
/** Of the pieces in a look: 1, 2, 1. */
const WEIGHTS = 4;

export class LoudestTone {
  /** Which one. */
  tone = 0;
  /** Of the two looks together. */
  power = 0;
  /** By how much its frequency is beside that of the tone. */
  deviationHz = 0;
  /** Power of the first look by that of the second. */
  change = 1;
  #aRe = 0;
  #aIm = 0;
  #bRe = 0;
  #bIm = 0;

  /** Among four, of which `first` is the lowest. */
  constructor(
    private readonly frequenciesHz: readonly number[],
    private readonly first: number,
  ) {}

  get hz(): number {
    return this.frequenciesHz[this.tone];
  }

  /** Finds it in complex amplitudes by piece and tone, a ring of which `newest` is the last piece. */
  find(re: Float64Array, im: Float64Array, newest: number): void {
    const z0 = ((newest + 1) % PIECES) * TONES;
    const z1 = ((newest + 2) % PIECES) * TONES;
    const z2 = ((newest + 3) % PIECES) * TONES;
    const z3 = newest * TONES;
    let most = -1;
    for (let tone = this.first; tone < this.first + TONES / 2; tone++) {
      const middleRe = re[z1 + tone] + re[z2 + tone];
      const middleIm = im[z1 + tone] + im[z2 + tone];
      const aRe = re[z0 + tone] + re[z1 + tone] + middleRe;
      const aIm = im[z0 + tone] + im[z1 + tone] + middleIm;
      const bRe = re[z2 + tone] + re[z3 + tone] + middleRe;
      const bIm = im[z2 + tone] + im[z3 + tone] + middleIm;
      const power = aRe * aRe + aIm * aIm + bRe * bRe + bIm * bIm;
      if (power <= most) continue;
      most = power;
      this.tone = tone;
      this.#aRe = aRe;
      this.#aIm = aIm;
      this.#bRe = bRe;
      this.#bIm = bIm;
    }
    this.power = most / (PIECE * WEIGHTS) ** 2;
  }

  /** Measures power and frequency; the power is what it would be at the tone's own frequency. */
  measure(): void {
    const a = this.#aRe * this.#aRe + this.#aIm * this.#aIm;
    const b = this.#bRe * this.#bRe + this.#bIm * this.#bIm;
    const turn = Math.atan2(
      this.#bIm * this.#aRe - this.#bRe * this.#aIm,
      this.#bRe * this.#aRe + this.#bIm * this.#aIm,
    );
    this.deviationHz = (turn * RATE) / (2 * Math.PI * PIECE);
    this.change = a / b;
    // Each look is half the amplitude times the samples; the power of a sine is half its amplitude squared.
    this.power = (a + b) / (PIECE * WEIGHTS * response(this.deviationHz)) ** 2;
  }

  /** Takes out of two measured tones what each of them has of the other; `piece` is the number of the newest piece. */
  static part(one: LoudestTone, other: LoudestTone, piece: number): void {
    const across = response(other.hz + other.deviationHz - one.hz - one.deviationHz);
    const ofOther = across / response(other.deviationHz);
    const ofOne = across / response(one.deviationHz);
    // Pieces are turned as if each tone stood still, seen from their last sample: half a piece behind their middle.
    const step = (2 * Math.PI * (other.hz - one.hz)) / RATE;
    const a = step * ((piece - 2) * PIECE - (PIECE - 1) / 2);
    const b = a + step * PIECE;
    const [oneARe, oneAIm, oneBRe, oneBIm] = [one.#aRe, one.#aIm, one.#bRe, one.#bIm];
    one.#aRe -= ofOther * (other.#aRe * Math.cos(a) - other.#aIm * Math.sin(a));
    one.#aIm -= ofOther * (other.#aIm * Math.cos(a) + other.#aRe * Math.sin(a));
    one.#bRe -= ofOther * (other.#bRe * Math.cos(b) - other.#bIm * Math.sin(b));
    one.#bIm -= ofOther * (other.#bIm * Math.cos(b) + other.#bRe * Math.sin(b));
    other.#aRe -= ofOne * (oneARe * Math.cos(a) + oneAIm * Math.sin(a));
    other.#aIm -= ofOne * (oneAIm * Math.cos(a) - oneARe * Math.sin(a));
    other.#bRe -= ofOne * (oneBRe * Math.cos(b) + oneBIm * Math.sin(b));
    other.#bIm -= ofOne * (oneBIm * Math.cos(b) - oneBRe * Math.sin(b));
  }
}

/** How much of a tone that is `hz` beside shows: sin(x)/x for the length of a piece, cos(x)^2 for the weights. */
function response(hz: number): number {
  const x = (Math.PI * hz * PIECE) / RATE;
  return x === 0 ? 1 : (Math.sin(x) / x) * Math.cos(x) ** 2;
}
