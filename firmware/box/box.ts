/** The box: puts its parts together, says when it takes calls, and takes itself apart again. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { openAlsaPort } from '../../hal/drivers/alsa/port.js';
import { AdministratorCheck } from '../../web-ui/administrator-check.js';
import { ApiTokens } from '../../web-ui/api-tokens.js';
import { api } from '../../web-ui/api/api.js';
import { liveEvents } from '../../web-ui/api/live.js';
import type { ApiSources } from '../../web-ui/api/sources.js';
import { boxPages } from '../../web-ui/pages/pages.js';
import { WebServer } from '../../web-ui/server.js';
import { takeCare } from './care.js';
import { openConsoles } from './consoles.js';
import { keepHistory } from './history.js';
import { KeptStates, PACES } from './kept-states.js';
import { putLinesTogether } from './lines.js';
import { openRecordings } from './recordings.js';
import { AudioPortBoard } from '../call/audio-port-board.js';
import { ConferenceEvents } from '../call/conference-events.js';
import { eventPackages } from '../call/event-packages.js';
import { StolenAccounts } from '../call/stolen-accounts.js';
import { KeptSeats } from '../call/kept-seats.js';
import { Switchboard } from '../call/switchboard.js';
import { systemClock as clock } from '../clock.js';
import type { ConfigStore } from '../config/config-store.js';
import { ConfigVersions } from '../config/config-versions.js';
import { firstDocument } from '../config/first-document.js';
import type { tlsCertificate } from '../config/tls-certificate.js';
import { welcome } from '../config/welcome.js';
import { GuessGuard } from '../guess-guard.js';
import { createLog, recentLog } from '../log.js';
import type { MediaPlane } from '../media/media-plane.js';
import type { Options } from '../options.js';
import { disksNow } from '../recording/disks.js';
import type { Recorder } from '../recording/recorder.js';
import { ExternalAddress } from '../sip/external-address.js';
import { locate } from '../sip/locate.js';
import { isWithin, loopback } from '../sip/networks.js';
import { boundAddresses, OwnAddresses } from '../sip/own-addresses.js';
import { hostPortText } from '../sip/transport.js';
import { SipTransports } from '../sip/transports.js';
import { Trunks } from '../sip/trunks.js';
import { UserAgent } from '../sip/user-agent.js';
import { SystemWatch } from '../system/system-watch.js';
import { CautiousTime } from '../time-of-day.js';
import { post } from '../webhook/post.js';
import { Webhooks } from '../webhook/webhooks.js';

const log = createLog('main');

/** After this, whatever hangs is left behind. */
const SHUTDOWN_MS = 4000;

export type BoxParts = {
  options: Options;
  /** The folder of the program: views and assets are there. */
  root: string;
  store: ConfigStore;
  /** It may be loading still, as the next two. */
  media: MediaPlane;
  recorder: Promise<Recorder>;
  certificate: ReturnType<typeof tlsCertificate>;
};

