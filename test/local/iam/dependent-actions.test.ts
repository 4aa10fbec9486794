import { readFileSync } from 'node:fs';
import {
  authorizeDependents,
  dependentActions,
  dependentCalls,
  tryDependents,
} from '../../../lib/local/iam/dependent-actions.ts';
import { type Authorize, AwsError } from '../../../lib/local/wire/endpoint.ts';

const role = 'arn:aws:iam::111122223333:role/Task';

test('an occasion is filled with what it tells; a row that lacks something does not apply', () => {
  expect(dependentCalls('ecs: a role is handed to a task', { role })).toEqual([
    { action: 'iam:PassRole', resource: role, keys: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
  ]);
  expect(dependentCalls('ecs: a role is handed to a task', { role: undefined })).toEqual([]);
});

test('every call of an occasion is asked for; only what AWS does without is let pass', () => {
  const asked: string[] = [];
  const refuse: Authorize = (_, action) => {
    asked.push(action);
    throw new AwsError('AccessDeniedException', 403, action);
  };
  const logStream = 'arn:aws:logs:eu-west-1:111122223333:log-group:a:log-stream:b';
  const occasion = ['lambda: a sandbox starts', { logStream }] as const;
  expect(() => authorizeDependents(refuse, { arn: role }, ...occasion)).toThrow('logs:CreateLogStream');
  asked.length = 0;
  tryDependents(refuse, { arn: role }, ...occasion);
  expect(asked).toEqual(['logs:CreateLogStream', 'logs:PutLogEvents']);
});

test('each row of the table has a source at AWS', () => {
  const text = readFileSync(new URL('../../../lib/local/iam/dependent-actions.ts', import.meta.url), 'utf8');
  const table = text.slice(text.indexOf('export const dependentActions'), text.indexOf('as const satisfies'));
  for (const paragraph of table.split('\n\n')) expect(paragraph).toContain('https://docs.aws.amazon.com/');
  expect(Object.keys(dependentActions).length).toBeGreaterThan(8);
});
