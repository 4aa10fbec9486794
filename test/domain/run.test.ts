import { approvalOf, keys, runOf, stagingKeys } from '../../lib/domain/run.ts';

const arn = (name: string) => `arn:aws:states:eu-west-1:111111111111:execution:RetoolEcsToEks:${name}`;

test.each(['monday', 'rehearsal-20260105-090000', 'a', 'x'.repeat(40)])(
  'an execution named %s is a run of that name',
  (name) => {
    expect(runOf(arn(name))).toBe(name);
  },
);

test.each(['Monday', 'a_b', '-a', 'a-', 'x'.repeat(41), 'a.b', 'ünder', ''])(
  'an execution named "%s", which does not fit everywhere, is a run by its hash',
  (name) => {
    expect(runOf(arn(name))).toMatch(/^[0-9a-f]{16}$/);
    expect(runOf(arn(name))).toBe(runOf(arn(name)));
    expect(runOf(arn(name))).not.toBe(runOf(arn(`${name}_`)));
  },
);

test('an approver has one vote, however the address is written', () => {
  expect(keys.vote('monday-go', 'Bob@Example.com')).toBe(keys.vote('monday-go', 'bob@example.com'));
  expect(keys.vote('monday-go', 'bob@example.com')).not.toBe(keys.vote('monday-go', 'carol@example.com'));
  expect(keys.vote('monday-go', 'bob@example.com')).toMatch(/^approvals\/monday-go\/votes\/[0-9a-f]{32}\.json$/);
  expect(keys.vote('monday-go', 'bob@example.com').startsWith(keys.votes('monday-go'))).toBe(true);
});

test('an address cannot lead out of its approval', () => {
  expect(keys.vote('monday-go', '../../monday-switch/outcome')).toMatch(
    /^approvals\/monday-go\/votes\/[0-9a-f]{32}\.json$/,
  );
});

test('every epoch and every copy stages in a place of its own, below its run', () => {
  const places = [
    stagingKeys.copy('monday', 'main', 'scratch', 1),
    stagingKeys.copy('monday', 'main', 'target', 1),
    stagingKeys.copy('monday', 'main', 'scratch', 2),
  ];
  expect(new Set(places).size).toBe(3);
  for (const place of places) expect(place.startsWith(stagingKeys.run('monday'))).toBe(true);
  expect(stagingKeys.copy('monday2', 'main', 'scratch', 1).startsWith(stagingKeys.run('monday'))).toBe(false);
});

test('a run has one approval for each subject', () => {
  expect(approvalOf('monday', 'go')).toBe('monday-go');
  expect(approvalOf('monday', 'switch')).not.toBe(approvalOf('monday', 'go'));
});
