/** What the callers of the bench say, encoded beforehand: silence, the pulse by which delay is measured, and speech. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { codecs, type Codec } from '../../firmware/media/codec.js';

/** Packets of 20 ms in a file, as `rtp-load.c` reads them. */
export type Voices = { file: string; payloadType: number };

export type BenchCodec = 'PCMU' | 'G722';

const PACKET_BYTES = 160;
const SPEECH_PACKETS = 1000;
/** 1000 that talk at once must not be clipped: about -35 dBm0 each. */
const SPEECH_RMS = 300;
const PULSE_PEAK = 8000;
const SYLLABLE_HZ = 4;
/** Speech ends here, well below the pulse. */
const SPEECH_MAX_HZ = 3000;

/** What is particular to each: payload type (RFC 3551 §6), and a pulse where speech has nothing. */
const particulars = {
  PCMU: { payloadType: 0, pulseHz: 3600 },
  G722: { payloadType: 9, pulseHz: 6000 },
} as const;

/** Writes the voices of a codec into a folder; null if the box has no such codec. */
export function writeVoices(name: BenchCodec, folder: string): Voices | null {
  const codec = (codecs as Partial<Record<string, Codec>>)[name];
  if (!codec) return null;
  const { payloadType, pulseHz } = particulars[name];
  const frame = codec.sampleRate / 50;
  const pulse = Int16Array.from(
    { length: frame },
    (_, n) => PULSE_PEAK * Math.sin((2 * Math.PI * pulseHz * n) / codec.sampleRate),
  );
  const packets = [
    encode(codec, new Int16Array(50 * frame)).at(-1)!,
    encode(codec, pulse)[0],
    ...encode(codec, speech(codec.sampleRate)),
  ];
  const file = path.join(folder, `${name}.voices`);
  writeFileSync(file, Buffer.concat(packets));
  return { file, payloadType };
}

function encode(codec: Codec, pcm: Int16Array): Uint8Array[] {
  const encoder = codec.createEncoder();
  const frame = codec.sampleRate / 50;
  return Array.from({ length: pcm.length / frame }, (_, at) => {
    const bytes = new Uint8Array(PACKET_BYTES);
    encoder.encode(pcm.subarray(at * frame, (at + 1) * frame), frame, bytes, 0);
    return bytes;
  });
}

/** Voiced sound of a pitch that wanders, in syllables: speech for a mixer, not for an ear. */
function speech(sampleRate: number): Int16Array {
  const samples = (SPEECH_PACKETS * sampleRate) / 50;
  const raw = new Float64Array(samples);
  let turns = 0;
  for (let n = 0; n < samples; n++) {
    const seconds = n / sampleRate;
    const pitchHz = 130 + 30 * Math.sin(2 * Math.PI * 0.7 * seconds);
    turns += pitchHz / sampleRate;
    const loudness = 0.15 + 0.85 * Math.sin(Math.PI * SYLLABLE_HZ * seconds) ** 2;
    for (let harmonic = 1; harmonic * pitchHz < SPEECH_MAX_HZ; harmonic++)
      raw[n] += (loudness * Math.sin(2 * Math.PI * harmonic * turns)) / harmonic;
  }
  const rms = Math.sqrt(raw.reduce((sum, sample) => sum + sample * sample, 0) / samples);
  return Int16Array.from(raw, (sample) => Math.round((sample / rms) * SPEECH_RMS));
}
