/** The audio ports as they are now, and their buttons. */
import type { AudioPortNow } from '../../firmware/call/audio-port-board.js';
import { audioPortsResult } from './results.js';
import { ApiError, type Route } from './route.js';
import type { ApiSources } from './sources.js';

export function audioPortRoutes(sources: ApiSources): Route[] {
  return [
    {
      method: 'GET',
      path: 'audio-ports',
      role: 'viewer',
      summary: 'Every audio port: whether its devices are there, its levels, and what was lost at them.',
      result: audioPortsResult,
      answer: () => audioPortsNow(sources),
    },
    {
      method: 'POST',
      path: 'audio-ports/:number/press',
      role: 'operator',
      summary: 'Presses the button of an audio port: it calls, answers what rings, or hangs up.',
      answer({ params: { number } }) {
        const port = sources.audioPorts().find(({ settings }) => settings.number === number);
        if (!port) throw new ApiError(404, `there is no audio port ${number}`);
        if (sources.pressAudioPort(number)) return;
        const why =
          port.trouble === '' ? 'it has nobody to call' : `its device is not there: ${port.trouble}`;
        throw new ApiError(409, `audio port ${number} cannot: ${why}`);
      },
    },
  ];
}

export function audioPortsNow(sources: ApiSources) {
  return sources.audioPorts().map((now) => audioPortFields(sources, now));
}

function audioPortFields(sources: ApiSources, { settings, port, leg, ...now }: AudioPortNow) {
  const { number, name, role, calls } = settings;
  const stats = port === undefined ? undefined : sources.port(port);
  return {
    number,
    name,
    role,
    calls,
    state: port !== undefined ? 'there' : now.trouble === '' ? 'opening' : 'gone',
    trouble: now.trouble,
    buttonTrouble: now.buttonTrouble,
    call: leg && { id: leg.id, state: leg.state },
    xruns: now.xruns,
    sound: stats?.line && {
      rxLevelDbm0: stats.levelDbm0,
      txLevelDbm0: stats.line.txLevelDbm0,
      slips: stats.line.slips,
      overruns: stats.line.overruns,
      underruns: stats.line.underruns,
    },
  };
}
