/** Two ends of one wire. */
import { Duplex } from 'node:stream';

export function duplexPair(): [Duplex, Duplex] {
  const end = (other: () => Duplex) =>
    new Duplex({
      read: () => {},
      write: (chunk, _, done) => {
        other().push(chunk);
        done();
      },
    });
  const ends: [Duplex, Duplex] = [end(() => ends[1]), end(() => ends[0])];
  return ends;
}
