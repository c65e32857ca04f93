/** libasound, as far as we call it: one channel of 16 bits, played; and whether a device can be had at all. */
import { HardwareError, type HardwareCode } from '../hardware-error.js';
import { inBackground, openLibrary } from './library.js';

const STREAMS = { playback: 0, capture: 1 } as const;
/** How a device is opened: one that somebody else has is refused; or is waited for, and so is room for what is played. */
const [WAITING, NONBLOCK] = [0, 1];
const S16_LE = 2;
const RW_INTERLEAVED = 3;
/** The device was late or we were: sound was lost. */
const EPIPE = -32;
/** The system has slept. */
const ESTRPIPE = -86;
const CODES: Partial<Record<number, HardwareCode>> = {
  [-1]: 'denied',
  [-2]: 'notFound',
  [-6]: 'notFound',
  [-13]: 'denied',
  [-16]: 'busy',
  [-19]: 'notFound',
  [-22]: 'unsupported',
};
/** What waits in the device when it begins to play, and what it holds at most, in periods. */
const STARTS_AT = 2;
const BUFFER = 4;

const library = load();

/** A PCM of libasound: an address below 2^53. */
type Pcm = number;

/** One of the device's directions. `period`: samples that it takes or gives at a time, 20 ms. */
export type PcmSettings = { device: string; rate: number; period: number };

/** Throws a HardwareError if the device cannot be had just so. */
export function probe(direction: keyof typeof STREAMS, settings: PcmSettings): void {
  library.close(openPcm(direction, settings, NONBLOCK));
}

/** A loudspeaker that is open. */
export class Playback {
  readonly #pcm: Pcm;

  /** Throws a HardwareError if the device is not to be had, or cannot play just so. */
  constructor(settings: PcmSettings) {
    // The kernel never forgets how a stream was opened: only one that was opened so waits for room.
    probe('playback', settings);
    this.#pcm = openPcm('playback', settings, WAITING);
  }

  /**
   * Plays what there is in `frame`; resolves when the device has taken it, at the device's pace. True if it had run dry
   * before. Rejects with a HardwareError if the device is gone.
   */
  async write(frame: Int16Array): Promise<boolean> {
    const written = await inBackground(library.write, this.#pcm, frame, frame.length);
    if (written >= 0) return false;
    if (written !== EPIPE && written !== ESTRPIPE) throw new HardwareError('lost', reasonOf(written));
    check(library.prepare(this.#pcm), 'playback');
    await inBackground(library.write, this.#pcm, frame, frame.length);
    return true;
  }
}

function openPcm(direction: keyof typeof STREAMS, { device, rate, period }: PcmSettings, mode: number): Pcm {
  const handle = new BigUint64Array(1);
  check(library.open(handle, device, STREAMS[direction], mode), direction);
  const pcm = Number(handle[0]);
  try {
    setUp(pcm, rate, period, direction);
  } catch (error) {
    library.close(pcm);
    throw error;
  }
  return pcm;
}

function setUp(pcm: Pcm, rate: number, period: number, what: string): void {
  const hardware = new Uint8Array(library.hardwareSize());
  check(library.any(pcm, hardware), what);
  const wants: [string, number][] = [
    ['interleaved samples', library.setAccess(pcm, hardware, RW_INTERLEAVED)],
    ['samples of 16 bits', library.setFormat(pcm, hardware, S16_LE)],
    ['one channel', library.setChannels(pcm, hardware, 1)],
    [`${rate} samples a second`, library.setRate(pcm, hardware, rate, 0)],
  ];
  for (const [want, status] of wants)
    if (status < 0)
      throw new HardwareError('unsupported', `${what}: the device has not ${want}; "plughw:..." converts`);
  const frames = new BigUint64Array([BigInt(period)]);
  check(library.setPeriod(pcm, hardware, frames, null), what);
  frames[0] = BigInt(BUFFER * period);
  check(library.setBuffer(pcm, hardware, frames), what);
  check(library.setHardware(pcm, hardware), what);
  const software = new Uint8Array(library.softwareSize());
  check(library.currentSoftware(pcm, software), what);
  check(library.setStart(pcm, software, STARTS_AT * period), what);
  check(library.setSoftware(pcm, software), what);
}

function check(status: number, what: string): void {
  if (status < 0) throw new HardwareError(CODES[status] ?? 'lost', `${what}: ${reasonOf(status)}`);
}

function reasonOf(status: number): string {
  return library.reason(status) as unknown as string;
}

function load() {
  const call = openLibrary('libasound.so.2');
  return {
    open: call('int snd_pcm_open(void *pcm, const char *name, int stream, int mode)'),
    close: call('int snd_pcm_close(void *pcm)'),
    prepare: call('int snd_pcm_prepare(void *pcm)'),
    write: call('long snd_pcm_writei(void *pcm, const void *frames, unsigned long length)'),
    reason: call('const char *snd_strerror(int status)'),
    hardwareSize: call('size_t snd_pcm_hw_params_sizeof()'),
    any: call('int snd_pcm_hw_params_any(void *pcm, void *params)'),
    setAccess: call('int snd_pcm_hw_params_set_access(void *pcm, void *params, int access)'),
    setFormat: call('int snd_pcm_hw_params_set_format(void *pcm, void *params, int format)'),
    setChannels: call('int snd_pcm_hw_params_set_channels(void *pcm, void *params, unsigned int channels)'),
    setRate: call('int snd_pcm_hw_params_set_rate(void *pcm, void *params, unsigned int rate, int dir)'),
    setPeriod: call(
      'int snd_pcm_hw_params_set_period_size_near(void *pcm, void *params, void *frames, void *dir)',
    ),
    setBuffer: call('int snd_pcm_hw_params_set_buffer_size_near(void *pcm, void *params, void *frames)'),
    setHardware: call('int snd_pcm_hw_params(void *pcm, void *params)'),
    softwareSize: call('size_t snd_pcm_sw_params_sizeof()'),
    currentSoftware: call('int snd_pcm_sw_params_current(void *pcm, void *params)'),
    setStart: call(
      'int snd_pcm_sw_params_set_start_threshold(void *pcm, void *params, unsigned long frames)',
    ),
    setSoftware: call('int snd_pcm_sw_params(void *pcm, void *params)'),
  };
}
