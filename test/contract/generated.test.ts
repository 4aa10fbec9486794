import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generatedFiles } from '../../lib/commands/docs.ts';
import { rbacFor } from '../../lib/kubernetes/rbac.ts';
import { MigrationConfiguration } from '../../lib/workflow/configuration.ts';
import { lambdaNames, tasks } from '../../lib/workflow/registry.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : '');

test.each(generatedFiles().map(({ path, text }) => [relative(project, path), path, text]))(
  '%s is what the code says; `node bin/docs.ts` writes it',
  (_, path, text) => {
    expect(read(path!)).toBe(text);
  },
);

test('the migrations that are shipped are valid', () => {
  for (const file of readdirSync(`${project}migrations`)) {
    const { error } = MigrationConfiguration.safeParse(JSON.parse(read(`${project}migrations/${file}`)));
    expect([file, error?.issues ?? []]).toEqual([file, []]);
  }
});

describe('what a target cluster grants', () => {
  const items = rbacFor('billing').items as readonly {
    kind: string;
    metadata: { name: string; namespace?: string };
    subjects?: readonly { name: string }[];
    rules?: readonly { resources: readonly string[]; resourceNames?: readonly string[]; verbs: readonly string[] }[];
  }[];

  test('it grants to the groups of the access entries, each of them, and to no other', () => {
    const groups = new Set(lambdaNames.flatMap((name) => ('kubernetes' in tasks[name] ? tasks[name].kubernetes : [])));
    const bound = items.flatMap(({ subjects = [] }) => subjects.map(({ name }) => name));
    expect([...new Set(bound)].sort()).toEqual([...groups].sort());
  });

  test('nothing but the lists of deployments and nodes reaches beyond one namespace, and no rule has a wildcard', () => {
    const everywhere = items.filter(({ kind }) => kind === 'ClusterRole').map(({ rules }) => rules);
    expect(everywhere).toEqual([
      [
        { apiGroups: ['apps'], resources: ['deployments'], verbs: ['list'] },
        { apiGroups: [''], resources: ['nodes'], verbs: ['list'] },
      ],
    ]);
    expect(JSON.stringify(items)).not.toContain('*');
    const spaces = items.flatMap(({ kind, metadata }) => (kind === 'Role' ? [metadata] : []));
    expect(spaces).toEqual([
      { name: 'passage-launcher', namespace: 'passage' },
      { name: 'passage-reader', namespace: 'billing' },
      { name: 'passage-operator', namespace: 'billing' },
      { name: 'passage-boot', namespace: 'billing' },
    ]);
  });

  test('of the pods in the namespace of the application only the booted one is touched', () => {
    const ofBoot = items.find(({ kind, metadata }) => kind === 'Role' && metadata.name === 'passage-boot')?.rules ?? [];
    const pods = ofBoot.filter(({ resources }) => resources.some((each) => each.startsWith('pods')));
    expect(pods.filter(({ resourceNames }) => resourceNames?.join() !== 'passage-boot')).toEqual([
      { apiGroups: [''], resources: ['pods'], verbs: ['create'] },
    ]);
    expect(ofBoot.flatMap(({ resources }) => resources)).not.toContain('secrets');
  });

  test('of the secrets only the encryption key, the database password and what moved along are read', () => {
    const secrets = items.flatMap(({ rules = [] }) => rules.filter(({ resources }) => resources.includes('secrets')));
    expect(secrets).toEqual([
      {
        apiGroups: [''],
        resources: ['secrets'],
        resourceNames: ['encryption-key', 'db-credentials', 'extra-env-vars'],
        verbs: ['get'],
      },
    ]);
  });
});
