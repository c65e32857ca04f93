/** A SIP phone as a leg: its call, its RTP port, its offers and answers. */
import { randomBytes, randomInt } from 'node:crypto';
import type { CodecName } from '../codec-formats.js';
import type { Media, PortId, RtpFormat } from '../media/contract.js';
import { answerOffer, makeOffer, readAnswer, type Agreed, type LocalMedia } from '../sdp/offer-answer.js';
import { MASTER_KEY_BYTES } from '../sdp/crypto.js';
import { parseSdp, SdpError, writeSdp, type SessionDescription } from '../sdp/session-description.js';
import type { ReferTarget, Report } from '../sip/refer.js';
import type { SipCall } from '../sip/sip-call.js';
import { keyTones } from './announcements.js';
import { causeOf, statusOf, type Cause } from './cause.js';
import { KeySources, type KeySource } from './key-source.js';
import { isUp, type Leg, type LegEvent, type LegState, type Party, type Place } from './leg.js';
import type { MediaSecurity } from './media-security.js';
import type { LegId } from './room.js';

export type SipLegOptions = {
  id: LegId;
  party: Party;
  /** As whom its wrong PINs are counted. */
  sources: readonly string[];
  media: Media;
  /** Ours towards the peer, and the one that it is told. */
  address: { local: string; shown: string };
  /** Which codecs are spoken, best first, as far as the media plane has them. */
  codecs: readonly CodecName[];
  security: MediaSecurity;
  nowMs(): number;
  /** The phone wants its party, or others, to be moved: 202, or the SIP status that refuses. */
  referred(target: ReferTarget, replaced: SipCall | undefined, report: Report): number;
  /** Its state has changed. */
  onState(): void;
  /** The leg has ended and nothing of it is open any more. */
  onClosed: () => void;
};

type OpenPort = { port: PortId; localPort: number };

export class SipLeg implements Leg {
  readonly id: LegId;
  readonly party: Party;
  readonly sources: readonly string[];
  readonly sinceMs: number;
  onEvent: (event: LegEvent) => void = () => {};
  place: Place | undefined;
  handOver?: Leg['handOver'];
  #state: LegState;
  codec: string | undefined;
  srtp = false;
  #call?: SipCall;
  #open?: OpenPort;
  peerAddress = '';
  answeredMs: number | undefined;
  endedMs: number | undefined;
  cause: Cause | undefined;
  readonly #srtpKey = randomBytes(MASTER_KEY_BYTES);
  readonly #sessionId = String(randomInt(1, 2 ** 47));
  #sessionVersion = 1;
  #lastSdp = '';
  #takesEvents = false;
  #opening?: Promise<void>;
  /** They hold us: said by their last offer or answer. */
  #heldByPeer = false;
  /** They may send, and do not hold us. */
  #receiving = false;
  readonly #codecs: readonly CodecName[];
  readonly #keys = new KeySources();

  private constructor(
    private readonly options: SipLegOptions,
    readonly direction: 'incoming' | 'outgoing',
  ) {
    this.id = options.id;
    this.#codecs = options.codecs.filter((codec) => options.media.codecs.includes(codec));
    this.party = options.party;
    this.sources = options.sources;
    this.sinceMs = options.nowMs();
    this.#state = direction === 'incoming' ? 'offered' : 'alerting';
  }

  /** The leg of a call that came in. */
  static incoming(call: SipCall, options: SipLegOptions): SipLeg {
    const leg = new SipLeg(options, 'incoming');
    leg.#adopt(call);
    return leg;
  }

