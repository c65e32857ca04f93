/** Everything that takes what strangers send, for every fuzzer. */
import type { Target } from './target.js';
import { callerId } from './targets/caller-id.js';
import { config } from './targets/config.js';
import { consoleLine } from './targets/console.js';
import { forms } from './targets/forms.js';
import { rtcp } from './targets/rtcp.js';
import { rtp } from './targets/rtp.js';
import { sdp } from './targets/sdp.js';
import { serial } from './targets/serial.js';
import { sip } from './targets/sip.js';

export const targets: readonly Target[] = [sip, sdp, rtp, rtcp, callerId, forms, config, consoleLine, serial];
