/**
 * RTP headers read and written in place (RFC 3550 §5.1).
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   0 |V=2|P|X|  CC   |M|     PT      |       sequence number         |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   4 |                           timestamp                           |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   8 |                             SSRC                              |
 *     +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
 *  12 |  CC times CSRC; X: 16 bits profile, 16 bits words, extension  |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     | payload ...           P: padding, its last byte is its length |
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */

export const RTP_HEADER_BYTES = 12;

/** A header as read; one object is reused for every packet. */
export class RtpHeader {
  marker = false;
  payloadType = 0;
  sequence = 0;
  timestamp = 0;
  ssrc = 0;
  payloadOffset = 0;
  payloadLength = 0;

  /** Reads the header of a datagram of `length` bytes; false if it is no RTP packet (RFC 3550 appendix A.1). */
  read(bytes: Uint8Array, length: number): boolean {
    if (length < RTP_HEADER_BYTES || bytes[0] >> 6 !== 2) return false;
    let offset = RTP_HEADER_BYTES + 4 * (bytes[0] & 0x0f);
    if (bytes[0] & 0x10) {
      if (offset + 4 > length) return false;
      offset += 4 + 4 * ((bytes[offset + 2] << 8) | bytes[offset + 3]);
    }
    let end = length;
    if (bytes[0] & 0x20) {
      const padding = bytes[length - 1];
      if (padding === 0) return false;
      end -= padding;
    }
    if (offset > end) return false;
    this.marker = (bytes[1] & 0x80) !== 0;
    this.payloadType = bytes[1] & 0x7f;
    this.sequence = (bytes[2] << 8) | bytes[3];
    this.timestamp = readUint32(bytes, 4);
    this.ssrc = readUint32(bytes, 8);
    this.payloadOffset = offset;
    this.payloadLength = end - offset;
    return true;
  }
}

/** Writes the fixed header, without padding, extension or CSRC. */
export function writeRtpHeader(
  bytes: Uint8Array,
  payloadType: number,
  marker: boolean,
  sequence: number,
  timestamp: number,
  ssrc: number,
): void {
  bytes[0] = 0x80;
  bytes[1] = (marker ? 0x80 : 0) | payloadType;
  bytes[2] = sequence >> 8;
  bytes[3] = sequence;
  writeUint32(bytes, 4, timestamp);
  writeUint32(bytes, 8, ssrc);
}

function readUint32(bytes: Uint8Array, offset: number): number {
  return (
    ((bytes[offset] << 24) | (bytes[offset + 1] << 16) | (bytes[offset + 2] << 8) | bytes[offset + 3]) >>> 0
  );
}

function writeUint32(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value >>> 24;
  bytes[offset + 1] = value >>> 16;
  bytes[offset + 2] = value >>> 8;
  bytes[offset + 3] = value;
}
