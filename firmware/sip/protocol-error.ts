/** A peer's request that cannot be served: caught at the transport's edge and answered. */
export class ProtocolError extends Error {
  override name = 'ProtocolError';

  /** @param headers to add to the answer, as Min-Expires for 423 or Unsupported for 420 */
  constructor(
    readonly status: number,
    readonly reason: string,
    readonly headers: readonly (readonly [name: string, value: string])[] = [],
  ) {
    super(`${status} ${reason}`);
  }
}
