/**
 * Keys heard as pairs of tones (ITU-T Q.23), with the tolerances of ITU-T Q.24.
 *
 * Every 5 ms become eight complex numbers, one for each frequency (Goertzel). The last four, 20 ms, are looked at twice,
 * weighted so that a tone disturbs its neighbours little; what turned between the two looks tells the true frequency:
 *
 *     5 ms pieces     | z0 | z1 | z2 | z3 |
 *     first look A      1    2    1               A = z0 + 2 z1 + z2
 *     second look B          1    2    1          B = z1 + 2 z2 + z3
 *
 * A stretch of 20 ms sounds like a key if the best row and the best column are near enough to their frequencies and to
 * each other's level, stay as loud as they are, and are almost all there is. That last test is what keeps speech out
 * (talk-off): whatever of it is near two of the tones has harmonics or noise beside them. Four such stretches, together
 * 35 ms, are a press.
 */
import { FRAME_MS } from './frame.js';
import { LoudestTone, PIECE, PIECES, TONES } from './loudest-tone.js';
import { PEAK_OF_0_DBM0 } from './tone-generator.js';

const FREQUENCIES_HZ = [697, 770, 852, 941, 1209, 1336, 1477, 1633];
/** By row and column. */
const KEYPAD = '123A456B789C*0#D';
const ROWS = 4;

/** What is listened to, whatever the frame is sampled at: no key is above 1.7 kHz. */
const RATE = 8000;
/** Pieces after which any of the frequencies has turned whole times. */
const TURN = RATE / PIECE;

/** Pieces quieter than this are silence: half a stretch of the weakest key (-36 dBm0 a tone) is still louder. */
const SILENCE_DBM0 = -42;
/** Q.24 has 1.5 % as a key and 3.5 % as none. */
const MAX_DEVIATION = 0.027;
/** Of both together, on an average of a press: neighbouring harmonics of a voice pass for a key where both are off. */
const MAX_DEVIATIONS = 0.033;
/** Of the level of one tone to the other: 8 dB either way and a little (Q.24: from 4 to 10 dB, by administration). */
const MAX_TWIST = 10 ** (10 / 10);
/** Of the power of a tone from look to look. */
const MAX_CHANGE = 10 ** (3 / 10);
/** Of the mean power, in each piece: where a tone begins or ends in a piece there is less. */
const MIN_STEADY = 0.55;
/** What shows of them beside their frequencies, at a glance: less is not worth a closer look. */
const MIN_SHOWN = 0.3;
/** The two tones' share of all power. White noise 15 dB below them leaves 0.97. */
const MIN_SHARE = 0.88;
/** An edge of a tone in the stretch makes it seem louder than all there is. */
const MAX_SHARE = 1.15;
/** Stretches, each 5 ms after the other, that make a press: any tone of 40 ms has so many, none of 23 ms has. */
const HITS_TO_PRESS = 4;
/** Stretches without the key that end it: a gap of 20 ms does not (Q.24 asks for 10), a pause of 40 ms does. */
const MISSES_TO_RELEASE = 9;

const cosines = Float64Array.from({ length: TURN }, (_, i) => Math.cos((2 * Math.PI * i) / TURN));
const sines = Float64Array.from({ length: TURN }, (_, i) => Math.sin((2 * Math.PI * i) / TURN));
const coefficients = Float64Array.from(FREQUENCIES_HZ, (hz) => 2 * Math.cos((2 * Math.PI * hz) / RATE));
const lastCosines = Float64Array.from(FREQUENCIES_HZ, (hz) => Math.cos((2 * Math.PI * hz) / RATE));
const lastSines = Float64Array.from(FREQUENCIES_HZ, (hz) => Math.sin((2 * Math.PI * hz) / RATE));

/** The frame in hand at 8 kHz; of whichever detector. */
const samples = new Float64Array((RATE / 1000) * FRAME_MS);

export class DtmfDetector {
  /** Whether a stretch that ended in the last frame sounded like a key, or one is pressed. */
  sounds = false;
  /** Samples that become one of 8 kHz. */
  #step: number;
  #silence: number;
  /** By which averaging makes a tone weaker. */
  #gains: Float64Array;
  #re = new Float64Array(PIECES * TONES);
  #im = new Float64Array(PIECES * TONES);
  #energies = new Float64Array(PIECES);
  #piece = 0;
  #candidate = -1;
  #hits = 0;
  /** Sums of how far the hits were off. */
  #rowOff = 0;
  #columnOff = 0;
  /** The key that is pressed, as its place on the keypad. */
  #pressed = -1;
  #misses = 0;
  #row = new LoudestTone(FREQUENCIES_HZ, 0);
  #column = new LoudestTone(FREQUENCIES_HZ, ROWS);

  /** `sampleRate` is a multiple of 8000. */
  constructor(sampleRate: number) {
    this.#step = sampleRate / RATE;
    this.#silence = PIECE * (PEAK_OF_0_DBM0 ** 2 / 2) * 10 ** (SILENCE_DBM0 / 10);
    this.#gains = Float64Array.from(FREQUENCIES_HZ, (hz) => averaging(hz, sampleRate, this.#step));
  }

