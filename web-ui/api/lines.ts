/** The lines of cards as they are now, and tests of them. */
import type { LineNow } from '../../firmware/call/line-board.js';
import { LearningError, withLearned } from '../../firmware/call/line-learner.js';
import type { LineTestAsked } from '../../firmware/call/line-tests.js';
import type { LineSettings } from '../../firmware/config/schema.js';
import { change } from './config-change.js';
import { learnedResult, linesResult } from './results.js';
import { ApiError, write, type Route } from './route.js';
import type { ApiSources } from './sources.js';

/** The test tone of telephony: 1004 Hz, as 1000 Hz is an even part of 8000 (ITU-T O.6). */
const TEST_HZ = 1004;

const testSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['test', 'hz', 'levelDbm0'],
  properties: {
    test: {
      enum: ['ring', 'offHook', 'tone', 'loopBack'],
      description: '"ring" (the phone), "offHook" (the exchange line is taken), "tone" or "loopBack"',
    },
    hz: { type: 'number', minimum: 200, maximum: 3600, default: TEST_HZ, description: '200 to 3600' },
    dial: {
      type: 'string',
      pattern: '^[0-9*#A-D,]{1,32}$',
      description: 'what an exchange line dials before its tone: 1 to 32 of 0-9 * # A-D , (a pause)',
    },
    levelDbm0: { type: 'number', minimum: -40, maximum: 0, default: -10, description: '-40 to 0 dBm0' },
  },
} as const;

const learnSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['number'],
  properties: {
    number: {
      type: 'string',
      pattern: '^[0-9*#]{1,32}$',
      description:
        '1 to 32 of 0-9 * #: the number of the line itself, or of somebody who answers and hangs up',
    },
  },
} as const;

export function lineRoutes(sources: ApiSources): Route[] {
  const { lineTests } = sources;
  const known = (name: string) => {
    if (!sources.config().lines.some((line) => line.name === name))
      throw new ApiError(404, `there is no line ${name}`);
  };
  return [
    {
      method: 'GET',
      path: 'lines',
      role: 'viewer',
      summary:
        'Every line of a card: its place, hook, ringing and battery, its levels, its echo, what was lost.',
      result: linesResult,
      answer: () => linesNow(sources),
    },
    write<LineTestAsked>(
      {
        method: 'POST',
        path: 'lines/:name/test',
        role: 'administrator',
        summary:
          'Takes a line out of use for a minute, and rings, takes or loops it, or sends a tone into it.',
        body: testSchema,
      },
      ({ params: { name }, body }) => {
        known(name);
        const trouble = lineTests.start(name, body);
        if (trouble !== '') throw new ApiError(409, `line ${name} cannot be tested so: ${trouble}`);
      },
    ),
    write<{ number: string }>(
      {
        method: 'POST',
        path: 'lines/:name/learn',
        role: 'administrator',
        summary:
          'Calls a number on an exchange line and learns its tones, level and polarity; answers when that is over, after up to a minute and a half.',
        body: learnSchema,
        result: learnedResult,
      },
      async ({ params: { name }, body, ...asked }) => {
        known(name);
        const learned = await sources.lineLearner.learn(name, body.number).catch((error: unknown) => {
          if (!(error instanceof LearningError)) throw error;
          throw new ApiError(409, `line ${name} cannot be learned: ${error.message}`);
        });
        const config = sources.config();
        const lines = config.lines.map((line) =>
          line.name === name ? withLearned(line, learned, config.country) : line,
        );
        return { ...learned, ...change(sources, asked, { ...config, lines }) };
      },
    ),
    {
      method: 'DELETE',
      path: 'lines/:name/test',
      role: 'administrator',
      summary: 'Ends the test of a line: it is in use again.',
      answer({ params: { name } }) {
        known(name);
        if (!lineTests.stop(name)) throw new ApiError(409, `line ${name} is not being tested`);
      },
    },
  ];
}

/** All there are, and those of the configuration that are not there. */
export function linesNow(sources: ApiSources) {
  return [
    ...sources.lines.lines.map((now) => ({ ...lineFields(sources, now), sound: soundOf(sources, now) })),
    ...sources.lines.missing.map((line) => ({ ...missingFields(line), sound: undefined })),
  ];
}

/** What is told of a line everywhere. */
export function lineFields({ lineTests }: ApiSources, { settings, leg, ...now }: LineNow) {
  const test = settings && lineTests.of(settings.name);
  return {
    ...placeOf(settings, now),
    state: test
      ? 'tested'
      : now.ringing
        ? 'ringing'
        : now.offHook
          ? 'inUse'
          : settings === undefined
            ? 'unused'
            : 'idle',
    offHook: now.offHook,
    ringing: now.ringing,
    battery: now.battery,
    reversed: now.reversed,
    alarm: now.alarm,
    call: leg && { id: leg.id, state: leg.state },
    test: test && { ...test.asked, heard: test.heard },
  };
}

/** One whose card is not there, or has no such line. */
export function missingFields(settings: LineSettings) {
  const nothing = { offHook: false, ringing: false, battery: false, reversed: false };
  const alarm = 'it is not there';
  return {
    ...placeOf(settings, settings),
    state: 'missing',
    ...nothing,
    alarm,
    call: undefined,
    test: undefined,
  };
}

function placeOf(
  settings: LineSettings | undefined,
  { card, place, kind }: Pick<LineNow, 'card' | 'place' | 'kind'>,
) {
  return { name: settings?.name, card, place, kind, extension: settings?.extension, to: settings?.to };
}

function soundOf(sources: ApiSources, { port, losses }: LineNow) {
  const stats = port === undefined ? undefined : sources.port(port);
  if (!stats?.line) return undefined;
  const { txLevelDbm0, echoLossDb, echoEnhancementDb, slips } = stats.line;
  return {
    rxLevelDbm0: stats.levelDbm0,
    txLevelDbm0,
    echoLossDb,
    echoEnhancementDb,
    slips,
    ...losses,
  };
}
