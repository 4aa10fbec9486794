import * as iam from 'aws-cdk-lib/aws-iam';
import type { Action, ThingName, Uses } from '../workflow/things.ts';
import { things } from '../workflow/things.ts';

/** Resources on which an action is allowed. */
export interface Grant {
  readonly resources: readonly string[];
  readonly conditions?: Conditions;
  /** Other conditions, for a task that also takes this action on the same thing. */
  readonly beside?: Readonly<Record<Action, Conditions>>;
}

type Conditions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A thing as it is deployed: what a task is told of it, and where each action on it is allowed. */
export interface Binding {
  readonly value?: string;
  readonly allows?: Readonly<Record<Action, Grant>>;
}
export type Bindings = Readonly<Record<ThingName, Binding>>;

/** The environment of a task: the value of each thing it uses that has a variable. */
export function environmentOf(uses: Uses, bindings: Bindings): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const thing of Object.keys(uses) as ThingName[]) {
    const { variable } = things[thing] as { variable?: string };
    if (!variable) continue;
    const { value } = bindings[thing];
    if (value === undefined) throw new Error(`The thing "${thing}" has a variable, but its binding has no value.`);
    environment[variable] = value;
  }
  return environment;
}

/** The statements of a task's role: each action it takes, only where the thing is. */
export function statementsOf(uses: Uses, bindings: Bindings): iam.PolicyStatement[] {
  const granted = (Object.entries(uses) as [ThingName, readonly Action[]][]).flatMap(([thing, actions]) =>
    actions.flatMap((action): Granted | Granted[] => {
      const grant = bindings[thing].allows?.[action];
      if (!grant) throw new Error(`The binding of the thing "${thing}" does not say where ${action} is allowed.`);
      const { resources, conditions, beside = {} } = grant;
      const other = actions.find((each) => each in beside);
      // Nothing to allow it on: no migration names such a thing.
      if (resources.length === 0) return [];
      return { action, resources, conditions: other === undefined ? conditions : beside[other] };
    }),
  );
  return joined(granted).map(
    ({ action, resources, conditions }) =>
      new iam.PolicyStatement({ actions: [action], resources: [...resources], conditions }),
  );
}

interface Granted {
  readonly action: Action;
  readonly resources: readonly string[];
  readonly conditions?: Conditions | undefined;
}

/**
 * One statement for grants that differ only in the prefixes that may be listed, so that none is there that another one
 * makes needless. A prefix that need not be given may also be given: `IfExists` holds the plain condition in itself.
 */
function joined(granted: readonly Granted[]): Granted[] {
  const optional = new Map<string, Set<string>>();
  const required = new Map<string, Set<string>>();
  const others = granted.filter(({ action, resources, conditions = {} }) => {
    const [[operator, keys] = ['', {}], ...more] = Object.entries(conditions);
    const { 's3:prefix': prefixes, ...rest } = keys as Readonly<Record<string, readonly string[]>>;
    const sets = operator === 'StringLikeIfExists' ? optional : operator === 'StringLike' ? required : undefined;
    if (action !== 's3:ListBucket' || !sets || !prefixes || more.length > 0 || Object.keys(rest).length > 0)
      return true;
    const [bucket = ''] = resources;
    sets.set(bucket, new Set([...(sets.get(bucket) ?? []), ...prefixes]));
    return false;
  });
  const listing = (bucket: string, operator: string, prefixes: readonly string[]): Granted[] =>
    prefixes.length === 0
      ? []
      : [
          {
            action: 's3:ListBucket',
            resources: [bucket],
            conditions: { [operator]: { 's3:prefix': [...prefixes].sort() } },
          },
        ];
  return [
    ...withoutCovered(others),
    ...[...optional].flatMap(([bucket, prefixes]) => listing(bucket, 'StringLikeIfExists', [...prefixes])),
    ...[...required].flatMap(([bucket, prefixes]) =>
      listing(
        bucket,
        'StringLike',
        [...prefixes].filter((prefix) => !optional.get(bucket)?.has(prefix)),
      ),
    ),
  ];
}

/** Leaves out a resource that another grant of the same action allows with a shorter pattern: `…/a/*` has all of `…/a/b/*`. */
function withoutCovered(granted: readonly Granted[]): Granted[] {
  const patterns = (action: Action) =>
    granted.flatMap((each) => (each.action === action && !each.conditions ? each.resources : []));
  const covers = (wide: string, narrow: string) =>
    wide !== narrow && wide.length > 1 && wide.endsWith('*') && narrow.startsWith(wide.slice(0, -1));
  return granted
    .map((each) => {
      const all = patterns(each.action);
      return { ...each, resources: each.resources.filter((one) => !all.some((other) => covers(other, one))) };
    })
    .filter(({ resources }) => resources.length > 0);
}
