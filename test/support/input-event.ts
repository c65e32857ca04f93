/** Events as a Linux input device brings them. */
export const SYN = 0;
export const KEY = 1;

/** Of some key: 1 is pressed, 0 released, 2 repeated. */
export function inputEvent(type: number, value: number): Buffer {
  const event = Buffer.alloc(24);
  event.writeUInt16LE(type, 16);
  event.writeUInt16LE(28, 18);
  event.writeInt32LE(value, 20);
  return event;
}
