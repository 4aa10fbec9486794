import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { systemClock } from '../../../lib/local/clock.ts';
import { localFunctions } from '../../../lib/local/world/functions.ts';
import { imagesOf } from '../../../lib/local/world/images.ts';
import { worldPaths } from '../../../lib/local/world/paths.ts';
import { setSecret } from '../../../lib/local/world/secrets.ts';
import { openStorage, type StorageServices } from '../../../lib/local/world/services.ts';
import { synthesizeSample } from '../../support/assembly.ts';

let directory: string;
let assemblyDirectory: string;
let services: StorageServices;
const open = () =>
  openStorage({
    assemblyDirectory,
    paths: worldPaths(join(directory, 'world')),
    clock: systemClock,
    authorize: () => {},
    onObjectCreated: () => {},
    onParameterChange: () => {},
  });

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'passage-services-'));
  assemblyDirectory = synthesizeSample(directory);
  services = open();
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

test('keys and secrets are referred to by the ids that their services gave them', () => {
  const { assembly, secrets } = services;
  const [secret] = assembly.secrets;
  expect(assembly.functions[0]!.environment.KEY).toBe(assembly.keys[0]!.arn);
  expect(secrets.value(secret!.arn)).toMatch(/^[A-Za-z0-9]{40}$/);
});

test('what was created keeps its id and its value at the next start', () => {
  const again = open();
  const of = ({ assembly, secrets }: StorageServices) => [
    assembly.keys[0]!.arn,
    assembly.secrets[0]!.arn,
    secrets.value(assembly.secrets[0]!.arn),
    assembly.buckets.map(({ name }) => name),
  ];
  expect(of(again)).toEqual(of(services));
});

test('a secret that is set again has the new value', async () => {
  const operator = { arn: 'arn:aws:iam::123456789012:user/alice', administrator: true };
  for (const value of ['one', 'two']) {
    await setSecret(services.secrets, operator, 'login', value);
    expect(services.secrets.value('login')).toBe(value);
  }
});

test("addresses of AWS in a function's environment become those on this machine, and nothing else does", () => {
  const [greet] = services.assembly.functions;
  const functions = [{ ...greet!, environment: { ...greet!.environment, PASSAGE_RESOLVERS: '' } }];
  const [local] = localFunctions(
    { ...services.assembly, functions },
    { httpApi: 'http://127.0.0.1:1', resolvers: '127.0.0.1:53' },
  );
  expect(greet!.environment.API).toMatch(/^https:\/\/\w+\.execute-api\.eu-west-1\.amazonaws\.com$/);
  expect(local!.environment).toEqual({
    ...greet!.environment,
    API: 'http://127.0.0.1:1',
    PASSAGE_RESOLVERS: '127.0.0.1:53',
  });
});

test('an image of the assembly starts as its Dockerfile says, where its files are', async () => {
  const image = join(directory, 'worker');
  mkdirSync(image);
  writeFileSync(
    join(image, 'Dockerfile'),
    'FROM node:24\nENTRYPOINT ["ignored"]\nENTRYPOINT ["node", "w.mjs"]\nENV ARENAS=2\nCMD ["dump"]\n',
  );
  const resolve = imagesOf(
    {
      ...services.assembly,
      findImage: (uri) => (uri === 'ours:1' ? { directory: image, dockerfile: 'Dockerfile' } : undefined),
    },
    {
      tools: '/opt/postgresql/bin',
      sample: (name) => (name === 'sample:1' ? { command: ['sample'], cwd: '/' } : undefined),
    },
  );
  expect(await resolve('ours:1')).toMatchObject({
    command: ['node', 'w.mjs'],
    arguments: ['dump'],
    cwd: image,
    env: { ARENAS: '2', PATH: expect.stringMatching(/^\/opt\/postgresql\/bin:/) },
  });
  expect(await resolve('sample:1')).toMatchObject({ command: ['sample'] });
  expect(() => resolve('nginx:latest')).toThrow('nginx:latest');
});
