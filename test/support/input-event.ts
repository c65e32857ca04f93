/** Events as a Linux input device brings them. */
export const SYN = 0;
export const KEY = 1;

export const ENTER = 28;

/** Of the key Enter: 1 is pressed, 0 released, 2 repeated; or the end of what belongs together. */
export function inputEvent(type: number, value: number): Buffer {
  const event = Buffer.alloc(24);
  event.writeUInt16LE(type, 16);
  event.writeUInt16LE(type === KEY ? ENTER : 0, 18);
  event.writeInt32LE(value, 20);
  return event;
}
