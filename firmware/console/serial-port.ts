/** A serial port that closes when its wire is pulled out of this machine. */
import { read } from 'node:fs';
import { promisify } from 'node:util';
import type { LinuxPortBinding } from '@serialport/bindings-cpp';
import { unixRead } from '@serialport/bindings-cpp/dist/unix-read.js';
import { SerialPort } from 'serialport';

export type { SerialPort };

const readAsync = promisify(read);

/**
 * Nothing that is read means that the device is gone. The library itself (13.0.0, its issue 162) would read such a device
 * again and again, for ever, with more memory each time.
 */
const readOrFail: typeof readAsync = async (...args: Parameters<typeof readAsync>) => {
  const result = await readAsync(...args);
  if (result.bytesRead === 0) throw new Error('the wire was pulled out');
  return result;
};

/** Not open yet; 8 data bits, no parity, one stop bit. */
export function serialPort(path: string, baudRate: number): SerialPort {
  const port = new SerialPort({ path, baudRate, dataBits: 8, parity: 'none', stopBits: 1, autoOpen: false });
  port.on('open', () => {
    const binding = port.port as LinuxPortBinding;
    binding.read = (buffer, offset, length) =>
      unixRead({ binding, buffer, offset, length, fsReadAsync: readOrFail });
  });
  return port;
}
