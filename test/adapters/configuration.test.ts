import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { deployedConfiguration, parseDeployed } from '../../lib/adapters/configuration.ts';
import { declared, sdkError } from '../support/declared.ts';
import { deployed, migrationFile } from '../support/run-documents.ts';

const mock = mockClient(SSMClient);
const read = (name: string) =>
  deployedConfiguration(new SSMClient({ region: 'eu-west-1' }), '/passage/migrations/', name);
beforeEach(() => mock.reset());

test('reads what the deployment published, below its path', async () => {
  mock
    .on(GetParameterCommand, { Name: '/passage/migrations/acme-retool' })
    .resolves({ Parameter: { Value: JSON.stringify(migrationFile()) } });
  expect(await read('acme-retool')).toEqual(deployed());
});

test('a name that nobody configured is refused with what to do', async () => {
  mock.on(GetParameterCommand).rejects(new ParameterNotFound({ message: 'no', $metadata: {} }));
  await expect(read('acme')).rejects.toEqual(
    declared('ConfigurationInvalid', /no migration "acme"\. Add migrations\/acme\.json and deploy/),
  );
});

test('a selector behind the name does not bring an older configuration', async () => {
  mock.on(GetParameterCommand).resolves({ Parameter: { Value: JSON.stringify(migrationFile()) } });
  await expect(read('acme-retool:1')).rejects.toEqual(
    declared('ConfigurationInvalid', /"acme-retool:1" is not the name of a migration, "acme-retool" is/),
  );
});

test('a refusal of the parameter store is not a mistake in the configuration', async () => {
  mock.on(GetParameterCommand).rejects(sdkError('ThrottlingException'));
  await expect(read('acme')).rejects.toEqual(declared('ServiceUnavailable', /configuration of "acme"/));
});

test.each([
  ['a wrong field', JSON.stringify({ ...migrationFile(), name: 'A' }), /wrong at name: .*migrations\/acme\.json/],
  [
    'a form that runs on one machine',
    JSON.stringify({
      name: 'acme',
      journey: 'retool-ecs-to-eks',
      platform: 'local',
      source: { database: { host: 'a', database: 'd', user: 'u', password: { env: 'P' } } },
      target: { database: { host: 'b', database: 'd', user: 'u', password: { env: 'P' } } },
    }),
    /platform "local"/,
  ],
  ['text that is not JSON', '{', /wrong at its top/],
  ['nothing', '', /wrong at its top/],
])('%s is refused where it is used', (_, text, message) => {
  expect(() => parseDeployed('acme', text)).toThrow(declared('ConfigurationInvalid', message));
});