/** Resolves when it takes calls. Throws what it could not begin with. */
export async function openBox({ options, root, store, media, ...loading }: BoxParts): Promise<void> {
  if (process.getuid?.() === 0)
    log.warn({}, 'runs as root: a user of its own is enough, see docs/security.md');
  const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { version: string };
  liveIn(store.config.timeZone);
  const versions = new ConfigVersions(store, path.join(options.data, 'versions'), () => Date.now());
  const { network } = store.config;
  const bound = boundAddresses(options.bind ?? network.bind);

  const external =
    network.externalAddress === undefined
      ? undefined
      : new ExternalAddress({ host: network.externalAddress, localNetworks: network.localNetworks, clock });
  const guard = new GuessGuard(clock);
  const stolen = new StolenAccounts(
    () => store.config,
    () => Date.now(),
  );
  const seats = new KeptSeats(clock);
  const kept = new KeptStates(options.data, clock);
  kept.keep('guesses', guard);
  kept.keep('habits', stolen);
  kept.keep('seats', seats, PACES.seats);
  const time = new CautiousTime(clock);
  kept.keep('time', time);
  const [tls, recorder] = await Promise.all([loading.certificate, loading.recorder, external?.start()]);
  const recordings = openRecordings({
    store,
    data: options.data,
    recorder,
    time,
    onReady: (recording) => webhooks.tell('recording.ready', { recording }),
  });
  media.onReplaced = (err) => {
    log.error({ err }, 'the media worker failed; another one has taken over');
    switchboard.recordings.cut();
  };
  media.onDied = (err) => {
    log.error({ err }, 'the media worker fails again and again');
    process.exit(1);
  };
  const own = new OwnAddresses(bound, external);
  const transport = await SipTransports.open({
    own,
    port: options.sipPort ?? network.sipPort,
    tls: tls.certificate && {
      port: options.sipTlsPort ?? network.sipTlsPort,
      certificate: tls.certificate,
    },
    clock,
  });
  const switchboard: Switchboard = new Switchboard({
    config: () => store.config,
    media,
    recorder,
    clock,
    guard,
    stolen,
    seats,
    addressFor: (peer) => ({ local: own.localFor(peer), shown: own.shownTo(peer) }),
    rxPackets: (port) => media.portState(port)?.rxPackets,
  });
  media.onOverrun = (recording) => switchboard.recordings.overrun(recording);
  recorder.onFailed = (recording, why) => {
    log.warn({ why }, 'a recording failed');
    switchboard.recordings.failed(recording, why);
  };
  const keptHistory = keepHistory(options.data, switchboard, media);
  const { history } = keptHistory;
  const webhooks = new Webhooks({ clock, nowMs: () => Date.now(), post });
  webhooks.apply(store.config.webhooks);
  store.on('changed', (_, after) => webhooks.apply(after.webhooks));
  const conferenceEvents = new ConferenceEvents(
    () => clock.nowMs(),
    (event, data) => webhooks.tell(event, data),
  );
  switchboard.onRoom = (room) => {
    history.roomChanged(room);
    conferenceEvents.roomChanged(room);
  };
  const agent: UserAgent = new UserAgent({
    transport,
    clock,
    realm: 'parley',
    digestAlgorithms: () => store.config.security.digestAlgorithms,
    guard,
    isTrusted: (address) => isWithin(address, store.config.security.trustedNetworks),
    passwordOf: (username) =>
      store.config.extensions.find(({ sip }) => sip?.username === username)?.sip?.password,
    trunkOf: (source) => trunks.of(source),
    events: eventPackages(() => store.config, switchboard),
    onCall: (...call) => switchboard.onCall(...call),
    onRefer: (...refer) => switchboard.onRefer(...refer),
  });
  kept.keep('registrations', agent.registrar, PACES.registrations);
  for (const account of agent.registrar.accounts())
    if (!store.config.extensions.some(({ sip }) => sip?.username === account))
      agent.registrar.forget(account);
  const trunks: Trunks = new Trunks({
    layer: agent.layer,
    clock,
    contactFor: (peer, user) => agent.contactFor(peer, user),
    locate: async (target) => (await locate(target)).filter(({ address }) => own.reaches(address)),
  });
  trunks.apply(store.config.trunks);
  store.on('changed', (before, after) => {
    liveIn(after.timeZone);
    trunks.apply(after.trunks);
    for (const { sip } of before.extensions)
      if (
        sip &&
        !after.extensions.some(
          (one) => one.sip?.username === sip.username && one.sip.password === sip.password,
        )
      )
        agent.registrar.forget(sip.username);
  });
  switchboard.onChanged = (resource) => {
    for (const event of ['conference', 'dialog']) agent.notifier.changed(event, resource);
  };
  const lines = putLinesTogether({
    cards: options.lineCards,
    config: () => store.config,
    media,
    clock,
    switchboard,
    kept,
  });
  await media.ready;
  const audioPorts = new AudioPortBoard({
    open: openAlsaPort,
    config: () => store.config,
    switchboard,
    media,
    clock,
  });
  store.on('changed', () => audioPorts.apply());
  switchboard.connect(agent, trunks, lines.phones, audioPorts, lines.exchange);
  await lines.board.start();
  store.on('changed', () => lines.board.apply());

  const care = takeCare({
    data: options.data,
    clock,
    rebootFile: options.rebootFile,
    callers: () => switchboard.legs.length,
  });
  const system = new SystemWatch({
    directory: options.data,
    clock,
    timeMs: () => Date.now(),
    read: () => {
      const { cpuUs, tickP50Us, tickLongestUs } = media.counters();
      return { mediaCpuUs: cpuUs, tickP50Us, tickLongestUs, callers: switchboard.legs.length };
    },
    conditions: () => [
      ...store.alarms,
      ...versions.alarms,
      ...guard.alarms,
      ...stolen.alarms,
      ...kept.alarms,
      ...time.alarms,
      ...tls.alarms,
      ...media.alarms,
      ...lines.board.alarms,
      ...audioPorts.alarms,
      ...(external?.alarms ?? []),
      ...keptHistory.alarms,
      ...trunks.alarms,
      ...recordings.alarms,
      ...consoles.alarms,
      ...care.alarms,
    ],
  });
  const tokens = new ApiTokens(
    () => store.config.apiTokens,
    guard,
    () => Date.now(),
  );
  const sources: ApiSources = {
    version,
    clock,
    config: () => store.config,
    versions,
    tokens,
    webhooks,
    system,
    restart: care.restart,
    updates: care.updates,
    reset: async (by) => {
      await recordings.clear(by);
      versions.startAnew(firstDocument(process.env.PARLEY_FACTORY));
      await keptHistory.clear();
      kept.clear();
    },
    history,
    log: recentLog,
    recordings: recordings.kept,
    recordingDisks: () => disksNow(options.data),
    recordingAccess: recordings.access,
    switchboard,
    stolen,
    lines: lines.board,
    lineTests: lines.tests,
    lineLearner: lines.learner,
    messages: lines.messages,
    registrations: () =>
      agent.registrar
        .accounts()
        .map((username) => ({ username, phones: agent.registrar.bindings(username) })),
    registrar: (peer) => ({
      address: peer === undefined ? own.localFor(bound[0]) : own.shownTo(peer),
      port: transport.port,
      tlsPort: transport.tlsPort,
    }),
    media: () => media.counters(),
    trunks: () => trunks.status,
    audioPorts: () => audioPorts.ports,
    pressAudioPort: (number) => audioPorts.press(number),
    sip: () => ({
      dialogs: agent.dialogs.size,
      subscriptions: agent.notifier.open,
      transactions: agent.layer.open,
      port: transport.port,
      tlsPort: transport.tlsPort,
      refusedSources: guard.refused,
      ...transport.counters(),
    }),
    port: (port) => media.portState(port),
  };
  const events = liveEvents(sources);
  // Whoever watches proves anew who it is.
  store.on('changed', () => events.close());
  const administrators = new AdministratorCheck(() => store.config.administrators, clock, guard);
  const routes = api(sources, events);
  const web = await WebServer.open({
    addresses: bound,
    port: options.httpPort ?? network.httpPort,
    tls: tls.certificate && {
      port: options.httpsPort ?? network.httpsPort,
      certificate: tls.certificate,
    },
    // Nobody listens on the way from this machine to itself.
    plainFor: (address) => options.httpPort !== undefined || isWithin(address, loopback),
    administrators,
    tokens,
    api: routes,
    pages: boxPages({ folder: `${root}web-ui/`, sources, routes, administrators }),
  });
  const consoles = await openConsoles({
    version,
    data: options.data,
    config: () => store.config,
    clock,
    administrators,
    routes,
  });
  store.on('changed', () => consoles.look());
  transport.listen({
    message: (message, source, octets) => agent.receive(message, source, octets),
    broken: (request, status, reason, source, octets) =>
      agent.receiveBroken(request, status, reason, source, octets),
    closed: (peer) => agent.layer.connectionClosed(peer),
    comesFirst: (address) => agent.dialogs.isTalking(address),
  });

  await recordings.ready;
  const [address] = bound;
  const ticks = () => media.counters().ticks;
  care.ready(
    { address, sipPort: transport.port, httpPort: web.port, ticks },
    () => ({ ticks: ticks(), owed: lines.owedFrames() }),
    () => system.alarms.standing.length > 0,
  );
  const sip = hostPortText({ address, port: transport.port });
  const http = hostPortText({ address, port: web.port });
  const https =
    web.tlsPort === undefined ? '' : ` https=https://${hostPortText({ address, port: web.tlsPort })}`;
  process.stdout.write(`parley ready sip=udp:${sip} http=http://${http}${https}\n`);
  const ports = { sip: transport.port, http: web.port, https: web.tlsPort };
  process.stdout.write(welcome(store.config, store.isNew, { address, ...ports }));
  // Not before: it takes as much of the processor as the first.
  media.standBy();

  const stop = async (): Promise<void> => {
    log.info({}, 'stopping');
    care.stopping();
    setTimeout(() => process.exit(0), SHUTDOWN_MS).unref();
    external?.stop();
    agent.stopTakingCalls();
    trunks.apply([]);
    // Who is in a room now may come back to it.
    kept.close();
    await switchboard.hangUpAll();
    await Promise.all([lines.board.close(), audioPorts.close()]);
    await keptHistory.flush();
    await agent.layer.answered();
    webhooks.apply([]);
    await Promise.all([web.close(), consoles.close(), media.close()]);
    await recordings.close();
    agent.layer.stop();
    await transport.close();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop());
}

/** Local times of this thread are those of a time zone, from now on. */
function liveIn(timeZone: string): void {
  process.env.TZ = timeZone;
}
