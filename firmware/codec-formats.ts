/**
 * The codecs of the box, as configuration and SDP name them: the one table that sdp/, media/, call/ and config/ read.
 * Adding a codec is adding a line here and a file in media/codecs/.
 */

export type CodecFormat = {
  /** Encoding name and clock of its rtpmap (RFC 8866 §6.6): the clock is not always the sample rate. */
  encoding: string;
  clockRateHz: number;
  /** What rtpmap says, not what we make: we hear and speak one channel. */
  channels: 1 | 2;
  /** Our number in an offer: static (RFC 3551 §6), or of the dynamic ones, 96 to 127. */
  payloadType: number;
  /** Samples per second that a listener gets at most. */
  sampleRate: 8000 | 16000 | 48000;
  /** Parameters in our offers and answers. */
  fmtp?: string;
};

const table = {
  PCMU: { encoding: 'PCMU', clockRateHz: 8000, channels: 1, payloadType: 0, sampleRate: 8000 },
  PCMA: { encoding: 'PCMA', clockRateHz: 8000, channels: 1, payloadType: 8, sampleRate: 8000 },
  // RFC 3551 §4.5.2: its clock is 8000 by an old mistake that became the rule.
  G722: { encoding: 'G722', clockRateHz: 8000, channels: 1, payloadType: 9, sampleRate: 16000 },
  'L16/8000': { encoding: 'L16', clockRateHz: 8000, channels: 1, payloadType: 117, sampleRate: 8000 },
  'L16/16000': { encoding: 'L16', clockRateHz: 16000, channels: 1, payloadType: 118, sampleRate: 16000 },
  // RFC 7587 §7: always 48000 and two channels; the parameters say what is really wanted.
  opus: {
    encoding: 'opus',
    clockRateHz: 48000,
    channels: 2,
    payloadType: 107,
    sampleRate: 48000,
    fmtp: 'useinbandfec=1',
  },
  'opus/16000': {
    encoding: 'opus',
    clockRateHz: 48000,
    channels: 2,
    payloadType: 107,
    sampleRate: 16000,
    fmtp: 'maxplaybackrate=16000;sprop-maxcapturerate=16000;useinbandfec=1',
  },
} as const satisfies Record<string, CodecFormat>;

export type CodecName = keyof typeof table;

export const codecFormats: Readonly<Record<CodecName, CodecFormat>> = table;
export const codecNames = Object.keys(table) as CodecName[];
