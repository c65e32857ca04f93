/**
 * What lies beside the sound of a recording. A recording is a folder named by its id, with `recording.json`, `mix.wav` and a
 * `track-N.wav` for each participant: mono, 16 bits, all of one rate, and all beginning at the same sample. Positions and
 * lengths are in samples since that beginning; times of day are ISO 8601 in UTC.
 */
export type RecordingDocument = {
  version: 1;
  /** Made by the box alone: time of its beginning and eight random hex digits, `20261124-160000-1f2e3d4c`. */
  id: string;
  /** The number that was dialled. */
  number: string;
  /** In a dynamic conference: the number that its first caller gave it. */
  name: string | null;
  description: string;
  rateHz: 8000 | 16000;
  startedAt: string;
  /** Null while it goes on. */
  endedAt: string | null;
  /** Why it ended, in words; `power cut` for what was repaired at boot. */
  endReason: string | null;
  /** Length of all files. */
  samples: number;
  /** Where storing began and began again after a pause: time of day of the sample at this position. */
  stretches: { at: number; time: string }[];
  tracks: RecordedTrack[];
  /** SHA-256 of each file, as hex; null while it goes on. */
  checksums: Record<string, string> | null;
};

/** What of a recording is known when it begins. */
export type BegunRecording = Pick<
  RecordingDocument,
  'id' | 'number' | 'name' | 'description' | 'rateHz' | 'startedAt'
>;

/** A recording of which nothing is stored yet. */
export function begunDocument(begun: BegunRecording): RecordingDocument {
  return {
    version: 1,
    ...begun,
    endedAt: null,
    endReason: null,
    samples: 0,
    stretches: [],
    tracks: [],
    checksums: null,
  };
}

export type RecordedTrack = {
  /** From 1; its file is `track-N.wav`. */
  track: number;
  name: string;
  number: string;
  joinedAt: string;
  leftAt: string | null;
  /** When the notice had been heard to its end, each time that it was played to this participant. */
  consents: { time: string; at: number }[];
  /** When this participant was heard to speak. */
  talked: { from: number; to: number }[];
};

export const RECORDING_ID = /^[0-9]{8}-[0-9]{6}-[0-9a-f]{8}$/;

export const DOCUMENT = 'recording.json';
export const MIX = 'mix.wav';

/** The name of the file of a track. */
export function trackFile({ track }: Pick<RecordedTrack, 'track'>): string {
  return `track-${track}.wav`;
}

/** The names of all sound files of a recording. */
export function soundFiles({ tracks }: RecordingDocument): string[] {
  return [MIX, ...tracks.map(trackFile)];
}
