import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('../../', import.meta.url));

interface Import {
  readonly from: string;
  /** A path from the root of the project, or the name of a package. */
  readonly to: string;
}

function importsUnder(folder: string): Import[] {
  const files = readdirSync(join(project, folder), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => /(?<!\.d)\.m?[jt]s$/.test(file))
    .flatMap((file) => importsOf(join(project, folder, file)));
}

const statement = /^(?:import|export)\s[\w\s{},*$]*?from\s'([^']+)'|^import\s'([^']+)'|\bimport\('([^']+)'\)/gm;

function importsOf(file: string): Import[] {
  return [...readFileSync(file, 'utf8').matchAll(statement)].map(([, ...targets]) => {
    const target = targets.find((each) => each !== undefined)!;
    const to = target.startsWith('.') ? relative(project, join(dirname(file), target)) : target;
    return { from: relative(project, file), to };
  });
}

/** Files that name a package in any way: a `require` as well. */
const mentions = (name: string): string[] =>
  ['lib', 'lambdas', 'bin', 'statemachines'].flatMap((folder) =>
    readdirSync(join(project, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(ts|mjs|js|json)$/.test(file))
      .map((file) => join(folder, file))
      .filter((file) => readFileSync(join(project, file), 'utf8').includes(name)),
  );

const offences = (folder: string, allowed: (to: string) => boolean): string[] =>
  importsUnder(folder)
    .filter(({ to }) => !allowed(to))
    .map(({ from, to }) => `${from} imports ${to}`);

const inside =
  (...folders: readonly string[]) =>
  (to: string) =>
    folders.some((folder) => to.startsWith(`${folder}/`));
const isNode = (to: string) => to.startsWith('node:') || builtinModules.includes(to);
const isSdk = (to: string) => /^(@aws-sdk|@smithy|@aws-crypto)\//.test(to);
const isCdk = (to: string) => /^(aws-cdk-lib|constructs|cdk-nag)(\/|$)/.test(to);
const isFile = (to: string) => inside('lib', 'lambdas', 'bin', 'benchmark', 'test')(to);
/** Every house of lib but these: a new one is under the rules from its first day. */
const housesBut = (...names: readonly string[]): string[] =>
  readdirSync(join(project, 'lib'))
    .filter((name) => !names.includes(name))
    .map((name) => `lib/${name}`);

test('domain knows pure rules only: types, schemas and node:crypto', () => {
  expect(
    offences('lib/domain', (to) => inside('lib/domain', 'lib/workflow')(to) || ['node:crypto', 'zod'].includes(to)),
  ).toEqual([]);
});

test('the registry knows zod and Node, and what the copier is told; its lint knows JSONata', () => {
  expect(
    offences(
      'lib/workflow',
      (to) => inside('lib/workflow')(to) || ['lib/copier/contract.ts', 'zod', 'jsonata'].includes(to) || isNode(to),
    ),
  ).toEqual([]);
  const readers = importsUnder('lib/workflow').filter(({ to }) => to === 'jsonata');
  expect(readers.map(({ from }) => from)).toEqual(['lib/workflow/lint/jsonata.ts']);
  expect(importsOf(join(project, 'lib/copier/contract.ts')).map(({ to }) => to)).toEqual(['zod']);
});

test('constructs and stacks read the registry, and import no code that runs on AWS', () => {
  const allowed = (to: string) =>
    isFile(to)
      ? inside('lib/constructs', 'lib/workflow', 'lib/kubernetes', 'lib/stacks')(to)
      : !isSdk(to) && to !== 'pg';
  expect([...offences('lib/constructs', allowed), ...offences('lib/stacks', allowed)]).toEqual([]);
});

test('only constructs, stacks and the entry know CDK', () => {
  const others = [...housesBut('constructs', 'stacks'), 'lambdas', 'benchmark'];
  expect(others.flatMap((folder) => offences(folder, (to) => !isCdk(to)))).toEqual([]);
});

test('pages are pure: no SDK, no adapters, no Node but its hashes', () => {
  expect(
    offences('lib/pages', (to) => inside('lib/pages', 'lib/domain', 'lib/workflow')(to) || to === 'node:crypto'),
  ).toEqual([]);
});

test('adapters do not reach into rules of other houses', () => {
  expect(
    offences('lib/adapters', (to) => !inside('lambdas', 'lib/commands', 'lib/constructs', 'lib/local')(to)),
  ).toEqual([]);
});

test('nothing imports the local house but commands, entries and tests', () => {
  const product = [...housesBut('local', 'commands'), 'lambdas'];
  expect(product.flatMap((folder) => offences(folder, (to) => !inside('lib/local')(to)))).toEqual([]);
});

test('only one file of the simulated account knows the policy simulation, which is not ours to give away', () => {
  const everything = ['lib', 'lambdas', 'bin', 'benchmark', 'test'].flatMap(importsUnder);
  const known = everything.filter(({ to }) => to.startsWith('@cloud-copilot/')).map(({ from }) => from);
  expect([...new Set(known)]).toEqual(['lib/local/iam/simulation.ts']);
  expect(mentions('@cloud-copilot/')).toEqual(['lib/local/iam/simulation.ts']);
  const { dependencies } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  expect(Object.keys(dependencies).filter((name) => name.startsWith('@cloud-copilot/'))).toEqual([]);
});

test("the local house imports nothing of the product but the sample's configuration", () => {
  expect(offences('lib/local', (to) => !isFile(to) || inside('lib/local')(to))).toEqual([]);
});

test('handlers are where the registry, rules, pages and adapters meet, and never each other', () => {
  const allowed = [
    'lib/domain',
    'lib/workflow',
    'lib/lambda',
    'lib/adapters',
    'lib/pages',
    'lib/copier',
    'lib/kubernetes',
  ];
  expect(offences('lambdas', (to) => !isFile(to) || inside(...allowed)(to))).toEqual([]);
});

test('a program that is handed over runs where nothing of Passage is: it knows Node alone', () => {
  expect(importsUnder('lib/programs').length).toBeGreaterThan(0);
  expect(offences('lib/programs', isNode)).toEqual([]);
});

test('the benchmark measures from outside: nothing imports it but tests, and it goes through no command and no handler', () => {
  const everything = [...housesBut(), 'lambdas', 'bin'];
  expect(everything.flatMap((folder) => offences(folder, (to) => !inside('benchmark')(to)))).toEqual([]);
  expect(
    offences('benchmark', (to) => !inside('lib/commands', 'lib/stacks', 'lib/pages', 'lambdas', 'bin')(to)),
  ).toEqual([]);
});
