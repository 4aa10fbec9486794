import { folderOf } from '../../workflow/registry.ts';
import { allOf, type Resources, type Statement, statementsIn, textsIn } from './template.ts';
import { forTheNetwork, withoutResource } from './without-resource.ts';

interface Role {
  readonly name: string;
  readonly service: string;
  readonly statements: readonly Statement[];
}

const GROUPS: readonly [service: string, title: string][] = [
  ['lambda', 'Functions'],
  ['ecs-tasks', 'The task that dumps'],
  ['pods.eks', 'The pod that restores'],
  ['states', 'State machines'],
  ['events', 'Rules that start runs'],
];

/**
 * Who may do what in a deployment, as one Markdown document for a review: what is allowed on `*` with the reason, then
 * each role, then what resources themselves allow and deny.
 * @param resources of the template, by logical id
 */
export function permissionsDocument(resources: Resources): string {
  const roles = rolesOf(resources);
  return [
    '# Permissions',
    '',
    'Every permission that a deployment grants, as `npm run docs` reads it from the synthesized template: with the names of your',
    'own migrations and settings once they are in `migrations/` and `cdk.json`. `npm run permissions` proves against what runs',
    'have asked of IAM that none is there without need. What the deploying person needs: [deployment.md](deployment.md#who-deploys).',
    '',
    `${roles.length} roles, each assumed by one AWS service, with policies of its own and no managed ones. No action is a wildcard.`,
    '`${Account}` and `${Region}` are those of the deployment, other names in `${…}` resources of the stack.',
    '',
    '## Allowed on every resource',
    '',
    ...everywhere(roles),
    '',
    'All that follows names its resources. Every function may also write to its own log group (`logs:CreateLogStream`,',
    '`logs:PutLogEvents`). What each is for: [lib/workflow/tasks](../lib/workflow/tasks), and its description in the console.',
    ...GROUPS.flatMap(([service, title]) => {
      const those = roles.filter((role) => role.service === service);
      return those.length === 0
        ? []
        : ['', `## ${title}`, '', `Assumed by \`${service}.amazonaws.com\`.`, '', ...table(those)];
    }),
    '',
    '## What resources allow and deny by themselves',
    '',
    ...resourcePolicies(resources),
    '',
    '## In the target cluster',
    '',
    'By access entries; what each group may do there is in [lib/kubernetes/rbac.json](../lib/kubernetes/rbac.json).',
    '',
    ...inCluster(resources),
    '',
  ].join('\n');
}

function rolesOf(resources: Resources): Role[] {
  const policies = allOf(resources, 'AWS::IAM::Policy');
  return allOf(resources, 'AWS::IAM::Role').map(([id, { Properties }]) => {
    const trust = JSON.stringify(Properties.AssumeRolePolicyDocument);
    return {
      name: nameOf(id, Properties.Description),
      service: /"Service":"([\w.-]+)\.amazonaws\.com"/.exec(trust)?.[1] ?? trust,
      statements: policies
        .filter(([, policy]) => JSON.stringify(policy.Properties.Roles).includes(`"${id}"`))
        .flatMap(([, policy]) => statementsIn(policy.Properties.PolicyDocument, resources)),
    };
  });
}

/** As its description calls it; else its logical id, without the hash that CDK adds. */
const nameOf = (id: string, description: unknown): string =>
  typeof description === 'string'
    ? description.replace(/^Passage: (the state machine )?/, '')
    : id.replace(/(Role)?[0-9A-F]{8}$/, '');

const isEverywhere = ({ Effect, resources }: Statement): boolean => Effect === 'Allow' && resources.includes('*');

function everywhere(roles: readonly Role[]): string[] {
  const granted = roles.flatMap(({ name, statements }) =>
    statements.filter(isEverywhere).flatMap(({ actions, conditions }) =>
      actions.map((action) => ({
        action,
        name,
        conditions,
        reason: withoutResource[action] ?? 'no reason is given',
      })),
    ),
  );
  const same = Map.groupBy(granted, ({ reason, conditions }) => `${reason}\n${conditions}`);
  return rows(
    ['actions', 'why on `*`', 'condition', 'roles'],
    [...same.values()].map((each) => [
      codes(each.map(({ action }) => action)),
      each[0]!.reason,
      each[0]!.conditions,
      [...new Set(each.map(({ name }) => name))].sort().join(', '),
    ]),
  );
}

