/** Octets of a serial line: whatever came before, a line that is typed after Ctrl-C is read. */
import fc from 'fast-check';
import { AT_ONCE, LineReader, TerminalClosed } from '../../../firmware/console/line-reader.js';
import { duplexPair } from '../../support/duplex-pair.js';
import { octetList } from '../pieces.js';
import { holds, type Target } from '../target.js';

const words = [
  '\r',
  '\n',
  '\t',
  '\u0003',
  '\u0004',
  '\u001a',
  '\u0001',
  '\u000b',
  '\u0019',
  '\u0017',
  '\u0012',
  '\u007f',
  '\b',
  '\u001b[A',
  '\u001b[B',
  '\u001b[1;5C',
  '\u001b[3~',
  '\u001b',
  '\u001bb',
  '\u001bd',
  '\u001b[200~',
  '\u001b[',
  '\u001b[999999',
  '\u0018',
  '\u001f',
  '\u001e',
  '\xc3',
  '\xff',
  'help ',
];

export const serial: Target = {
  name: 'serial octets',
  seeds: ['help\r', 'a b\u001b[D\u001b[Dc\u0001d\u0005\r', 'x\u0003y\t\r', '\u001b[A\u001b[A\r'].map((text) =>
    Buffer.from(text),
  ),
  words,
  grammar: fc
    .array(
      fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom(...words).map((word) => Buffer.from(word, 'latin1')) },
        octetList(6),
      ),
      { maxLength: 20 },
    )
    .map((all) => Buffer.concat(all)),
  atOnce: AT_ONCE,
  async take(input) {
    const [box, terminal] = duplexPair();
    const reader = new LineReader(box, (line) => Promise.resolve([['help ', 'hello '], line]));
    terminal.resume();
    const lines: string[] = [];
    let closed = false;
    const readOn = (): void =>
      void reader.read('> ', 'command').then(
        (line) => {
          lines.push(line);
          readOn();
        },
        (error: unknown) => {
          if (!(error instanceof TerminalClosed)) throw error;
          closed = true;
        },
      );
    readOn();
    terminal.write(input);
    terminal.write('\u0003\u0003after\r');
    // A lone ESC may begin a key: readline waits half a second for the rest.
    for (let turn = 0; turn < 5000 && !closed && lines.at(-1) !== 'after'; turn += 1)
      await new Promise((resolve) => setImmediate(resolve));
    reader.close();
    holds(
      lines.every((line) => line.length <= 1000),
      'a longer line than is taken',
    );
    // Ctrl-D at an empty line says goodbye.
    holds(closed || lines.at(-1) === 'after', `read ${JSON.stringify(lines.at(-1))}`);
  },
};
