import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ConfigError } from '../../firmware/config/schema-check.js';
import { migrated } from '../../firmware/config/migrations.js';
import { validateConfig } from '../../firmware/config/validate.js';

const test = suite('configuration document');

const phone = {
  number: '101',
  name: 'Reception',
  sip: { username: '101', password: 's3cret-101', maxCalls: 4 },
};
const room = {
  number: '800',
  description: 'Weekly',
  type: 'static',
  pin: '1234',
  maxParticipants: 10,
  record: 'off',
};
const good = { version: 1, extensions: [phone], conferences: [room] };

test('a document written by hand gets its defaults, and is itself left as it was', () => {
  const before = JSON.stringify(good);
  const config = validateConfig(good);
  const { localNetworks, ...network } = config.network;
  assert.ok(localNetworks.includes('192.168.0.0/16'));
  assert.equal(network, {
    bind: '0.0.0.0',
    sipPort: 5060,
    sipTlsPort: 5061,
    httpPort: 8080,
    httpsPort: 8443,
    rtpPorts: [16384, 32766],
    rtpTimeoutSeconds: 60,
  });
  assert.equal(config.recordings, { keepDays: 90, maxMegabytes: 4096 });
  assert.equal(config.administrators, []);
  assert.is(config.extensions[0].sip?.maxCalls, 4);
  assert.is(JSON.stringify(good), before);
});

test('a document of before, when boxes did not record, records nothing', () => {
  const before = { ...good, conferences: [true, false, 'always'].map((record) => ({ ...room, record })) };
  const records = (migrated(before) as typeof good).conferences.map(({ record }) => record);
  assert.equal(records, ['off', 'off', 'always']);
  for (const odd of [null, 7, [], {}, { conferences: [null, 3] }]) assert.is(migrated(odd), odd);
});

test('one address, or one of each family', () => {
  for (const bind of ['::', '2001:db8::1', ['0.0.0.0'], ['192.0.2.1', '2001:db8::1']])
    assert.equal(validateConfig({ ...good, network: { bind } }).network.bind, bind);
});

const provider = {
  name: 'main',
  type: 'register',
  server: 'sip.example.com',
  username: 'u',
  password: 'trunk-secret',
};
const outside = {
  ...good,
  trunks: [provider],
  routes: [{ prefix: '9', trunks: ['main'] }],
  permissionGroups: [{ name: 'staff', rules: [{ deny: '900' }, { allow: '' }] }],
  extensions: [{ ...phone, permissions: 'staff' }],
  services: [{ number: '*4', service: 'askForConference' }],
};
const meetingRoom = { number: '701', role: 'room', capture: 'plughw:1,0', playback: 'plughw:1,0' };
const audio = (...ports: object[]) => ({
  ...good,
  audioPorts: ports.map((port) => ({ ...meetingRoom, ...port })),
});
const inbound = (...numbers: object[]) => ({ ...outside, trunks: [{ ...provider, inbound: { numbers } }] });
const routes = (...prefixes: string[]) => ({
  ...outside,
  routes: prefixes.map((prefix) => ({ prefix, trunks: ['main'] })),
});

test('audio ports get their defaults, and may call whom an extension may', () => {
  const config = validateConfig({
    ...outside,
    audioPorts: [{ ...meetingRoom, calls: '9112', button: '/dev/input/event3' }],
  });
  assert.equal(config.audioPorts[0], {
    ...meetingRoom,
    name: '',
    rate: 48000,
    microphoneGainDb: 0,
    loudspeakerGainDb: 0,
    autoAnswer: true,
    halfDuplex: false,
    calls: '9112',
    button: '/dev/input/event3',
  });
});

test('a dial plan to the outside gets its defaults', () => {
  const config = validateConfig(outside);
  assert.equal(config.trunks[0], {
    ...provider,
    addresses: [],
    codecs: ['PCMU', 'PCMA'],
    qualifySeconds: 60,
    inbound: { strip: 0, prepend: '', numbers: [] },
  });
  assert.equal(config.routes[0], { prefix: '9', prepend: '', trunks: ['main'] });
  validateConfig({ ...outside, trunks: [{ name: 'main', type: 'peer', server: '192.0.2.1' }] });
  validateConfig(inbound({ number: '+441', to: '101' }, { number: '+442', to: '800' }));
  validateConfig(inbound({ number: '+441', to: 'askForConference' }));
  validateConfig(routes('90', '9'));
  for (const outboundProxy of ['192.0.2.7:65535', '[2001:db8::7]', '[2001:db8::7]:5060', 'proxy.example.com'])
    validateConfig({ ...outside, trunks: [{ ...provider, server: '2001:db8::1', outboundProxy }] });
});

