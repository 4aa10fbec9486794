import * as iam from 'aws-cdk-lib/aws-iam';
import type { Action, ThingName, Uses } from '../workflow/things.ts';
import { things } from '../workflow/things.ts';

/** Resources on which an action is allowed. */
export interface Grant {
  readonly resources: readonly string[];
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Actions without which the first one would be useless, and where they are allowed. */
  readonly needs?: Readonly<Record<Action, Grant>>;
}

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
  return (Object.entries(uses) as [ThingName, readonly Action[]][]).flatMap(([thing, actions]) =>
    actions.flatMap((action) => {
      const grant = bindings[thing].allows?.[action];
      if (!grant) throw new Error(`The binding of the thing "${thing}" does not say where ${action} is allowed.`);
      return statements(action, grant);
    }),
  );
}

function statements(action: Action, { resources, conditions, needs = {} }: Grant): iam.PolicyStatement[] {
  // Nothing to allow it on: no migration names such a thing.
  const own =
    resources.length === 0
      ? []
      : [new iam.PolicyStatement({ actions: [action], resources: [...resources], conditions })];
  return [
    ...own,
    ...(Object.entries(needs) as [Action, Grant][]).flatMap(([other, grant]) => statements(other, grant)),
  ];
}
