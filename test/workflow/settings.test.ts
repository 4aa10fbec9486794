import { readSettings } from '../../lib/workflow/settings.ts';

const valid = {
  vpc: {
    id: 'vpc-0123456789abcdef0',
    availabilityZones: ['eu-west-1a', 'eu-west-1b'],
    privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
  },
  databaseSecurityGroupIds: ['sg-0123456789abcdef0'],
  mailFrom: 'passage@example.com',
};

test('fills in what most deployments leave out', () => {
  expect(readSettings(valid)).toEqual({ ...valid, databasePort: 5432, clusterSecurityGroupIds: [], resolvers: [] });
});

test.each([
  ['nothing at all', undefined, 'context.passage.vpc: '],
  ['a misspelt field', { ...valid, mailfrom: 'a@b.example' }, 'context.passage: Unrecognized key: "mailfrom"'],
  [
    'another kind of id',
    { ...valid, vpc: { ...valid.vpc, id: 'subnet-1' } },
    'context.passage.vpc.id: must be the id of an existing vpc',
  ],
  [
    'a zone without its subnet',
    { ...valid, vpc: { ...valid.vpc, privateSubnetIds: ['subnet-0123456789abcdef0'] } },
    'context.passage.vpc.privateSubnetIds: must name the same number of subnets',
  ],
  [
    'resolvers in one string',
    { ...valid, resolvers: ['1.1.1.1, 9.9.9.9'] },
    'context.passage.resolvers.0: must be host',
  ],
])('refuses %s, with the path of the field', (_, settings, message) => {
  expect(() => readSettings(settings)).toThrow(message);
});
