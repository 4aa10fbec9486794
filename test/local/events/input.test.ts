import type { EventTarget } from '../../../lib/local/assembly/triggers.ts';
import { compileInput } from '../../../lib/local/events/input.ts';

const rule = { name: 'RunEnded', arn: 'arn:rule' };
const event = {
  source: 'aws.states',
  time: '2026-11-21T00:00:00Z',
  detail: { status: 'FAILED', name: 'say "no"', list: [{ n: 1 }] },
};
const target = (more: Partial<EventTarget>): EventTarget => ({
  ...{ id: 't', arn: 'arn:t', roleArn: undefined, input: undefined, inputPath: undefined, inputTransformer: undefined },
  ...more,
});
const template = (text: string, paths: Record<string, string> = {}) =>
  target({ inputTransformer: { paths, template: text } });

test.each<[string, EventTarget, unknown]>([
  ['the event itself', target({}), event],
  ['a constant', target({ input: '{"every":"minute"}' }), { every: 'minute' }],
  ['a part', target({ inputPath: '$.detail.list[0]' }), { n: 1 }],
  ['the whole by path', target({ inputPath: '$' }), event],
  [
    'a template of JSON',
    template('{"a":<s>,"b":<l>,"c":"is <s>: <n>"}', { s: '$.detail.status', l: '$.detail.list', n: '$.detail.name' }),
    { a: 'FAILED', b: [{ n: 1 }], c: 'is FAILED: say "no"' },
  ],
  ['a template of text', template('"The run is <s>"', { s: "$['detail']['status']" }), 'The run is FAILED'],
  ['a template of words', template('run <s> ended', { s: '$.detail.status' }), 'run FAILED ended'],
  [
    'what AWS itself provides',
    template('{"rule":<aws.events.rule-name>,"event":<aws.events.event>}'),
    { rule: 'RunEnded', event },
  ],
  ['what is missing', template('{"a":<m>}', { m: '$.detail.missing.deeper' }), { a: '' }],
])('a target gets %s', (_, asked, expected) => {
  expect(compileInput(asked, rule)(event)).toEqual(expected);
});

test.each([
  [target({ input: 'not json' }), 'is not JSON'],
  [target({ inputPath: '$.detail[*]' }), 'is not supported'],
  [template('{"a":<unknown>}'), 'does not define'],
])('what is not understood is refused when the rule is loaded', (asked, message) => {
  expect(() => compileInput(asked, rule)).toThrow(message);
  expect(() => compileInput(asked, rule)).toThrow('RunEnded');
});