const bad: [title: string, document: unknown, problem: RegExp][] = [
  ['no object', 'hello', /^\/ is "hello"/],
  [
    'a later version',
    { version: 2 },
    /^\/version is 2; right would be: 1: a later one needs a newer firmware$/,
  ],
  [
    'a number that is missing',
    { ...good, extensions: [{ sip: phone.sip }] },
    /number is missing; .*1 to 12 digits$/,
  ],
  [
    'a codec list with one twice',
    { ...good, media: { codecs: ['PCMU', 'PCMU'] } },
    /^\/media\/codecs is a list; right would be: .*duplicate/,
  ],
  ['no codec at all', { ...good, media: { codecs: [] } }, /^\/media\/codecs is a list; right would be: /],
  ['a text for a section', { ...good, extensions: 'x' }, /^\/extensions is "x"; right would be: a list/],
  [
    'a password in the wrong place is not shown',
    { ...good, extensions: [{ ...phone, sip: 's3cret' }] },
    /sip is \*\*\*;/,
  ],
  [
    'a password hash that is none',
    { ...good, administrators: [{ name: 'a', passwordHash: 'plain' }] },
    /\/passwordHash is \*\*\*; right would be: scrypt/,
  ],
  [
    'too high a port',
    { ...good, network: { sipPort: 65536 } },
    /^\/network\/sipPort is 65536; right would be: 0 to 65535$/,
  ],
  [
    'one TCP port for SIP and for the pages',
    { ...good, network: { sipPort: 8080 } },
    /^\/network\/httpPort is 8080; right would be: another one/,
  ],
  [
    'one TCP port for the pages with TLS and without',
    { ...good, network: { httpsPort: 8080 } },
    /^\/network\/httpsPort is 8080; right would be: another one/,
  ],
  ...['Berlin', 'Europe/Nowhere', '+01:00', ''].map((timeZone): [string, unknown, RegExp] => [
    `no time zone: "${timeZone}"`,
    { ...good, timeZone },
    /^\/timeZone is .*; right would be: a time zone such as Europe\/Berlin/,
  ]),
  [
    'a language that the box has not',
    { ...good, language: 'de' },
    /^\/language is "de"; right would be: "en"/,
  ],
  [
    'a certificate without its key',
    { ...good, network: { tls: { certificateFile: 'a.pem' } } },
    /^\/network\/tls\/keyFile is missing; right would be: the path of a PEM file$/,
  ],
  ...['10.0.0.0', '10.0.0.0/33', 'lan/8', '::1/129', '10.0.0.0/8/8', ''].map(
    (network): [string, unknown, RegExp] => [
      `no network: "${network}"`,
      { ...good, security: { trustedNetworks: [network] } },
      /^\/security\/trustedNetworks\/0 is .*; right would be: a network such as 192\.168\.0\.0\/16/,
    ],
  ),
  [
    'a folder that depends on where one stands',
    { ...good, recordings: { folder: 'usb' } },
    /^\/recordings\/folder is "usb"; right would be: the whole path of a folder/,
  ],
  [
    'half a day',
    { ...good, recordings: { keepDays: 0.5 } },
    /^\/recordings\/keepDays is 0.5; right would be: 0 to 3650 days/,
  ],
  ['no version', {}, /^\/version is missing/],
  ['an unknown section', { ...good, sip: {} }, /^\/sip is unknown; right would be: one of .*network/],
  [
    'letters in a number',
    { ...good, extensions: [{ ...phone, number: '10a' }] },
    /^\/extensions\/0\/number is "10a"; right would be: 1 to 12 digits$/,
  ],
  [
    'a number twice',
    { ...good, conferences: [{ ...room, number: '101' }] },
    /^\/conferences\/0\/number is "101"; right would be: one that extension "Reception" does not have$/,
  ],
  [
    'a user name twice',
    { ...good, extensions: [phone, { ...phone, number: '102' }] },
    /^\/extensions\/1\/sip\/username is "101"; .*extension 101/,
  ],
  [
    'a PIN that is not digits is not shown',
    { ...good, conferences: [{ ...room, pin: 'x-secret' }] },
    /^\/conferences\/0\/pin is \*\*\*; right would be: 1 to 12 digits$/,
  ],
  [
    'a PIN of a dynamic conference',
    { ...good, conferences: [{ ...room, type: 'dynamic' }] },
    /^\/conferences\/0\/pin is \*\*\*; right would be: none/,
  ],
  [
    'a room for one',
    { ...good, conferences: [{ ...room, maxParticipants: 1 }] },
    /maxParticipants is 1; right would be: 2 to 1000/,
  ],
  [
    'a type that is none',
    { ...good, conferences: [{ ...room, type: 'big' }] },
    /type is "big"; right would be: "static" or "dynamic"/,
  ],
  [
    'a number that a service has',
    {
      ...good,
      services: [
        { number: '7', service: 'askForConference' },
        { number: '7', service: 'askForConference' },
      ],
    },
    /^\/services\/1\/number is "7"; right would be: one that service askForConference does not have$/,
  ],
  [
    'a prefix that a conference begins with',
    routes('8'),
    /^\/routes\/0\/prefix is "8"; .* number 800 of conference "Weekly" does not begin with$/,
  ],
  [
    'a prefix that an extension is',
    routes('101'),
    /^\/routes\/0\/prefix is "101"; .* number 101 of extension "Reception"/,
  ],
  [
    'a prefix that a service begins with',
    routes('*'),
    /^\/routes\/0\/prefix is "\*"; .* number \*4 of service/,
  ],
  [
    'a route behind a shorter one',
    routes('9', '90'),
    /^\/routes\/1\/prefix is "90"; .*does not begin with 9, which route 1 takes/,
  ],
  ['a prefix twice', routes('9', '0', '9'), /^\/routes\/2\/prefix is "9"; .*route 1 does not have$/],
  [
    'a route that swallows what follows its prefix',
    { ...outside, routes: [{ prefix: '9', strip: 2, trunks: ['main'] }] },
    /^\/routes\/0\/strip is 2; right would be: at most 1, the length of the prefix$/,
  ],
  [
    'a route over no trunk',
    { ...outside, routes: [{ prefix: '9', trunks: ['main', 'spare'] }] },
    /^\/routes\/0\/trunks\/1 is "spare"; right would be: the name of a trunk: main$/,
  ],
  [
    'a trunk twice',
    { ...outside, trunks: [provider, provider] },
    /^\/trunks\/1\/name is "main"; .*trunk 1 does not have$/,
  ],
  [
    'a trunk that registers as nobody',
    { ...outside, trunks: [{ ...provider, username: undefined, password: undefined }] },
    /^\/trunks\/0\/password is missing; .*"register" needs it$/,
  ],
  [
    "a trunk's password that is none is not shown",
    { ...outside, trunks: [{ ...provider, password: 12345 }] },
    /^\/trunks\/0\/password is \*\*\*;/,
  ],
  [
    'a codec we do not have',
    { ...outside, trunks: [{ ...provider, codecs: ['G729'] }] },
    /^\/trunks\/0\/codecs\/0 is "G729"; right would be: one of PCMU, PCMA, G722, L16\/8000/,
  ],
  [
    'a server that is none',
    { ...outside, trunks: [{ ...provider, server: 'sip:example.com' }] },
    /server is "sip:example.com"; right would be: a host name or an IP address$/,
  ],
  [
    'a fingerprint that is none',
    { ...outside, trunks: [{ ...provider, tlsFingerprint: 'AB:CD' }] },
    /tlsFingerprint is "AB:CD"; right would be: the SHA-256 fingerprint/,
  ],
  [
    'a fingerprint without TLS',
    {
      ...outside,
      trunks: [{ ...provider, transport: 'udp', tlsFingerprint: Array(32).fill('AB').join(':') }],
    },
    /tlsFingerprint is beside transport udp; right would be: none, or transport "tls"$/,
  ],
  [
    'an address of a provider that is none',
    { ...outside, trunks: [{ ...provider, addresses: ['192.0.2.7', 'provider.example'] }] },
    /addresses\/1 is "provider.example"; right would be: an IP address, or a network/,
  ],
  [
    'a proxy at a port that is none',
    { ...outside, trunks: [{ ...provider, outboundProxy: 'proxy.example.com:65536' }] },
    /outboundProxy is "proxy.example.com:65536"; right would be: a host name, an IPv4 address or an IPv6 address in brackets, a colon/,
  ],
  [
    'an inbound number twice',
    inbound({ number: '1', to: '101' }, { number: '1', to: '800' }),
    /^\/trunks\/0\/inbound\/numbers\/1\/number is "1"; right would be: one that the row to 101 does not have$/,
  ],
  [
    'an inbound number that leads nowhere',
    inbound({ number: '1', to: '555' }),
    /^\/trunks\/0\/inbound\/numbers\/0\/to is "555"; right would be: the number of an extension, a conf/,
  ],
  [
    'an inbound number that leads outside',
    inbound({ number: '1', to: '9' }),
    /^\/trunks\/0\/inbound\/numbers\/0\/to is "9"/,
  ],
  [
    'permissions that nobody defined',
    { ...outside, permissionGroups: [] },
    /^\/extensions\/0\/permissions is "staff"; .*there is none yet$/,
  ],
  [
    'a permission group twice',
    { ...outside, permissionGroups: [{ name: 'staff' }, { name: 'staff' }] },
    /^\/permissionGroups\/1\/name is "staff"/,
  ],
  [
    'a rule that allows and denies',
    { ...outside, permissionGroups: [{ name: 'staff', rules: [{ allow: '1', deny: '1' }] }] },
    /^\/permissionGroups\/0\/rules\/0 is an object; right would be: either \{ "allow"/,
  ],
  [
    'an audio port with the number of a phone',
    audio({ number: '101' }),
    /^\/audioPorts\/0\/number is "101"; right would be: one that extension .* does not have$/,
  ],
  [
    'a room without a microphone',
    audio({ capture: undefined }),
    /^\/audioPorts\/0\/capture is missing; right would be: the device of a microphone; or role "paging"$/,
  ],
  [
    'a port that only speaks, with a microphone',
    audio({ role: 'paging' }),
    /^\/audioPorts\/0\/capture is "plughw:1,0"; right would be: none/,
  ],
  [
    'two ports on one loudspeaker',
    audio({}, { number: '702', capture: 'plughw:2,0' }),
    /^\/audioPorts\/1\/playback is "plughw:1,0"; right would be: one that audio port 701 does not have$/,
  ],
  [
    'an audio port that calls nobody',
    audio({ calls: '555' }),
    /^\/audioPorts\/0\/calls is "555"; right would be: a number that somebody has, or that a route takes$/,
  ],
  [
    'a button that does nothing',
    audio({ button: '/dev/input/event3' }),
    /^\/audioPorts\/0\/button is "\/dev\/input\/event3"; right would be: none, or "calls" beside it/,
  ],
  [
    'a rate that no device has',
    audio({ rate: 22050 }),
    /rate is 22050; right would be: 8000, 16000, 32000, 44100 or 48000 samples a second$/,
  ],
  [
    'a port in a permission group that nobody defined',
    audio({ permissions: 'guests' }),
    /^\/audioPorts\/0\/permissions is "guests"/,
  ],
  [
    'a service that is none',
    { ...outside, services: [{ number: '*4', service: 'time' }] },
    /service is "time"; right would be: "askForConference" or "emergency"$/,
  ],
  ['an address that is none', { ...good, network: { bind: 'localhost' } }, /^\/network\/bind is "localhost"/],
  [
    'one in a list',
    { ...good, network: { bind: ['::', 'localhost'] } },
    /^\/network\/bind\/1 is "localhost"/,
  ],
  [
    'two addresses of one family',
    { ...good, network: { bind: ['::1', '2001:db8::1'] } },
    /^\/network\/bind is two of one family; right would be: one address of IPv4 and one of IPv6/,
  ],
  [
    'an external address that is none',
    { ...good, network: { externalAddress: '203.0.113.5:5060' } },
    /^\/network\/externalAddress is "203.0.113.5:5060"; right would be: the IP address of the router/,
  ],
  [
    'one audio port',
    { ...good, network: { rtpPorts: [4000, 4001] } },
    /^\/network\/rtpPorts is \[4000, 4001\]/,
  ],
];
const hall = { name: 'hall', card: 'simulated', place: 1, kind: 'fxs', extension: '101' };
const town = { name: 'town', card: 'simulated', place: 5, kind: 'fxo', to: 'askForConference' };
bad.push(
  [
    'two lines of one name',
    { ...good, lines: [hall, { ...town, name: 'hall' }] },
    /^\/lines\/1\/name is "hall"; right would be: one that line 1 does not have$/,
  ],
  [
    'two lines at one place',
    { ...good, lines: [hall, { ...town, place: 1 }] },
    /^\/lines\/1\/place is "simulated 1"; right would be: one that line hall does not have$/,
  ],
  [
    'an analog phone of no extension',
    { ...good, lines: [{ ...hall, extension: '999' }] },
    /^\/lines\/0\/extension is "999"; right would be: the number of an extension that exists$/,
  ],
  [
    'a line to the exchange that leads nowhere',
    { ...good, lines: [{ ...town, to: undefined }] },
    /^\/lines\/0\/to is missing; right would be: .* that exists, or "askForConference"$/,
  ],
  [
    'a line to the exchange that leads to a number nobody has, though calls may go out by it',
    { ...good, lines: [{ ...town, to: '999', outgoing: true }] },
    /^\/lines\/0\/to is "999"; right would be: .* that exists, or "askForConference"$/,
  ],
  [
    'a route over exchange lines by which no call may go out',
    { ...outside, lines: [town], routes: [{ prefix: '9', trunks: ['exchangeLines'] }] },
    /^\/routes\/0\/trunks\/0 is "exchangeLines"; right would be: one that there is: no exchange line is outgoing$/,
  ],
  [
    'a plus before what an exchange line is to dial',
    {
      ...outside,
      lines: [{ ...town, outgoing: true }],
      routes: [{ prefix: '9', prepend: '+44', trunks: ['exchangeLines'] }],
    },
    /^\/routes\/0\/prepend is "\+44"; right would be: digits alone: exchange lines know no \+$/,
  ],
  [
    'a trunk that is called as exchange lines are',
    { ...outside, trunks: [provider, { ...provider, name: 'exchangeLines' }] },
    /^\/trunks\/1\/name is "exchangeLines"; right would be: another one: routes call exchange lines so$/,
  ],
  [
    'an emergency number that no exchange knows',
    { ...good, services: [{ number: '*112', service: 'emergency' }] },
    /^\/services\/0\/number is "\*112"; right would be: digits alone: it is dialled outside as it is$/,
  ],
  [
    'tones of a phone',
    { ...good, lines: [{ ...hall, tones: {} }] },
    /^\/lines\/0\/tones is given; right would be: none: the line is fxs$/,
  ],
  [
    'a tone whose frequencies cannot be told apart',
    { ...good, lines: [{ ...town, tones: { busy: { frequenciesHz: [440, 425], onOffMs: [500, 500] } } }] },
    /^\/lines\/0\/tones\/busy\/frequenciesHz is 440, 425; right would be: frequencies that are 20 Hz apart$/,
  ],
  [
    'a tone without its last pause',
    { ...good, lines: [{ ...town, tones: { busy: { frequenciesHz: [425], onOffMs: [500] } } }] },
    /^\/lines\/0\/tones\/busy\/onOffMs is 500; right would be: a pause behind each sound$/,
  ],
  [
    'a field of the other kind of line',
    {
      ...good,
      lines: [
        { ...hall, to: '800' },
        { ...town, hotLine: '800' },
      ],
    },
    /^\/lines\/1\/hotLine is "800"; right would be: none: the line is fxo$/,
  ],
);

for (const [title, document, problem] of bad)
  test(`refused: ${title}`, () => {
    assert.throws(
      () => validateConfig(document),
      (error: unknown) =>
        error instanceof ConfigError && error.message.split('\n').some((line) => problem.test(line)),
    );
  });

test('lines get their defaults; an analog phone needs no SIP account', () => {
  const config = validateConfig({
    ...good,
    extensions: [...good.extensions, { number: '201' }],
    lines: [
      { ...hall, extension: '201' },
      town,
      { ...town, name: 'out', place: 6, to: undefined, outgoing: true },
    ],
  });
  assert.equal(config.extensions[1], { number: '201', name: '' });
  const { firstDigitSeconds, betweenDigitsSeconds, callerId, echoTailMs, outgoing } = config.lines[1];
  assert.equal(
    [firstDigitSeconds, betweenDigitsSeconds, callerId, echoTailMs, outgoing],
    [15, 5, 'bell202', 32, false],
  );
  const { polarity, maxCallMinutes, silenceMinutes, tones } = config.lines[2];
  assert.equal([polarity, maxCallMinutes, silenceMinutes, tones], [false, 480, 60, undefined]);
});

test('all problems are told at once', () => {
  try {
    validateConfig({
      ...good,
      extensions: [{ ...phone, number: 'x', sip: { username: '', password: 'p' } }],
    });
    assert.unreachable();
  } catch (error) {
    assert.is((error as ConfigError).problems.length, 3);
    assert.not.match((error as ConfigError).message, /"p"/);
  }
});

test('somebody must be able to change something', () => {
  const passwordHash = 'scrypt$16384$8$1$AAAA$AAAA';
  assert.is(
    validateConfig({ version: 1, administrators: [{ name: 'a', passwordHash }] }).administrators[0].role,
    'administrator',
  );
  const watchers = ['viewer', 'operator'].map((role) => ({ name: role, passwordHash, role }));
  assert.throws(
    () => validateConfig({ version: 1, administrators: watchers }),
    /\/administrators\/0\/role is "viewer"; right would be: "administrator" for one of them at least/,
  );
});

test.run();
