/**
 * What is known of a steady stream (see steady-streams.ts), laid out in bytes. Read by AssemblyScript and TypeScript alike.
 *
 *      0 [ words ][ the run ][ the packet that goes out ]
 */

/** Ticks after which the books of a port are written at the latest. */
export const RUN = 5;
/** Datagrams that a round of the ring may bring. */
export const RECEIVES = 3;
/** Of each packet, either way: 20 ms of G.711 or G.722. */
export const HEADER_BYTES = 12;
export const PAYLOAD_BYTES = 160;
export const PACKET_BYTES = 172;

/** Whether it goes on as it is in this tick, 1 or 0. */
export const GOES_ON = 0;
/** Where each of its datagrams is, where their lengths are, and how many of them are taken. */
export const DATAGRAMS = 4;
export const LENGTHS = 16;
export const TAKEN = 20;
/** Of the packet that is due: first two bytes, SSRC as it is sent, sequence number and timestamp. */
export const KIND = 24;
export const SSRC = 28;
export const SEQUENCE = 32;
export const TIMESTAMP = 36;
/** Samples of a frame: those of G.722 or of G.711; and where the states of its two streams are, or the tables of its law. */
export const SAMPLES = 40;
export const DECODER = 44;
export const ENCODER = 48;
/** Whether it talks, and whether it is kept from that. */
export const TALKS = 52;
export const MUTED = 56;
/** Its sound-line: where it is, and in samples where that begins which is still to be heard, and where it ends. */
export const LINE = 60;
export const AT = 64;
export const END = 68;
/** Where its band is: a word, set when somebody talks, then, from 16 bytes on, the sum; and what is heard there. */
export const BAND = 72;
export const WHOLE = 76;
/** The encoding that all silent listeners share: a word, set if it is wanted, then, from 16 bytes on, the payload. */
export const SHARED = 80;
/** Of the next packet that goes out. */
export const OUT_SEQUENCE = 84;
export const OUT_TIMESTAMP = 88;
/** Gain of its limiter, f64. */
export const GAIN = 96;
/** The run: its ticks and the packets that came; of each of those, in which tick, a byte; of each tick how loud. */
export const TICKS = 104;
export const PACKETS = 108;
export const ARRIVALS = 112;
/** The sum of the squares of what was heard, f64; -1 if nothing sounds. */
export const ENERGIES = 128;
export const PACKET = 176;
/** Room for 80 ms of the largest payload, with what SRTP adds. An odd number of lines of the cache, so that all of it is used. */
export const RECORD_BYTES = 2880;
