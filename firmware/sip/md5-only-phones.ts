/**
 * Phones that give up when a challenge offers SHA-256 at all, though RFC 8760 §2.4 says to pass over what one does not
 * know. They are told by their User-Agent and offered MD5 alone.
 */
const known: readonly RegExp[] = [
  /^baresip v[01]\./i, // its library stops at the first unknown algorithm
  /^SIPp/i, // takes the first algorithm for the only one
];

/** Whether a phone with this User-Agent value needs a challenge by MD5 alone. */
export function knowsOnlyMd5(userAgent: string | undefined): boolean {
  return userAgent !== undefined && known.some((pattern) => pattern.test(userAgent));
}
