/** What phones are told of conferences and of each other, to the letter. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  conferenceInfo,
  entityNumber,
  type ConferenceSnapshot,
} from '../../firmware/call/conference-info.js';
import { dialogInfo, type DialogSnapshot } from '../../firmware/call/dialog-info.js';
import { element, text } from '../../firmware/call/xml.js';

const test = suite('event documents');

const head = '<?xml version="1.0" encoding="UTF-8"?>\n';
const ann = { id: 1, number: '101', name: 'Ann & Co', joined: 'dialed-in', status: 'connected' } as const;
const bo = { id: 2, number: '102', name: '', joined: 'dialed-in', status: 'connected' } as const;
const cy = { id: 3, number: '103', name: 'Cy', joined: 'dialed-out', status: 'dialing-in' } as const;
const room = (...members: ConferenceSnapshot['members'][number][]): ConferenceSnapshot => ({
  description: 'Weekly',
  maxParticipants: 10,
  members,
});
const uri = 'sip:800@box.example';

test('the whole conference', () => {
  assert.is(
    conferenceInfo(uri, 0, room(ann), undefined),
    head +
      '<conference-info xmlns="urn:ietf:params:xml:ns:conference-info" entity="sip:800@box.example" state="full" version="0">' +
      '<conference-description><subject>Weekly</subject><maximum-user-count>10</maximum-user-count></conference-description>' +
      '<conference-state><user-count>1</user-count><active>true</active></conference-state>' +
      '<users state="full"><user entity="sip:101@box.example" state="full"><display-text>Ann &amp; Co</display-text>' +
      '<endpoint entity="sip:101@box.example;leg=1" state="full"><status>connected</status><joining-method>dialed-in</joining-method>' +
      '<media id="1"><type>audio</type><status>sendrecv</status></media></endpoint></user></users></conference-info>\n',
  );
});

test('only what changed: one left, one came, one was muted; nothing where nothing did', () => {
  const before = room(ann, bo);
  const after = room({ ...ann, status: 'muted-via-focus' }, cy);
  const document = conferenceInfo(uri, 7, after, before)!;
  assert.match(document, / state="partial" version="7">/);
  assert.match(document, '<user entity="sip:102@box.example" state="deleted"/>');
  assert.match(document, '<status>muted-via-focus</status>');
  assert.match(document, '<status>recvonly</status>');
  assert.match(document, '<status>dialing-in</status><joining-method>dialed-out<');
  assert.is(conferenceInfo(uri, 8, room(ann, cy), room(ann, cy)), undefined);
  assert.not.match(conferenceInfo(uri, 8, room(ann, cy), room(ann))!, '101@');
});

test('a member without a number, or with an odd one, has a URI by which it can be put out', () => {
  const document = conferenceInfo(
    uri,
    0,
    room({ ...ann, number: '' }, { ...bo, number: 'a b@c' }),
    undefined,
  )!;
  assert.match(document, 'entity="sip:anonymous@box.example;leg=1"');
  assert.match(document, 'entity="sip:a%20b%40c@box.example;leg=2"');
  assert.is(entityNumber('anonymous'), '');
});

test('an extension with one call, and idle', () => {
  const calls: DialogSnapshot = [
    { id: 'leg4', direction: 'recipient', state: 'early', number: '102', name: 'Bo "B"' },
  ];
  assert.is(
    dialogInfo('sip:101@box.example;user=phone', 3, calls, undefined),
    head +
      '<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="3" state="full" entity="sip:101@box.example;user=phone">' +
      '<dialog id="leg4" direction="recipient"><state>early</state>' +
      '<remote><identity display="Bo &quot;B&quot;">sip:102@box.example</identity></remote></dialog></dialog-info>\n',
  );
  assert.match(dialogInfo('sip:101@box.example', 4, [], calls)!, /entity="sip:101@box.example"\/>/);
  assert.is(dialogInfo('sip:101@box.example', 5, [], []), undefined);
});

test('names that are no XML do no harm', () => {
  assert.is(text('<a>\u0000\ud800'), '&lt;a&gt;\ufffd\ufffd');
  assert.is(element('x', { y: '"', z: undefined }), '<x y="&quot;"/>');
});

test.run();
