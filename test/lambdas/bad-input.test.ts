import { collectDns } from '../../lambdas/collect-dns/handler.ts';
import { collectSource } from '../../lambdas/collect-source/handler.ts';
import { collectTarget } from '../../lambdas/collect-target/handler.ts';
import { inspectDatabases } from '../../lambdas/inspect-databases/handler.ts';
import { runPreflight } from '../../lambdas/run-preflight/handler.ts';
import type { Variable } from '../../lib/adapters/kubernetes/deployments.ts';
import { canaryProblems } from '../../lib/domain/canaries.ts';
import { keys } from '../../lib/domain/run.ts';
import { Preflight } from '../../lib/workflow/documents/preflight.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';
import { databases, lease, target } from '../support/run-documents.ts';
import { type Account, call, withRun } from './account.ts';

const database = {
  POSTGRES_HOST: 'source.invalid',
  POSTGRES_DB: 'hammerhead_production',
  POSTGRES_USER: 'retool',
  POSTGRES_PASSWORD: 'hush',
};
const key = 'the encryption key';

/** What somebody may hand to Passage: a source and a target that are well but for what a test spoils. */
function world() {
  const it = withRun('rehearsal');
  const written = ['source', 'target', 'dns', 'databases', 'preflight'];
  it.documents.remove(written.map((name) => keys.document(lease.run, name)));
  it.secrets.login = async () => ({ username: 'passage', password: 'hush' });
  const main = it.deployments.get('retool')!;
  const variables = Object.entries({ ...database, POSTGRES_HOST: 'target.invalid', ENCRYPTION_KEY: key });
  const environment = new Map<string, Variable>(variables.map(([name, value]) => [name, { value }]));
  it.deployments.set('retool', { ...main, environment });
  const tasks = new Map<string, Record<string, string>>([
    ['web:1', { SERVICE_TYPE: 'MAIN_BACKEND', ...database, ENCRYPTION_KEY: key }],
    ['jobs:1', { SERVICE_TYPE: 'JOBS_RUNNER', ...database, ENCRYPTION_KEY: key }],
  ]);
  const references = new Map<string, string>();
  it.ecs.taskDefinition = async (arn) => ({
    size: { cpuMillis: 1000, memoryMiB: 2048 },
    architecture: null,
    containers: [
      {
        name: 'retool',
        image: 'tryretool/backend:3.114.3-stable',
        environment: new Map(Object.entries(tasks.get(arn) ?? {})),
        secrets: references,
        environmentFiles: [],
        volumes: [],
      },
    ],
  });
  return { it, tasks, references, found: databases() };
}
type World = ReturnType<typeof world>;

/** Everything is collected and checked, as the machine does it; only a PreflightBlocked may end it. */
async function checked({ it, found }: World) {
  const on = { lease, look: 'first' } as const;
  await collectSource.run(it, on, call);
  await collectTarget.run(it, on, call);
  await collectDns.run(it, on, call);
  const source = it.documents.json(keys.document(lease.run, 'source')) as { database: object | null };
  const at = it.documents.json(keys.document(lease.run, 'target')) as { database: object | null };
  // The databases themselves are made up: no server runs here.
  if (source.database && at.database) it.documents.tamper(keys.document(lease.run, 'databases'), found);
  else expect(await inspectDatabases.run(it, on, call)).toEqual({ document: null });
  const blocked = await runPreflight.run(it, on, call).then(
    () => null,
    (error: unknown) => error as WorkflowError,
  );
  if (blocked) expect(blocked).toMatchObject({ name: 'PreflightBlocked' });
  return Preflight.parse(it.documents.json(keys.document(lease.run, 'preflight'))).findings;
}

const deploymentsOf = (it: Account, ...namespaces: string[]) => {
  const survey = it.survey;
  const main = it.deployments.get('retool')!;
  it.survey = async () => {
    const seen = await survey();
    const application = namespaces.map((namespace) => ({ ...main, namespace }));
    return { ...seen, deployments: { ...seen.deployments!, application } };
  };
};

const app = (it: Account) => it.application();

