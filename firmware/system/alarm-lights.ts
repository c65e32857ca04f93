/**
 * Lights and relays that show whether there is an alarm: those of Linux whose function is `alarm` or `fault` (`NAME:COLOUR:FUNCTION`,
 * Documentation/leds/leds-class.rst). A relay is one of them where the board says so (`gpio-leds` of its device tree).
 */
import * as fs from 'node:fs';
import path from 'node:path';

const FUNCTIONS = /(^|:)(alarm|fault)(-\d+)?$/;

export class AlarmLights {
  readonly #lights: string[];
  #shown?: boolean;

  constructor(folder = '/sys/class/leds') {
    this.#lights = namesIn(folder)
      .filter((name) => FUNCTIONS.test(name))
      .map((name) => path.join(folder, name));
  }

  /** What cannot be switched stays as it is. */
  show(isAlarm: boolean): void {
    if (isAlarm === this.#shown) return;
    this.#shown = isAlarm;
    for (const light of this.#lights) {
      try {
        const most = fs.readFileSync(path.join(light, 'max_brightness'), 'utf8').trim();
        fs.writeFileSync(path.join(light, 'brightness'), isAlarm ? most : '0');
      } catch {
        // Not ours to switch, or unplugged.
      }
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch {
    return []; // a machine without lights
  }
}
