import { inner, type State, type States } from './states.ts';

/** A machine as a Mermaid flowchart: what GitHub draws from a README. Dashed arrows are what a Catch follows. */
export function mermaid(machine: States): string {
  return ['flowchart TD', `  start((" ")) --> ${id(machine.StartAt)}`, ...lines(machine, '  ')].join('\n');
}

function lines(machine: States, indent: string): string[] {
  return Object.entries(machine.States).flatMap(([name, state]) => [
    ...node(name, state, indent),
    ...arrows(name, state).map((arrow) => `${indent}${arrow}`),
  ]);
}

function node(name: string, state: State, indent: string): string[] {
  const branches = inner(state);
  if (branches.length === 0) return [`${indent}${id(name)}${shape(name, state)}`];
  return [
    `${indent}subgraph ${id(name)}["${name}"]`,
    ...branches.flatMap((branch) => lines(branch, `${indent}  `)),
    `${indent}end`,
  ];
}

function shape(name: string, { Type }: State): string {
  if (Type === 'Choice') return `{"${name}"}`;
  if (Type === 'Succeed' || Type === 'Fail') return `(["${name}"])`;
  return `["${name}"]`;
}

function arrows(name: string, { Next, Default, Choices = [], Catch = [] }: State): string[] {
  return [
    ...Choices.map((choice) => `${id(name)} -->|yes| ${id(choice.Next)}`),
    ...(Default ? [`${id(name)} -->|no| ${id(Default)}`] : []),
    ...(Next ? [`${id(name)} --> ${id(Next)}`] : []),
    ...[...new Set(Catch.map((catcher) => catcher.Next))].map((next) => `${id(name)} -.-> ${id(next)}`),
  ];
}

const id = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z]+/g, '_')
    .replace(/_$/, '');
