/** A program that keeps what a box keeps, a little of everything, and says what it has kept. For tests that cut the power. */
import path from 'node:path';
import { ConfigStore } from '../../firmware/config/config-store.js';
import { ConfigVersions } from '../../firmware/config/config-versions.js';
import { AppendLog } from '../../firmware/system/append-log.js';
import { mark } from './cut-disk.js';

const [, , directory, rounds, onCutDisk] = process.argv;
const says = (line: string) => (onCutDisk ? mark(line) : void process.stdout.write(`${line}\n`));
const store = await ConfigStore.open(directory, {});
const versions = new ConfigVersions(store, path.join(directory, 'versions'), () => 0);
const history = AppendLog.open(path.join(directory, 'history'), () => {});
says('began');
for (let round = 1; round <= Number(rounds); round += 1) {
  history.append({ round });
  await history.flush();
  says(`history ${round}`);
  const config = structuredClone(store.config);
  config.conferences[0].description = `round ${round}`;
  versions.save(config, 'admin');
  says(`config ${round}`);
}
