import { type Bindings, environmentOf, statementsOf } from '../../lib/constructs/binding.ts';

const bindings = {
  resolvers: { value: '' },
  mail: {},
  sourceLogins: { allows: { 'secretsmanager:GetSecretValue': { resources: [] } } },
  runs: {
    value: 'bucket',
    allows: { 's3:GetObject': { resources: ['arn:object'] } },
  },
} as unknown as Bindings;

test('tells a task the values of its things, empty ones too', () => {
  expect(environmentOf({ resolvers: [], runs: [], sourceLogins: [] }, bindings)).toEqual({
    PASSAGE_RESOLVERS: '',
    PASSAGE_EVIDENCE_BUCKET: 'bucket',
  });
});

test('refuses a thing with a variable that nobody has given a value', () => {
  expect(() => environmentOf({ mail: [] }, bindings)).toThrow(
    'The thing "mail" has a variable, but its binding has no value.',
  );
});

test('allows an action where the thing is', () => {
  const statements = statementsOf({ runs: ['s3:GetObject'] }, bindings).map((each) => each.toStatementJson());
  expect(statements).toEqual([{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:object' }]);
});

test('who also reads what is listed need give no prefix; a prefix is named once', () => {
  const objects = (prefix: string) => ({
    allows: {
      's3:GetObject': { resources: [`arn:bucket/${prefix}`] },
      's3:ListBucket': {
        resources: ['arn:bucket'],
        conditions: { StringLike: { 's3:prefix': [prefix] } },
        beside: { 's3:GetObject': { StringLikeIfExists: { 's3:prefix': [prefix] } } },
      },
    },
  });
  const two = {
    runs: objects('runs/*'),
    votes: objects('votes/*'),
    tokens: objects('tokens/*'),
  } as unknown as Bindings;
  const statements = statementsOf(
    { runs: ['s3:GetObject', 's3:ListBucket'], votes: ['s3:GetObject', 's3:ListBucket'], tokens: ['s3:ListBucket'] },
    two,
  ).map((each) => each.toStatementJson());
  const list = { Effect: 'Allow', Action: 's3:ListBucket', Resource: 'arn:bucket' };
  expect(statements).toEqual([
    { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:bucket/runs/*' },
    { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:bucket/votes/*' },
    { ...list, Condition: { StringLikeIfExists: { 's3:prefix': ['runs/*', 'votes/*'] } } },
    { ...list, Condition: { StringLike: { 's3:prefix': ['tokens/*'] } } },
  ]);
});

test('a pattern that another one has in itself is not named', () => {
  const at = (pattern: string) => ({ allows: { 's3:PutObject': { resources: [`arn:bucket/${pattern}`] } } });
  const both = { ledgers: at('migrations/*'), measurements: at('migrations/*/measurements/*') } as unknown as Bindings;
  const uses = { measurements: ['s3:PutObject'], ledgers: ['s3:PutObject'] } as const;
  expect(statementsOf(uses, both).map((each) => each.toStatementJson())).toEqual([
    { Effect: 'Allow', Action: 's3:PutObject', Resource: 'arn:bucket/migrations/*' },
  ]);
});

test('allows nothing on things that no migration names', () => {
  expect(statementsOf({ sourceLogins: ['secretsmanager:GetSecretValue'] }, bindings)).toEqual([]);
});

test('refuses an action of which the binding does not say where', () => {
  expect(() => statementsOf({ runs: ['s3:DeleteObject'] }, bindings)).toThrow(
    'The binding of the thing "runs" does not say where s3:DeleteObject is allowed.',
  );
});