const inputs: readonly (readonly [string, (spoiled: World) => void, string, string, RegExp])[] = [
  [
    'a task definition with no database',
    ({ tasks }) => {
      tasks.set('web:1', { SERVICE_TYPE: 'MAIN_BACKEND', ENCRYPTION_KEY: key });
    },
    'database-unnamed',
    'BLOCKER',
    /source's database.*Write "host" and "dbname"/,
  ],
  [
    'a deployment with no database',
    ({ it }) => {
      it.deployments.set('retool', { ...it.deployments.get('retool')!, environment: new Map() });
    },
    'database-unnamed',
    'BLOCKER',
    /target's database.*deployment "retool"/,
  ],
  [
    'two candidates on the source',
    ({ tasks }) => {
      tasks.set('jobs:1', { ...tasks.get('web:1')!, POSTGRES_DB: 'staging' });
    },
    'source-ambiguous',
    'BLOCKER',
    /different databases.*source\.ecs\.services/,
  ],
  [
    'a source that is being deployed',
    ({ it }) => {
      it.services[0] = { ...it.services[0]!, alsoRunning: ['arn:aws:ecs:eu-west-1:1:task-definition/web:6'] };
    },
    'source-ambiguous',
    'WARNING',
    /run by web:6 besides web:1.*Let it end/,
  ],
  [
    'a secret that cannot be read',
    ({ it, tasks, references }) => {
      const { ENCRYPTION_KEY: _, ...rest } = tasks.get('web:1')!;
      tasks.set('web:1', rest);
      references.set('ENCRYPTION_KEY', 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:k');
      it.secretValues.read = async () => ({ what: 'could not be read: AccessDenied', todo: 'Allow it.' });
    },
    'secret-unreadable',
    'BLOCKER',
    /ENCRYPTION_KEY could not be read.*Allow it/,
  ],
  [
    'a login that cannot be read',
    ({ it }) => {
      it.secrets.login = async (id) => {
        throw new WorkflowError('SecretUnavailable', `Could not read secret "${id}".`);
      };
    },
    'secret-unreadable',
    'BLOCKER',
    /passage\/acme\/source-login.*passage\/acme\/target-login/,
  ],
  [
    'a key in an unknown format',
    ({ tasks }) => {
      tasks.set('web:1', { ...tasks.get('web:1')!, ENCRYPTION_KEY: '{"key": "the encryption key"}' });
    },
    'encryption-key-format',
    'BLOCKER',
    /ENCRYPTION_KEY .*to the letter/,
  ],
  [
    'no application on the target',
    ({ it }) => it.deployments.clear(),
    'target-missing',
    'BLOCKER',
    /No deployment of namespace "retool".*Install the application/,
  ],
  [
    'a cluster with two releases in one namespace',
    ({ it }) => {
      it.deployments.set('retool-green', { ...it.deployments.get('retool')!, name: 'retool-green' });
    },
    'release-ambiguous',
    'BLOCKER',
    /holds 2 main backends/,
  ],
  [
    'a cluster with two releases, none of them in the namespace that is configured',
    ({ it }) => {
      deploymentsOf(it, 'blue', 'green');
      app(it).deployments = async () => [];
    },
    'target-missing',
    'BLOCKER',
    /namespace "blue" and "green" has one/,
  ],
  [
    'an Ingress with several services',
    ({ it }) => {
      const backends = ['retool', 'code-executor'].map((service) => ({ service, port: 80 }));
      app(it).ingress = async () => ({ ...target().ingress!, backends });
    },
    'ingress-backend',
    'WARNING',
    /retool:80, code-executor:80.*This stops a cutover/,
  ],
  [
    'an Ingress that is not there',
    ({ it }) => {
      app(it).ingress = async () => null;
    },
    'ingress-host',
    'WARNING',
    /has no Ingress "retool".*This stops a cutover.*target\.application\.ingress/,
  ],
  [
    'an Ingress that Passage may not read',
    ({ it }) => {
      app(it).ingress = () =>
        Promise.reject(new WorkflowError('TargetNotFound', 'Kubernetes does not let Passage (403).'));
    },
    'not-looked',
    'WARNING',
    /may not read the Ingress.*\(Ingress retool\).*RBAC/,
  ],
  [
    'a canary table that is missing',
    ({ found }) => {
      found.problems.push(...canaryProblems({ lookedAt: [], groups: [] }, { keyed: true, rotating: false }));
    },
    'canaries-missing',
    'WARNING',
    /no table "resources".*open a resource/,
  ],
  [
    'a zone with split views',
    ({ it }) => {
      const own = { hostedZoneId: 'Z0ACME', name: 'acme.example.com', private: false };
      it.dns.zonesFrom = async () => [own, { ...own, hostedZoneId: 'Z1INSIDE', private: true }];
    },
    'zone-split',
    'WARNING',
    /The private zone "acme.example.com" answers.*Z1INSIDE.*remove the zone/,
  ],
];

test.each(inputs)(
  '%s is a finding with what to do, and every other check is made',
  async (_, spoil, id, severity, says) => {
    const spoiled = world();
    spoil(spoiled);
    const findings = await checked(spoiled);
    const finding = findings.find((each) => each.id === id);
    expect(finding).toMatchObject({ severity, runbook: `docs/runbook.md#${id}` });
    expect(`${finding?.saw} ${finding?.todo}`).toMatch(says);
    // Some of each part that does not rest on what was spoiled.
    expect(findings.map((each) => each.id)).toEqual(
      expect.arrayContaining(['source-running', 'dns-record', 'schedule']),
    );
  },
);

test('what is well has none of these', async () => {
  const ids = new Set(inputs.map(([, , id]) => id));
  const findings = (await checked(world())).filter(({ id }) => ids.has(id));
  expect(findings.filter(({ severity }) => severity !== 'PASS')).toEqual([]);
  expect(findings).toHaveLength(ids.size);
});
