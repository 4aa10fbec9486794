import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '../../support/until.ts';
import { startTestKubernetes, type TestKubernetes, WORKER } from '../kubernetes/cluster.ts';
import { openProgram, type Program, withInstalled } from './program.ts';

/** As YAML is JSON's superset, so is a manifest. */
const manifests = (value: string, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'List',
  items: [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'retool' } },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings', namespace: 'retool' },
      data: { KEPT: 'yes', [value.toUpperCase()]: 'set' },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'retool', namespace: 'retool' },
      spec: { selector: { app: 'retool' }, ports: [{ port: 3000 }] },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'retool', namespace: 'retool' },
      spec: {
        replicas: 1,
        selector: { matchLabels: { app: 'retool' } },
        template: {
          metadata: { labels: { app: 'retool' } },
          spec: {
            containers: [
              { name: 'main', image: 'sleep:1', env: [{ name: 'NAME', value }], ports: [{ containerPort: 3000 }] },
            ],
          },
        },
        ...more,
      },
    },
  ],
});

withInstalled(['kubectl'], () => {
  let cluster: TestKubernetes;
  let program: Program;
  const as = { admin: {}, worker: {} } as Record<'admin' | 'worker', Record<string, string>>;
  const kubectl = (...words: string[]) => program.out(as.admin, ...words);
  const apply = async (manifest: object, ...words: string[]) => {
    const file = join(program.home, 'manifest.json');
    writeFileSync(file, JSON.stringify(manifest));
    return program.run(as.admin, 'apply', '--filename', file, ...words);
  };
  const env = '--output=jsonpath={.spec.template.spec.containers[0].env[*].name}';

  beforeAll(async () => {
    cluster = await startTestKubernetes();
    cluster.entries.push({ principalArn: WORKER, kubernetesGroups: ['readers'] });
    cluster.kubernetes.start();
    program = openProgram('kubectl');
    for (const [name, config] of [
      ['admin', await cluster.connect()],
      ['worker', await cluster.connect(WORKER)],
    ] as const) {
      config.contexts = config.contexts.map((context) => ({ ...context, namespace: 'retool' }));
      as[name] = { KUBECONFIG: join(program.home, `${name}.json`) };
      writeFileSync(join(program.home, `${name}.json`), config.exportConfig());
    }
    expect(await apply(manifests('old'))).toEqual({
      stderr: '',
      code: 0,
      stdout:
        'namespace/retool created\nconfigmap/settings created\nservice/retool created\ndeployment.apps/retool created\n',
    });
    await kubectl('rollout', 'status', 'deployment/retool');
  });
  afterAll(async () => {
    program.close();
    await cluster.close();
  });

  test('gets what is there as a table, and as the objects themselves', async () => {
    const lines = (await kubectl('get', 'all', '--no-headers')).split('\n').map((line) => line.split(/\s+/));
    expect(lines).toEqual([
      [expect.stringMatching(/^pod\/retool-\w+-\w+$/), '1/1', 'Running', '0', expect.any(String)],
      ['service/retool', 'ClusterIP', '<none>', '<none>', '3000/TCP', expect.any(String)],
      ['deployment.apps/retool', '1/1', '1', '1', expect.any(String)],
      [''],
    ]);
    expect(await kubectl('get', 'deployments', '--all-namespaces')).toMatch(/^NAMESPACE +NAME +READY +UP-TO-DATE/);
    expect(await kubectl('get', 'cm', 'settings', '--output=jsonpath={.data.OLD}')).toBe('set');
    const missing = await program.run(as.admin, 'get', 'deployment', 'none');
    expect(missing).toMatchObject({
      code: 1,
      stderr: 'Error from server (NotFound): deployments.apps "none" not found\n',
    });
  });

  test('describes deployments, pods and services', async () => {
    const described = await kubectl('describe', 'deployments,pods,services');
    expect(described).toContain('1 desired | 1 updated | 1 total | 1 available');
    expect(described).toMatch(/Controlled By: +Deployment\/retool/);
    expect(described).toMatch(/NAME: +old/);
    expect(described).toMatch(/TargetPort: +3000\/TCP/);
    expect(described).toMatch(/Endpoints: +127\.0\.0\.1:\d+/);
    expect(described).toMatch(/Events: +<none>/);
  });

  test('reads the log of a pod of a deployment', async () => {
    const log = () => kubectl('logs', 'deployment/retool', '--tail=1');
    // Without a probe a pod is ready before its process has said anything.
    await until(async () => (await log()) !== '');
    expect(await log()).toBe('up\n');
    expect(await kubectl('logs', '--selector=app=retool', '--prefix')).toMatch(/^\[pod\/retool-\S+\/main\] up\n$/);
  });

  test('applies what differs, by its name in lists, and removes what is no longer said', async () => {
    // What somebody else added stays: it was never in what was applied.
    await kubectl('set', 'env', 'deployment/retool', 'OTHER=1');
    expect((await apply(manifests('new'), '--dry-run=server')).stdout).toContain(
      'settings configured (server dry run)',
    );
    expect(await kubectl('get', 'cm', 'settings', '--output=jsonpath={.data}')).toBe('{"KEPT":"yes","OLD":"set"}');
    expect((await apply(manifests('new'))).stdout).toBe(
      'namespace/retool unchanged\nconfigmap/settings configured\nservice/retool unchanged\ndeployment.apps/retool configured\n',
    );
    expect(await kubectl('get', 'cm', 'settings', '--output=jsonpath={.data}')).toBe('{"KEPT":"yes","NEW":"set"}');
    expect((await kubectl('get', 'deployment', 'retool', env)).split(' ').sort()).toEqual(['NAME', 'OTHER']);
    const diff = await program.run(as.admin, 'diff', '--filename', join(program.home, 'manifest.json'));
    expect({ code: diff.code, stderr: diff.stderr }).toEqual({ code: 0, stderr: '' });
    const generation = () => kubectl('get', 'deployment', 'retool', '--output=jsonpath={.metadata.generation}');
    const before = await generation();
    expect(await apply(manifests('new'))).toMatchObject({ code: 0, stderr: '' });
    expect(await generation()).toBe(before);
  });

  test('applies the roles that Passage needs, as the README says', async () => {
    const file = fileURLToPath(new URL('../../../lib/kubernetes/rbac.json', import.meta.url));
    const { code, stderr } = await program.run(as.admin, 'apply', '--filename', file);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  test('is refused a field that Kubernetes does not know, and nothing is stored', async () => {
    const { code, stderr } = await apply(manifests('new', { replica: 2 }));
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('unknown field "spec.replica"') });
    expect(await kubectl('get', 'deployment', 'retool', '--output=jsonpath={.spec.replica}{.spec.replicas}')).toBe('1');
  });

  test('restarts a deployment and waits until its new pods have replaced the old ones', async () => {
    const pods = async () => (await kubectl('get', 'pods', '--output=jsonpath={.items[*].metadata.uid}')).split(' ');
    await kubectl('rollout', 'status', 'deployment/retool');
    // A pod that was replaced is listed until its process has ended.
    await until(async () => (await pods()).length === 1);
    const [before] = await pods();
    await kubectl('rollout', 'restart', 'deployment/retool');
    expect(await program.run(as.admin, 'rollout', 'status', 'deployment/retool')).toEqual({
      code: 0,
      stdout: expect.stringContaining('successfully rolled out'),
      stderr: '',
    });
    await until(async () => (await pods()).length === 1);
    expect(await pods()).not.toContain(before);
    await kubectl('scale', 'deployment/retool', '--replicas=2');
    await kubectl('wait', '--for=jsonpath={.status.readyReplicas}=2', 'deployment/retool');
  });

  test('learns what it may do from the roles in the cluster', async () => {
    const may = (...words: string[]) => program.run(as.worker, 'auth', 'can-i', ...words);
    expect(await may('list', 'pods')).toMatchObject({ code: 1, stdout: 'no\n' });
    await kubectl(
      'create',
      'role',
      'reader',
      '--verb=list,watch',
      '--resource=pods',
      '--dry-run=client',
      '--output=json',
    ).then(async (role) => apply(JSON.parse(role)));
    await apply({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'reader' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'readers' }],
    });
    expect(await may('list', 'pods')).toMatchObject({ code: 0, stdout: 'yes\n' });
    expect(await may('delete', 'pods')).toMatchObject({ code: 1, stdout: 'no\n' });
    expect((await may('--list')).stdout).toMatch(/^pods +\[\] +\[\] +\[list watch\]$/m);
    expect(await kubectl('auth', 'can-i', 'delete', 'nodes')).toBe('yes\n');
    const refused = await program.run(as.worker, 'delete', 'configmap', 'settings');
    expect(refused.stderr).toContain('Error from server (Forbidden): configmaps "settings" is forbidden: User');
  });

  test('deletes, and waits until it is gone', async () => {
    expect(await kubectl('delete', 'pod', '--selector=app=retool')).toMatch(/^pod "retool-\S+" deleted/);
    expect(await kubectl('delete', 'namespace', 'retool')).toContain('namespace "retool" deleted');
    expect(await program.run(as.admin, 'get', 'deployments,configmaps,services')).toMatchObject({
      stderr: 'No resources found in retool namespace.\n',
    });
  });
});