  /** Hears the next 20 ms; returns the key that began to be pressed, one of 0-9 * # A-D, or ''. Allocates nothing. */
  hear(frame: Int16Array): string {
    let key = '';
    this.sounds = false;
    for (let piece = 0; piece < PIECES; piece++) {
      this.#analyse(frame, piece);
      const sound = this.#listen(piece);
      if (sound >= 0) this.sounds = true;
      if (this.#follow(sound)) key = KEYPAD[sound];
    }
    if (this.#pressed >= 0) this.sounds = true;
    return key;
  }

  /** The eight tones in one piece; of silence nothing but that it is. */
  #analyse(frame: Int16Array, piece: number): void {
    const step = this.#step;
    const from = piece * PIECE;
    let energy = 0;
    for (let i = 0, at = from * step; i < PIECE; i++) {
      let sum = 0;
      for (let k = 0; k < step; k++, at++) {
        const sample = frame[at];
        sum += sample;
        energy += sample * sample;
      }
      samples[from + i] = sum / step;
    }
    energy /= step;
    this.#piece = (this.#piece + 1) % TURN;
    this.#energies[piece] = energy < this.#silence ? 0 : energy;
    if (energy < this.#silence) return;
    for (let tone = 0; tone < TONES; tone++) {
      const coefficient = coefficients[tone];
      let s1 = 0;
      let s2 = 0;
      for (let i = from; i < from + PIECE; i++) {
        const s0 = samples[i] + coefficient * s1 - s2;
        s2 = s1;
        s1 = s0;
      }
      // Turned back by as far as the tone has turned since the beginning, it stands still from piece to piece.
      const re = s1 - s2 * lastCosines[tone];
      const im = s2 * lastSines[tone];
      const turned = (FREQUENCIES_HZ[tone] * this.#piece) % TURN;
      const at = piece * TONES + tone;
      this.#re[at] = re * cosines[turned] + im * sines[turned];
      this.#im[at] = im * cosines[turned] - re * sines[turned];
    }
  }

  /** The key that the stretch up to this piece sounds like, as its place on the keypad; -1 for none. */
  #listen(newest: number): number {
    let energy = 0;
    for (let i = 0; i < PIECES; i++) energy += this.#energies[i];
    for (let i = 0; i < PIECES; i++) if (this.#energies[i] * PIECES <= MIN_STEADY * energy) return -1;
    const power = energy / (PIECES * PIECE);
    const row = this.#row;
    const column = this.#column;
    row.find(this.#re, this.#im, newest);
    column.find(this.#re, this.#im, newest);
    if (row.power + column.power < MIN_SHOWN * power) return -1;
    row.measure();
    column.measure();
    LoudestTone.part(row, column, this.#piece);
    row.measure();
    column.measure();
    if (!isTrue(row) || !isTrue(column)) return -1;
    const rowPower = row.power / this.#gains[row.tone];
    const columnPower = column.power / this.#gains[column.tone];
    if (rowPower > MAX_TWIST * columnPower || columnPower > MAX_TWIST * rowPower) return -1;
    const share = (rowPower + columnPower) / power;
    if (share < MIN_SHARE || share > MAX_SHARE) return -1;
    return row.tone * ROWS + column.tone - ROWS;
  }

  /** What a sound means after those before it; true where a press begins. */
  #follow(sound: number): boolean {
    if (sound < 0 || sound !== this.#candidate) {
      this.#candidate = sound;
      this.#hits = 0;
      this.#rowOff = 0;
      this.#columnOff = 0;
    }
    this.#hits++;
    this.#rowOff += this.#row.deviationHz / this.#row.hz;
    this.#columnOff += this.#column.deviationHz / this.#column.hz;
    if (sound >= 0 && sound === this.#pressed) this.#misses = 0;
    else if (++this.#misses >= MISSES_TO_RELEASE) this.#pressed = -1;
    if (sound < 0 || this.#hits < HITS_TO_PRESS || sound === this.#pressed) return false;
    if (Math.abs(this.#rowOff) + Math.abs(this.#columnOff) > MAX_DEVIATIONS * this.#hits) return false;
    this.#pressed = sound;
    this.#misses = 0;
    return true;
  }
}

/** Near enough to its frequency, and as loud at the end as at the beginning. */
function isTrue(tone: LoudestTone): boolean {
  return (
    Math.abs(tone.deviationHz) <= MAX_DEVIATION * tone.hz &&
    tone.change <= MAX_CHANGE &&
    tone.change >= 1 / MAX_CHANGE
  );
}

/** Power of a tone after the mean of `step` samples was taken. */
function averaging(hz: number, sampleRate: number, step: number): number {
  const half = (Math.PI * hz) / sampleRate;
  return (Math.sin(step * half) / (step * Math.sin(half))) ** 2;
}
