import { compilePattern } from '../../../lib/local/events/pattern.ts';

const event = {
  source: 'aws.s3',
  'detail-type': 'Object Created',
  resources: ['arn:aws:s3:::evidence', 'arn:aws:s3:::other'],
  detail: {
    bucket: { name: 'evidence' },
    object: { key: 'approvals/7/votes/ada.json', size: 120 },
    flag: false,
    none: null,
    parts: [{ n: 1 }, { n: 2 }],
  },
};

test.each<[object, boolean]>([
  [{ source: ['aws.s3'] }, true],
  [{ source: ['aws.ecs', 'aws.s3'] }, true],
  [{ source: ['aws.ecs'] }, false],
  [{ source: ['aws.s3'], 'detail-type': ['Object Deleted'] }, false],
  [{ resources: ['arn:aws:s3:::other'] }, true],
  [{ detail: { bucket: { name: ['evidence'] }, object: { size: [120] } } }, true],
  [{ detail: { flag: [false], none: [null] } }, true],
  [{ detail: { flag: ['false'] } }, false],
  [{ detail: { parts: { n: [2] } } }, true],
  [{ detail: { parts: { n: [3] } } }, false],
  [{ detail: { object: { key: [{ prefix: 'approvals/' }] } } }, true],
  [{ detail: { object: { key: [{ prefix: { 'equals-ignore-case': 'APPROVALS/' } }] } } }, true],
  [{ detail: { object: { key: [{ suffix: '.json' }] } } }, true],
  [{ detail: { object: { key: [{ suffix: '.html' }, { wildcard: 'approvals/*/votes/*' }] } } }, true],
  [{ detail: { object: { key: [{ wildcard: 'approvals/*/outcome.json' }] } } }, false],
  [{ detail: { object: { key: [{ wildcard: 'approvals/?/votes/*' }] } } }, false],
  [{ source: [{ 'equals-ignore-case': 'AWS.S3' }] }, true],
  [{ source: [{ 'anything-but': 'aws.ecs' }] }, true],
  [{ source: [{ 'anything-but': ['aws.ecs', 'aws.s3'] }] }, false],
  [{ source: [{ 'anything-but': { prefix: 'aws.' } }] }, false],
  [{ missing: [{ 'anything-but': 'x' }] }, false],
  [{ detail: { object: { size: [{ numeric: ['>', 100, '<=', 120] }] } } }, true],
  [{ detail: { object: { size: [{ numeric: ['<', 100] }] } } }, false],
  [{ detail: { object: { key: [{ numeric: ['>', 0] }] } } }, false],
  [{ detail: { bucket: { name: [{ exists: true }] } } }, true],
  [{ detail: { missing: [{ exists: false }] } }, true],
  [{ detail: { missing: { deeper: [{ exists: false }] } } }, true],
  [{ detail: { bucket: [{ exists: true }] } }, false],
  [{ $or: [{ source: ['x'] }, { detail: { bucket: { name: ['evidence'] } } }] }, true],
  [{ source: ['aws.s3'], $or: [{ source: ['x'] }] }, false],
])('%j fits: %s', (pattern, fits) => {
  expect(compilePattern(pattern as Record<string, unknown>, 'rule')(event)).toBe(fits);
});

test.each([
  [{ source: 'aws.s3' }, 'without a list'],
  [{ source: [{ cidr: '10.0.0.0/24' }] }, 'operator cidr'],
  [{ source: [{ prefix: 'a', suffix: 'b' }] }, 'several operators'],
  [{ source: [{ prefix: 7 }] }, 'prefix with 7'],
  [{ source: [{ numeric: ['~', 1] }] }, 'numeric with'],
  [{ source: [{ exists: 'yes' }] }, 'operator exists'],
])('%j is refused when the rule is loaded', (pattern, message) => {
  expect(() => compilePattern(pattern as Record<string, unknown>, 'VoteWritten')).toThrow(message);
  expect(() => compilePattern(pattern as Record<string, unknown>, 'VoteWritten')).toThrow('VoteWritten');
});
