/** A process that saves its configuration as fast as it can, for a test that kills it. Prints a line when it began. */
import { ConfigStore } from '../../firmware/config/config-store.js';

const store = await ConfigStore.open(process.argv[2]);
let saves = Number(/\d+/.exec(store.config.conferences[0].description)?.[0] ?? 0);
process.stdout.write('saving\n');
for (;;) {
  const config = structuredClone(store.config);
  config.conferences[0].description = `save ${++saves}`;
  store.save(config);
  process.stdout.write(`${saves}\n`);
}
