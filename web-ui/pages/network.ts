/** Configuration of addresses and ports. */
import { linesIn, numberIn, trimmedIn } from './config-form.js';
import type { SectionKind } from './section-pages.js';
import { firstPart } from './troubles.js';

export const networkKind: SectionKind<'network'> = {
  section: 'network',
  title: 'Network',
  note: 'Addresses and ports are used after the next start of the box, the time without audio at once.',
  formOf: ({ bind, externalAddress, localNetworks, rtpPorts, ...network }) => ({
    bind: [bind].flat().join(' '),
    externalAddress: externalAddress ?? '',
    localNetworks: localNetworks.join('\n'),
    sipPort: String(network.sipPort),
    sipTlsPort: String(network.sipTlsPort),
    httpPort: String(network.httpPort),
    httpsPort: String(network.httpsPort),
    rtpFirst: String(rtpPorts[0]),
    rtpLast: String(rtpPorts[1]),
    rtpTimeoutSeconds: String(network.rtpTimeoutSeconds),
  }),
  bodyOf(form) {
    const addresses = linesIn(form.bind);
    return {
      bind: addresses.length === 1 ? addresses[0] : addresses,
      externalAddress: trimmedIn(form.externalAddress),
      localNetworks: linesIn(form.localNetworks),
      sipPort: numberIn(form.sipPort),
      sipTlsPort: numberIn(form.sipTlsPort),
      httpPort: numberIn(form.httpPort),
      httpsPort: numberIn(form.httpsPort),
      rtpPorts: [numberIn(form.rtpFirst), numberIn(form.rtpLast)],
      rtpTimeoutSeconds: numberIn(form.rtpTimeoutSeconds),
    };
  },
  fieldOf: (path) =>
    path === '/rtpPorts/1' ? 'rtpLast' : path.startsWith('/rtpPorts') ? 'rtpFirst' : firstPart(path),
};
