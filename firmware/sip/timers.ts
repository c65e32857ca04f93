/** The timers of RFC 3261 Table 4, all derived from T1, T2 and T4 (milliseconds). */

/** Estimate of the round trip time. */
export const T1 = 500;
/** Longest interval between retransmissions of anything but an INVITE. */
export const T2 = 4000;
/** Longest time a message stays in the network. */
export const T4 = 5000;

/** Time-outs B, F, H, L, M and the end of 2xx retransmission. */
export const GIVE_UP = 64 * T1;

/** How long the answers to a lost final response of an INVITE are absorbed over UDP (timer D). */
export const TIMER_D = 32_000;