  /** Calls a phone: opens a port, offers; `place` sends the INVITE with our offer. */
  static outgoing(place: (sdp: Buffer) => SipCall, options: SipLegOptions): SipLeg {
    const leg = new SipLeg(options, 'outgoing');
    leg.#withPort(() => {
      if (leg.#codecs.length === 0) leg.hangUp('incompatible');
      else leg.#adopt(place(leg.#write(makeOffer(leg.#local()))));
    });
    return leg;
  }

  set focus(number: string | undefined) {
    if (this.#call) this.#call.focus = number;
  }

  get focus(): string | undefined {
    return this.#call?.focus;
  }

  get state(): LegState {
    return this.#state;
  }

  set state(state: LegState) {
    this.#state = state;
    this.options.onState();
  }

  get port(): PortId | undefined {
    return this.#open?.port;
  }

  /** Whether this is the leg of a call. */
  isOf(call: SipCall): boolean {
    return this.#call === call;
  }

  /** Packets should come from it. */
  get expectsMedia(): boolean {
    return this.state === 'answered' && this.#receiving;
  }

  /** Rings with our answer in it where there was an offer: then the caller hears us before the call is answered. */
  ring(): void {
    this.state = 'alerting';
    const call = this.#call!;
    if (!call.offer && !call.ringsReliably) return call.ring();
    this.#withPort(() => {
      if (this.state !== 'alerting' || !this.#tryToAgree((sdp) => call.ring(sdp))) return;
      this.state = 'early';
      this.onEvent({ type: 'early' });
    });
  }

  answer(): void {
    const call = this.#call!;
    this.#withPort(() => {
      if (call.wantsSdp) this.#tryToAgree((sdp) => call.answer(sdp));
      else call.answer();
    });
  }

  /** A key by RFC 4733. */
  key(digit: string): void {
    this.#pressed('rtp', digit);
  }

  hangUp(cause: Cause): void {
    if (this.state === 'ended') return;
    if (!this.#call) return this.#ended(cause);
    const answered = this.state === 'answered' || this.state === 'held';
    if (this.direction === 'incoming' && !answered) this.#call.reject(statusOf(cause));
    else {
      this.#call.hangUp();
      // What follows of a call that never stood is SIP's own affair.
      if (!answered) this.#ended(cause);
    }
  }

  /** By RFC 4733 where that was agreed, else as tones in the audio. */
  sendKey(key: string): void {
    if (!this.#open) return;
    const { port } = this.#open;
    if (this.#takesEvents) this.options.media.sendKey(port, key);
    else this.options.media.play({ port }, keyTones(key));
  }

  #adopt(call: SipCall): void {
    this.#call = call;
    this.peerAddress = call.peer.address;
    call.handlers = {
      trying: () => this.onEvent({ type: 'trying' }),
      ringing: (sdp) => this.#rings(sdp),
      agreed: (answer) => this.#takeAnswer(answer),
      answered: () => this.#answered(),
      reoffered: (offer) => this.#reoffered(offer),
      digit: (digit) => this.#pressed('info', digit),
      referred: (...request) => this.options.referred(...request),
      ended: ({ status }, redirect) => this.#ended(causeOf(status), redirect),
    };
  }

  #pressed(source: KeySource, digit: string): void {
    if (this.#keys.counts(source, this.options.nowMs())) this.onEvent({ type: 'digit', digit });
  }

  /** Opens the RTP port, if it is not open, then goes on, unless the call ended meanwhile. */
  #withPort(proceed: () => void): void {
    const { media, address } = this.options;
    this.#opening ??= media.openPort(address.local).then(
      (open) => void (this.#open = open),
      () => this.hangUp('congestion'),
    );
    void this.#opening.then(() => {
      if (this.state !== 'ended') proceed();
    });
  }

  /** Says our answer to their offer, or our offer; false if there is none and the call was rejected. */
  #tryToAgree(say: (sdp: Buffer) => void): boolean {
    const call = this.#call!;
    const sdp = this.#reoffered(call.offer);
    if (sdp) say(sdp);
    else call.reject(statusOf('incompatible'));
    return sdp !== undefined;
  }

  /** Our answer to an offer, or our offer where there is none; undefined if nothing fits. Throws SdpError. */
  #sdpFor(offer: Buffer | undefined): Buffer | undefined {
    if (this.options.security === 'impossible' || this.#codecs.length === 0) return undefined;
    if (!offer) return this.#write(makeOffer(this.#local()));
    const result = answerOffer(parseSdp(offer), this.#local());
    if (!result) return undefined;
    this.#connect(result.agreed);
    return this.#write(result.answer);
  }

  /** The called party rings, and may be heard already. */
  #rings(sdp: Buffer | undefined): void {
    if (this.state === 'alerting' && sdp && this.#takeAnswer(sdp)) this.state = 'early';
    this.onEvent({ type: this.state === 'early' ? 'early' : 'alerting' });
  }

  #answered(): void {
    this.answeredMs = this.options.nowMs();
    this.state = 'answered';
    this.onEvent({ type: 'answered' });
    this.#tellHold(); // a call may begin on hold
  }

  #tellHold(): void {
    if (this.state !== 'answered' && this.state !== 'held') return;
    if (this.#heldByPeer === (this.state === 'held')) return;
    this.state = this.#heldByPeer ? 'held' : 'answered';
    this.onEvent({ type: 'held', held: this.#heldByPeer });
  }

  #takeAnswer(sdp: Buffer): boolean {
    try {
      const agreed = readAnswer(parseSdp(sdp), this.#local());
      if (agreed) this.#connect(agreed);
      return agreed !== undefined;
    } catch (error) {
      if (error instanceof SdpError) return false;
      throw error;
    }
  }

  #reoffered(offer: Buffer | undefined): Buffer | undefined {
    try {
      return this.#sdpFor(offer);
    } catch (error) {
      if (error instanceof SdpError) return undefined;
      throw error;
    }
  }

  /** Puts into force what was agreed; tells of hold and its end. */
  #connect(agreed: Agreed): void {
    const format: RtpFormat = {
      codec: agreed.codec,
      payloadType: agreed.payloadType,
      eventPayloadType: agreed.eventPayloadType,
      ptimeMs: agreed.ptimeMs,
      rtcpMux: agreed.rtcpMux,
      srtp: agreed.srtp,
    };
    const changed = this.codec !== agreed.codec;
    this.codec = agreed.codec;
    this.#takesEvents = agreed.eventPayloadType !== undefined;
    this.srtp = agreed.srtp !== undefined;
    const sending = agreed.direction === 'sendrecv' || agreed.direction === 'sendonly';
    // Whoever holds us sends music at best, and that is not for the others.
    this.#receiving = agreed.direction === 'sendrecv';
    this.options.media.connectPort(this.#open!.port, {
      peer: {
        address: agreed.address,
        port: agreed.port,
        rtcp: agreed.rtcp,
        allowed: [agreed.address, this.peerAddress],
      },
      format,
      sending,
      receiving: this.#receiving,
    });
    // A phone that holds us says sendonly or inactive: we may not send to it.
    this.#heldByPeer = !sending;
    this.#tellHold();
    if (changed && isUp(this)) this.onEvent({ type: 'codec' });
  }

  #local(): LocalMedia {
    const { address, security } = this.options;
    const secured = security === 'optional' || security === 'required';
    return {
      address: address.shown,
      port: this.#open!.localPort,
      codecs: this.#codecs,
      secure: secured ? { required: security === 'required', key: this.#srtpKey } : undefined,
      sessionId: this.#sessionId,
      sessionVersion: this.#sessionVersion,
    };
  }

  /** Writes a description; its version grows when it differs from the last one (RFC 3264 §8). */
  #write(description: SessionDescription): Buffer {
    const same = writeSdp({ ...description, sessionVersion: 0 }).toString();
    if (this.#lastSdp !== '' && this.#lastSdp !== same) this.#sessionVersion += 1;
    this.#lastSdp = same;
    return writeSdp({ ...description, sessionVersion: this.#sessionVersion });
  }

  #ended(cause: Cause, redirect?: string): void {
    if (this.state === 'ended') return;
    this.endedMs = this.options.nowMs();
    this.cause = cause;
    this.state = 'ended';
    this.onEvent({ type: 'ended', cause, redirect });
    void Promise.resolve(this.#opening)
      .then(() => this.#open && this.options.media.closePort(this.#open.port))
      .then(() => this.options.onClosed());
  }
}
