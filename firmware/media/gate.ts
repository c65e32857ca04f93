/** Lets a party through only while it speaks; opens and closes without a click. */

/** Samples, at any rate, in which it opens: short, so that no word loses its beginning. */
const OPENING_SAMPLES = 32;

export class Gate {
  #open = false;

  /** Fades a frame in or out where the gate moves; false if nothing of the frame is let through. */
  apply(frame: Int16Array, open: boolean): boolean {
    const was = this.#open;
    this.#open = open;
    if (open && !was) fade(frame, OPENING_SAMPLES, false);
    else if (!open && was) fade(frame, frame.length, true);
    return open || was;
  }
}

function fade(frame: Int16Array, samples: number, out: boolean): void {
  for (let i = 0; i < samples; i++) {
    const part = out ? samples - i : i;
    frame[i] = Math.trunc((frame[i] * part) / samples);
  }
}
