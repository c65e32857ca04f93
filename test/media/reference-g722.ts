/** G.722 by libspandsp2, for comparison: its own state and its own code. */
import { openLibrary } from '../../hal/ffi/library.js';

const RATE = 64000;
/** No packing, 16 kHz. */
const OPTIONS = 0;
/** More than either of its states needs (about 500 bytes). */
const STATE_BYTES = 4096;

const library = load();

/** Undefined where the library (Debian package libspandsp2) is missing. */
export const referenceG722 = library && {
  createEncoder(): (pcm: Int16Array) => Uint8Array {
    const state = new Uint8Array(STATE_BYTES);
    library.initEncoder(state, RATE, OPTIONS);
    return (pcm) => {
      const bytes = new Uint8Array(pcm.length / 2);
      library.encode(state, bytes, pcm, pcm.length);
      return bytes;
    };
  },
  createDecoder(): (bytes: Uint8Array) => Int16Array {
    const state = new Uint8Array(STATE_BYTES);
    library.initDecoder(state, RATE, OPTIONS);
    return (bytes) => {
      const pcm = new Int16Array(2 * bytes.length);
      library.decode(state, pcm, bytes, bytes.length);
      return pcm;
    };
  },
};

function load() {
  try {
    const call = openLibrary('libspandsp.so.2');
    return {
      initEncoder: call('void *g722_encode_init(void *state, int rate, int options)'),
      encode: call('int g722_encode(void *state, void *bytes, const void *pcm, int samples)'),
      initDecoder: call('void *g722_decode_init(void *state, int rate, int options)'),
      decode: call('int g722_decode(void *state, void *pcm, const void *bytes, int length)'),
    };
  } catch {
    return undefined;
  }
}
