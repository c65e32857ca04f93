/** A serial port whose wire is pulled out. */
import { suite } from 'uvu';
import { serialPort } from '../../firmware/console/serial-port.js';
import { isInstalled } from '../support/program.js';
import { SerialCable } from '../support/technician.js';

const test = suite('serial port');

test('one that was pulled out before it is read closes, and is not read for ever', async () => {
  const cable = await SerialCable.plug();
  const port = serialPort(cable.box, 115200);
  await new Promise((opened) => port.open(opened));
  const closed = new Promise((over) => port.once('close', over));
  await cable.pull();
  port.resume();
  await closed;
});

if (isInstalled('socat')) test.run();
