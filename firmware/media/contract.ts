/** What the main thread and the media worker say to each other. rx = what that party says, tx = what it hears. */
import type { CodecName } from '../codec-formats.js';
import type { HeardTone, TonePlan } from '../tone-plans.js';
import type { FskKind } from './analog/fsk.js';
import type { ProgressTone } from './analog/progress-recogniser.js';
import type { PlayRate } from './frame.js';

/** A port is one leg's place in the media plane; ids are chosen by the main thread and never used again. */
export type PortId = number;
/** A mix joins ports; it exists while a port is in it. */
export type MixId = number;
/** One playback, of prompts or tones. */
export type PlayId = number;
/** One recording that goes on, 0 to 255; used again when it is over. */
export type RecordingId = number;

/** What an offer/answer agreed for one port (RFC 3264). */
export type RtpFormat = {
  codec: CodecName;
  /** RTP payload type of the codec, both ways. */
  payloadType: number;
  /** Payload type of telephone-event (RFC 4733), if agreed. */
  eventPayloadType?: number;
  /** Length of the packets that the peer asked for, ms, 10 to 60; 20 if it did not. */
  ptimeMs?: number;
  /** Whether RTCP comes and goes on the port of RTP (RFC 5761), if agreed; else on the port after it. */
  rtcpMux?: boolean;
  /** Secured, where agreed; undefined is plain RTP. */
  srtp?: SrtpKeys;
};

/** Master key and salt, 30 bytes each way, for AES_CM_128_HMAC_SHA1_80 (RFC 4568 §6.2.1). Never logged or shown. */
export type SrtpKeys = { rx: Uint8Array; tx: Uint8Array };

export type RtpPeer = {
  /** IP address and port of the peer's SDP: where packets go until its own first packet shows its real port. */
  address: string;
  port: number;
  /** Where its RTCP is, if it has a port of its own and that is not the one after (RFC 3605). */
  rtcp?: { address: string; port: number };
  /** IP addresses that media may come from: the SDP's and the one the signalling came from. */
  allowed: string[];
};

export type { FskKind, ProgressTone };

/** The sound of a line: a pair of frame rings, whose rate is that of both. */
export type LineSound = {
  rx: SharedArrayBuffer;
  tx: SharedArrayBuffer;
  /** Frames that the card keeps on the way out and back beside those in the rings: an echo comes so much later. */
  keptFrames: number;
};

/** What is done with the sound of a line; may be changed at any time. Echo, caller id and tones are for 8 kHz only. */
export type LineSettings = {
  /** Told to the others, and to the line, louder or softer: -24 to 24 dB. */
  rxGainDb: number;
  txGainDb: number;
  /** Whether keys are listened to, told, and taken out of what the others hear. */
  keys: boolean;
  /** How long an echo may come after what is sent, ms, 8 to 128; 0 leaves it in, or to the card. */
  echoTailMs: number;
  /** Whether only one side is heard at a time: see half-duplex.ts. */
  halfDuplex?: boolean;
  /** Whether the line is sent what comes from it, instead of what its party would hear: for tests of the line. */
  loopBack?: boolean;
  /** Listens to caller id messages of this modem. */
  callerId?: FskKind;
  /** Listens to the tones of an exchange. */
  tones?: Pick<TonePlan, ProgressTone>;
  /** Finds out which tones there are. */
  learns?: boolean;
};

export type LineHandlers = {
  /** A key, once per press. */
  digit(key: string): void;
  /** An exchange plays this tone from now on; '' is none any more. */
  tone(tone: ProgressTone | ''): void;
  /** A caller id message, from type to checksum, which was right. */
  callerId(message: Uint8Array): void;
  /** Where tones are learned: one that is known now. */
  learned?(tone: HeardTone): void;
};

export type PlayItem =
  | { prompt: string }
  | { silenceMs: number }
  | { frequenciesHz: number[]; ms: number; levelDbm0: number }
  /** To lines only: a message for the phone's display; `offHook`: within a call. */
  | { callerId: Uint8Array; modem: FskKind; offHook?: boolean }
  /** To lines only: keys as a phone sends them, 0-9 * # A-D and `,` for a pause. */
  | { keys: string; onMs: number; offMs: number };

/** What a mix does for those in it. */
export type MixSettings = {
  /** Brings those who speak softly and those who speak loudly to one level. */
  levelling: boolean;
  /** Lets nobody through who does not speak. */
  gate: boolean;
};

/** `alone`: while it is played, that party hears nothing else. */
export type PlayTarget = { port: PortId; alone?: boolean } | { mix: MixId; except?: PortId };

