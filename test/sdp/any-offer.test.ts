/** Any offer: an answer with the same m-lines in the same order, or none (488), and no exception but SdpError. */
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { answerOffer, makeOffer, readAnswer, type LocalMedia } from '../../firmware/sdp/offer-answer.js';
import { parseSdp, writeSdp } from '../../firmware/sdp/session-description.js';
import {
  boxes,
  checkAnswer,
  directions,
  mangledText,
  mirror,
  offerText,
  party,
  readOffer,
  ways,
} from '../fuzz/targets/sdp.js';

const test = suite('any offer');

test('any well-formed offer', () => {
  let answers = 0;
  fc.assert(
    fc.property(offerText, fc.constantFrom(...boxes), (text, box) => {
      const offer = readOffer(Buffer.from(text));
      assert.ok(offer, 'a well-formed offer is read');
      if (checkAnswer(offer, box)) answers += 1;
    }),
    { numRuns: 3000 },
  );
  // About 330 are; far fewer would mean that the property says little.
  assert.ok(answers > 150, `only ${answers} were answered`);
});

test('any mangled offer, and any bytes', () => {
  const check = (bytes: Buffer, box: LocalMedia) => {
    const offer = readOffer(bytes);
    if (offer) checkAnswer(offer, box);
  };
  fc.assert(fc.property(mangledText, fc.constantFrom(...boxes), check), { numRuns: 3000 });
  const bytes = fc.uint8Array({ maxLength: 300 }).map((octets) => Buffer.from(octets));
  fc.assert(fc.property(bytes, fc.constantFrom(...boxes), check), { numRuns: 1000 });
});

test('our own offer, answered by ourselves: both agree, mirrored, with each other`s keys, or one may not', () => {
  const way = fc.constantFrom(...ways);
  fc.assert(
    fc.property(way, way, fc.constantFrom(...directions), (callerWay, calledWay, direction) => {
      const caller = party('192.0.2.1', 1, callerWay);
      const called = party('192.0.2.2', 2, calledWay);
      const result = answerOffer(parseSdp(writeSdp(makeOffer(caller, direction))), called);
      const apart =
        (callerWay === true && calledWay === undefined) || (callerWay === undefined && calledWay === true);
      assert.is(result === undefined, apart);
      if (!result) return;
      const { agreed } = result;
      const theirs = readAnswer(parseSdp(writeSdp(result.answer)), caller)!;
      assert.is(agreed.direction, mirror[direction]);
      assert.is(theirs.direction, direction);
      assert.equal([theirs.codec, theirs.payloadType], [agreed.codec, agreed.payloadType]);
      assert.is(theirs.eventPayloadType, agreed.eventPayloadType);
      assert.equal([agreed.port, theirs.port], [caller.port, called.port]);
      assert.equal(agreed.srtp && { rx: agreed.srtp.tx, tx: agreed.srtp.rx }, theirs.srtp);
      assert.is(agreed.srtp !== undefined, callerWay !== undefined && calledWay !== undefined);
    }),
  );
});

test.run();
