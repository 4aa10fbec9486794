import { atJsonKey, parseValueFrom } from '../../lib/domain/value-from.ts';

const arn = 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:acme/retool-AbCdEf';
const secret = {
  store: 'secrets-manager',
  region: 'eu-west-1',
  secret: arn,
  jsonKey: null,
  versionStage: null,
  versionId: null,
};

test.each([
  ['a whole secret', arn, secret],
  ['a secret without its ending', arn.slice(0, -7), { ...secret, secret: arn.slice(0, -7) }],
  ['a key of JSON', `${arn}:password::`, { ...secret, jsonKey: 'password' }],
  ['a key alone, without the colons that AWS wants', `${arn}:password`, { ...secret, jsonKey: 'password' }],
  ['a stage', `${arn}::AWSPREVIOUS:`, { ...secret, versionStage: 'AWSPREVIOUS' }],
  ['a version', `${arn}:::9d4cb84b-ad69`, { ...secret, versionId: '9d4cb84b-ad69' }],
  ['all three', `${arn}:k:S:v`, { ...secret, jsonKey: 'k', versionStage: 'S', versionId: 'v' }],
  [
    'a secret of another partition',
    'arn:aws-cn:secretsmanager:cn-north-1:111111111111:secret:a',
    { ...secret, region: 'cn-north-1', secret: 'arn:aws-cn:secretsmanager:cn-north-1:111111111111:secret:a' },
  ],
  [
    'the ARN of a parameter',
    'arn:aws:ssm:eu-west-1:111111111111:parameter/acme/key',
    {
      store: 'parameter-store',
      region: 'eu-west-1',
      parameter: 'arn:aws:ssm:eu-west-1:111111111111:parameter/acme/key',
    },
  ],
  [
    'the path of a parameter',
    '/acme/retool/key',
    { store: 'parameter-store', region: null, parameter: '/acme/retool/key' },
  ],
  ['the name of a parameter', 'acme-key', { store: 'parameter-store', region: null, parameter: 'acme-key' }],
])('reads %s', (_, valueFrom, expected) => {
  expect(parseValueFrom(valueFrom)).toEqual(expected);
});

test.each(['', 'arn:aws:s3:::bucket/key', 'two words', `${arn}:a:b:c:d`])('does not guess at "%s"', (valueFrom) => {
  expect(parseValueFrom(valueFrom)).toBeNull();
});

test.each([
  ['{"password":"p"}', 'password', 'p'],
  ['{"port":5432}', 'port', '5432'],
  ['{"password":"p"}', 'Password', null],
  ['{"password":"p"}', 'toString', null],
  ['plain text', 'password', null],
  ['null', 'password', null],
])('%s at %s is %s', (text, key, value) => {
  expect(atJsonKey(text, key)).toBe(value);
});
