import { systemClock } from '../../../lib/local/clock.ts';
import { createCredentials, keysEnvironment, sessionArn } from '../../../lib/local/iam/credentials.ts';

const credentials = createCredentials({ clock: { ...systemClock, now: () => 1_000_000 }, accountId: '111122223333' });

test('a person has long-lived keys, a role session has a token and an end', () => {
  const person = credentials.addUser('ada', { administrator: true });
  expect(credentials.find(person.accessKeyId)?.principal).toEqual({
    arn: 'arn:aws:iam::111122223333:user/ada',
    administrator: true,
  });
  expect(person).not.toHaveProperty('sessionToken');
  const session = credentials.mint('arn:aws:iam::111122223333:role/CopyRole', 'run-1', { seconds: 60 });
  expect(session).toMatchObject({
    accessKeyId: expect.stringMatching(/^ASIA[A-Z2-7]{16}$/),
    expiration: new Date(1_060_000),
  });
  expect(keysEnvironment(session)).toHaveProperty('AWS_SESSION_TOKEN', session.sessionToken);
});

test('keys that expired are known for a day, and those of a person for ever', () => {
  let now = 0;
  const those = createCredentials({ clock: { ...systemClock, now: () => now }, accountId: '111122223333' });
  const person = those.addUser('ada');
  const mint = () => those.mint('arn:aws:iam::111122223333:role/CopyRole', 'run-1', { seconds: 60 });
  const first = mint();
  now = 86_460_000;
  const second = mint();
  expect(those.find(first.accessKeyId)).toBeDefined();
  now += 1;
  mint();
  expect(those.find(first.accessKeyId)).toBeUndefined();
  expect(those.find(second.accessKeyId)).toBeDefined();
  expect(those.find(person.accessKeyId)).toBeDefined();
});

test('a session is named as AWS names it, without the path of its role', () => {
  expect(sessionArn('arn:aws:iam::111122223333:role/a/b/CopyRole', 's')).toBe(
    'arn:aws:sts::111122223333:assumed-role/CopyRole/s',
  );
  expect(() => sessionArn('arn:aws:iam::111122223333:user/ada', 's')).toThrow('not the ARN of a role');
});
