/** Opens a card, says when, and ends without closing it. */
import { dahdiDriver } from '../../hal/drivers/dahdi.js';

await dahdiDriver.open('1');
process.stdout.write(String(Date.now()), () => process.exit(0));
