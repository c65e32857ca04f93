/** How many typical INVITEs the parser reads in a second, beside plain copies of the same bytes. */
import { parseMessage } from 'sip-parser';

const SECONDS = 2;
const sdp = [
  'v=0',
  'o=- 3914871 1 IN IP4 192.0.2.77',
  's=-',
  'c=IN IP4 192.0.2.77',
  't=0 0',
  'm=audio 11780 RTP/AVP 9 0 8 101',
  'a=rtpmap:101 telephone-event/8000',
  'a=fmtp:101 0-15',
  'a=ptime:20',
  'a=sendrecv',
  '',
].join('\r\n');
const invite = Buffer.from(
  [
    'INVITE sip:800@pbx.example.com SIP/2.0',
    'Via: SIP/2.0/UDP 192.0.2.77:5060;branch=z9hG4bK-524287-1---2c1a;rport',
    'Max-Forwards: 70',
    'Contact: <sip:101@192.0.2.77:5060>',
    'To: <sip:800@pbx.example.com>',
    'From: "Reception" <sip:101@pbx.example.com>;tag=8a5c3f21',
    'Call-ID: MTk3ZGQ5ZjQ2ZDEyMjYyN2E5',
    'CSeq: 2 INVITE',
    'Allow: INVITE, ACK, CANCEL, BYE, NOTIFY, REFER, MESSAGE, OPTIONS, INFO, SUBSCRIBE',
    'Content-Type: application/sdp',
    'Supported: replaces, norefersub, timer',
    'User-Agent: Desk phone 5.2',
    'Authorization: Digest username="101",realm="parley",nonce="kx2.0b1f",uri="sip:800@pbx.example.com",response="7587245234b3434cc3412213e5f113a5",cnonce="0a4f113b",nc=00000001,qop=auth,algorithm=SHA-256',
    `Content-Length: ${sdp.length}`,
    '',
    sdp,
  ].join('\r\n'),
);

/** Runs of `work` in a second of this thread's time. */
function perSecond(work: () => void): number {
  const end = performance.now() + SECONDS * 1000;
  const startCpu = process.cpuUsage();
  let runs = 0;
  while (performance.now() < end) for (let n = 0; n < 200; n++, runs++) work();
  const { user, system } = process.cpuUsage(startCpu);
  return runs / ((user + system) / 1e6);
}

perSecond(() => parseMessage(invite));
const parsed = perSecond(() => parseMessage(invite));
const copied = perSecond(() => Buffer.from(invite));
console.log(
  `parser: ${Math.round(parsed)} INVITEs of ${invite.length} bytes a second; copies of them: ${Math.round(copied)}, ratio ${(copied / parsed).toFixed(1)}`,
);
