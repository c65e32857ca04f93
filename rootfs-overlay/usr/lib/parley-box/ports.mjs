// ports.mjs CONFIG: prints what nft is to do so that the ports of a configuration are open, and no others. What it reads
// belongs to the program, so nothing but numbers of ports gets through.
import { readFileSync } from 'node:fs';

const { network } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const { sipPort, sipTlsPort, httpPort, httpsPort, rtpPorts } = network;
const sets = {
  udp_ports: [[sipPort, sipPort], rtpPorts],
  tcp_ports: [sipPort, sipTlsPort, httpPort, httpsPort].map((port) => [port, port]),
};
for (const [set, ranges] of Object.entries(sets)) {
  const wrong = ranges.flat().find((port) => !Number.isInteger(port) || port < 1 || port > 65535);
  if (wrong !== undefined) throw new Error(`${wrong} is not a port`);
  process.stdout.write(`flush set inet box ${set}\n`);
  process.stdout.write(
    `add element inet box ${set} { ${ranges.map(([low, high]) => `${low}-${high}`).join(', ')} }\n`,
  );
}