function table(roles: readonly Role[]): string[] {
  return rows(
    ['role', 'actions', 'resources', 'condition'],
    roles.flatMap(({ name, statements }) => {
      const told = statements.filter((one) => !isEverywhere(one) && !isDeniedNetwork(one) && !isOwnLog(name, one));
      return told.length === 0
        ? [[`**${name}**`, '', '', '']]
        : told.map(({ Effect, actions, resources, conditions }, index) => [
            index === 0 ? `**${name}**` : '',
            `${Effect === 'Allow' ? '' : `${Effect}:<br>`}${codes(actions)}`,
            codes(resources),
            conditions,
          ]);
    }),
  );
}

/** Beside the same actions on `*`: they are denied to the function's own code. */
const isDeniedNetwork = ({ Effect, actions }: Statement): boolean =>
  Effect === 'Deny' && actions.every((action) => forTheNetwork.includes(action));

const isOwnLog = (name: string, { resources }: Statement): boolean =>
  resources.every((resource) => resource.endsWith(`:log-group:/aws/lambda/passage-${folderOf(name)}:*`));

function resourcePolicies(resources: Resources): string[] {
  const documents = [
    ...allOf(resources, 'AWS::S3::BucketPolicy').map(([, { Properties }]) => ({
      on: textsIn(Properties.Bucket, resources),
      statements: statementsIn(Properties.PolicyDocument, resources),
    })),
    ...allOf(resources, 'AWS::KMS::Key').map(([id, { Properties }]) => ({
      on: [nameOf(id, undefined)],
      statements: statementsIn(Properties.KeyPolicy, resources),
    })),
  ];
  const functions = allOf(resources, 'AWS::Lambda::Permission').map(([, { Properties }]) => [
    codes(textsIn(Properties.FunctionName, resources)),
    'Allow',
    codes(textsIn(Properties.Principal, resources)),
    codes(textsIn(Properties.Action, resources)),
    '',
    `from ${codes(textsIn(Properties.SourceArn, resources))}`,
  ]);
  return rows(
    ['of', 'effect', 'whom', 'actions', 'resources', 'condition'],
    [
      ...documents.flatMap(({ on, statements }) =>
        statements.map(({ Effect, principals, actions, resources: named, conditions }) => [
          codes(on),
          Effect,
          codes(principals),
          codes(actions),
          codes(named),
          conditions,
        ]),
      ),
      ...functions,
    ],
  );
}

function inCluster(resources: Resources): string[] {
  const entries = allOf(resources, 'AWS::EKS::AccessEntry').map(([, { Properties }]) => ({
    cluster: textsIn(Properties.ClusterName, resources).join(),
    group: textsIn(Properties.KubernetesGroups, resources).join(),
    role: roleBehind(Properties.PrincipalArn, resources),
  }));
  const pods = allOf(resources, 'AWS::EKS::PodIdentityAssociation').map(([, { Properties }]) => [
    codes(textsIn(Properties.ClusterName, resources)),
    `service account ${codes(textsIn(Properties.ServiceAccount, resources))} of namespace ${codes(textsIn(Properties.Namespace, resources))}`,
    `is given the role of ${roleBehind(Properties.RoleArn, resources)} (Pod Identity)`,
  ]);
  const grouped = Map.groupBy(entries, ({ cluster, group }) => `${cluster}\n${group}`);
  return rows(
    ['cluster', 'group', 'roles'],
    [
      ...[...grouped.values()].map((each) => [
        codes([each[0]!.cluster]),
        codes([each[0]!.group]),
        each.map(({ role }) => role).join(', '),
      ]),
      ...pods,
    ],
  );
}

const roleBehind = (value: unknown, resources: Resources): string => {
  const [id] = (value as { 'Fn::GetAtt': readonly [string, string] })['Fn::GetAtt'];
  return nameOf(id, resources[id]?.Properties.Description);
};

const codes = (values: readonly string[]): string => [...new Set(values)].map((value) => `\`${value}\``).join('<br>');

const rows = (head: readonly string[], body: readonly (readonly string[])[]): string[] =>
  [head, head.map(() => '---'), ...body].map((cells) => `| ${cells.join(' | ')} |`);