export type MediaCommand =
  | { type: 'openPort'; port: PortId; address: string; rtpPorts: readonly [number, number] }
  | {
      type: 'connectPort';
      port: PortId;
      peer: RtpPeer;
      format: RtpFormat;
      /** False while held: nothing is sent (inactive), or nothing of this port enters a mix. */
      sending: boolean;
      receiving: boolean;
    }
  /** A port whose sound comes from a card or a sound device of this machine. */
  | { type: 'openLine'; port: PortId; sound: LineSound }
  | { type: 'setLine'; port: PortId; settings: LineSettings }
  | { type: 'closePort'; port: PortId }
  | { type: 'join'; port: PortId; mix: MixId; settings?: MixSettings }
  | { type: 'leave'; port: PortId }
  | { type: 'mute'; port: PortId; muted: boolean }
  /** What that party says is made louder or softer: -12 to 12 dB. */
  | { type: 'volume'; port: PortId; gainDb: number }
  /** Sends a key to the peer as a telephone event (RFC 4733); nothing where that was not agreed. */
  | { type: 'sendKey'; port: PortId; key: string }
  /** `ticks`: so much of it is over already. */
  | { type: 'play'; play: PlayId; to: PlayTarget; items: PlayItem[]; loop: boolean; ticks?: number }
  | { type: 'stopPlay'; play: PlayId }
  /** What is said in a mix is stored from now on, or again after a pause; of nobody yet. `again`: told anew, as it was. */
  | { type: 'record'; recording: RecordingId; mix: MixId; again?: boolean }
  /** What that party says is stored too, on this track. */
  | { type: 'recordPort'; recording: RecordingId; port: PortId; track: number; again?: boolean }
  | { type: 'unrecordPort'; recording: RecordingId; port: PortId }
  /** Nothing is stored any more, of nobody: for the present, or for ever. */
  | { type: 'pauseRecord'; recording: RecordingId }
  | { type: 'endRecord'; recording: RecordingId }
  | { type: 'shutdown' };

/** The samples of every prompt by its name, without `.wav`: in memory that threads share. */
export type PromptSet = Record<PlayRate, ReadonlyMap<string, Int16Array>>;

export type MediaEvent =
  /** `srtp`: whether ports can be secured here; `codecs`: which they can speak here; `prompts`: which can be played. */
  | { type: 'ready'; srtp: boolean; codecs: CodecName[]; promptSet: PromptSet }
  | { type: 'portOpened'; port: PortId; localPort: number }
  | { type: 'portFailed'; port: PortId; reason: string }
  | { type: 'portClosed'; port: PortId }
  /** A key of the peer's keypad, one of 0-9 * # A-D (RFC 4733), once per press. */
  | { type: 'digit'; port: PortId; digit: string }
  /** Of lines: see LineHandlers. */
  | { type: 'tone'; port: PortId; tone: ProgressTone | '' }
  | { type: 'callerId'; port: PortId; message: Uint8Array }
  | { type: 'learned'; port: PortId; tone: HeardTone }
  /** A playback that was not stopped reached its end (never for a looping one). */
  | { type: 'played'; play: PlayId }
  /** What is stored is not written fast enough: the recording has been paused. */
  | { type: 'recordingOverrun'; recording: RecordingId }
  | { type: 'closed' };

/** The media plane as the main thread sees it. */
export type Media = {
  /** Whether ports can be secured: the library for it is there. */
  readonly srtp: boolean;
  /** What ports can speak: codecs whose library is missing are left out. */
  readonly codecs: readonly CodecName[];
  /** Opens an RTP port on a local address, IPv4 or IPv6. Rejects with the reason if none is free, or there is no time. */
  openPort(address: string): Promise<{ port: PortId; localPort: number }>;
  connectPort(
    port: PortId,
    to: { peer: RtpPeer; format: RtpFormat; sending: boolean; receiving: boolean },
  ): void;
  /** Opens a port on the rings of a line. Rejects with the reason if there are too many. */
  openLine(sound: LineSound, settings: LineSettings, handlers: LineHandlers): Promise<PortId>;
  setLine(port: PortId, settings: LineSettings): void;
  /** Resolves when the socket is closed, or the rings are left alone. */
  closePort(port: PortId): Promise<void>;
  /** `settings`: neither levelling nor gate if left out. */
  join(port: PortId, mix: MixId, settings?: MixSettings): void;
  leave(port: PortId): void;
  mute(port: PortId, muted: boolean): void;
  /** Makes what that party says louder or softer for the others, -12 to 12 dB; 0 as it comes. */
  volume(port: PortId, gainDb: number): void;
  /** Sends a key to the peer as a telephone event (RFC 4733); nothing where that was not agreed. */
  sendKey(port: PortId, key: string): void;
  /** Plays items one after the other; `ended` is called when they came to their end, not when stopped. */
  play(to: PlayTarget, items: PlayItem[], options?: { loop?: boolean; ended?: () => void }): PlayId;
  stopPlay(play: PlayId): void;
  /** Whether there is a prompt of this name; one that is not there counts as ended at once. */
  hasPrompt(name: string): boolean;
  /** Stores what is said in a mix, from now on or again after a pause; of nobody yet. */
  record(recording: RecordingId, mix: MixId): void;
  /** Stores what that party says too, on this track. */
  recordPort(recording: RecordingId, port: PortId, track: number): void;
  unrecordPort(recording: RecordingId, port: PortId): void;
  /** Stores nothing any more, of nobody: for the present, or for ever. */
  pauseRecord(recording: RecordingId): void;
  endRecord(recording: RecordingId): void;
  /** Who is told of keys of RTP ports (RFC 4733). */
  onDigit: (port: PortId, digit: string) => void;
};
