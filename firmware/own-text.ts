/**
 * A copy that keeps nothing else in memory. A text that was cut out of a message keeps all of the message, and one that was
 * put together keeps its pieces: what is remembered for long is copied.
 */
export function ownText(text: string): string {
  return Buffer.from(text).toString();
}
