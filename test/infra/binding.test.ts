import { type Bindings, environmentOf, statementsOf } from '../../lib/constructs/binding.ts';

const bindings = {
  resolvers: { value: '' },
  mail: {},
  logins: { allows: { 'secretsmanager:GetSecretValue': { resources: [] } } },
  runs: {
    value: 'bucket',
    allows: {
      's3:GetObject': { resources: ['arn:object'], needs: { 's3:ListBucket': { resources: ['arn:bucket'] } } },
    },
  },
} as unknown as Bindings;

test('tells a task the values of its things, empty ones too', () => {
  expect(environmentOf({ resolvers: [], runs: [], logins: [] }, bindings)).toEqual({
    PASSAGE_RESOLVERS: '',
    PASSAGE_EVIDENCE_BUCKET: 'bucket',
  });
});

test('refuses a thing with a variable that nobody has given a value', () => {
  expect(() => environmentOf({ mail: [] }, bindings)).toThrow(
    'The thing "mail" has a variable, but its binding has no value.',
  );
});

test('allows an action where the thing is, with what the action needs', () => {
  const statements = statementsOf({ runs: ['s3:GetObject'] }, bindings).map((each) => each.toStatementJson());
  expect(statements).toEqual([
    { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:object' },
    { Effect: 'Allow', Action: 's3:ListBucket', Resource: 'arn:bucket' },
  ]);
});

test('allows nothing on things that no migration names', () => {
  expect(statementsOf({ logins: ['secretsmanager:GetSecretValue'] }, bindings)).toEqual([]);
});

test('refuses an action of which the binding does not say where', () => {
  expect(() => statementsOf({ runs: ['s3:DeleteObject'] }, bindings)).toThrow(
    'The binding of the thing "runs" does not say where s3:DeleteObject is allowed.',
  );
});
