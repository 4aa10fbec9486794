import jsonata from 'jsonata';

/** What an expression reads. */
export interface Reading {
  /** Names of variables without `$`; those that the expression binds itself are its own affair. */
  readonly variables: ReadonlySet<string>;
  /** Names of functions that it calls or hands on, without `$`. */
  readonly functions: ReadonlySet<string>;
  /** What follows `$states`, name by name: `['context', 'Task', 'Token']`. */
  readonly states: readonly StatesPath[];
  /** What it takes from a context that Step Functions does not give: `$`, `$$`, `*`, or the bare name of a field. */
  readonly contextual: ReadonlySet<string>;
}

interface StatesPath {
  readonly path: readonly string[];
  /** Only the hash of it is used. */
  readonly hashed: boolean;
}

/** The functions of JSONata 2.0.6, what AWS adds to them, and not `$eval`, which AWS takes away. */
export const functions: ReadonlySet<string> = new Set([
  ...['abs', 'append', 'assert', 'average', 'boolean', 'ceil', 'clone', 'contains', 'count', 'decodeUrl'],
  ...['decodeUrlComponent', 'distinct', 'each', 'encodeUrl', 'encodeUrlComponent', 'error', 'exists', 'filter'],
  ...['floor', 'formatBase', 'formatInteger', 'formatNumber', 'fromMillis', 'join', 'keys', 'length', 'lookup'],
  ...['lowercase', 'map', 'match', 'max', 'merge', 'millis', 'min', 'not', 'now', 'number', 'pad', 'parseInteger'],
  ...['power', 'reduce', 'replace', 'reverse', 'round', 'shuffle', 'sift', 'single', 'sort', 'split', 'spread'],
  ...['sqrt', 'string', 'substring', 'substringAfter', 'substringBefore', 'sum', 'toMillis', 'trim', 'type'],
  ...['uppercase', 'zip', 'base64encode', 'base64decode'],
  ...['partition', 'range', 'hash', 'random', 'uuid', 'parse'],
]);

/** Reads an expression without evaluating it; `problem` says why it is not JSONata. */
export function read(source: string): { reading?: Reading; problem?: string } {
  try {
    return { reading: readingOf(jsonata(source).ast() as unknown as Node) };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

/** A node of JSONata's syntax tree: its parts stand in many fields, which depend on its type. */
interface Node {
  readonly type?: string;
  readonly value?: unknown;
  readonly steps?: readonly Node[];
  readonly procedure?: Node;
  readonly arguments?: readonly Node[];
  readonly lhs?: Node;
  readonly focus?: string;
  readonly index?: string;
  readonly [part: string]: unknown;
}

/** Fields whose expressions are evaluated for the items of what stands before them: there, `$` and names mean something. */
const perItem = ['predicate', 'stages', 'group', 'terms', 'pattern', 'update', 'delete'];

function readingOf(tree: Node): Reading {
  const variables = new Set<string>();
  const called = new Set<string>();
  const bound = new Set<string>();
  const states: StatesPath[] = [];
  const contextual = new Set<string>();

  /** `within`: the function whose argument this is; `items`: whether a context was given. */
  const visit = (node: Node, within: string | undefined, items: boolean): void => {
    if (node.focus) bound.add(node.focus);
    if (node.index) bound.add(node.index);
    if (node.type === 'bind' && node.lhs) bound.add(String(node.lhs.value));
    if (node.type === 'lambda') for (const parameter of node.arguments ?? []) bound.add(String(parameter.value));
    if (!items && node.type && ['name', 'wildcard', 'descendant', 'parent'].includes(node.type)) {
      contextual.add(String(node.value));
    }
    if (node.type === 'variable') {
      const name = String(node.value);
      if (name === '$' || (name === '' && !items)) contextual.add(`$${name}`);
      else if (name === 'states') states.push({ path: [], hashed: within === 'hash' });
      else if (name !== '') (functions.has(name) ? called : variables).add(name);
    }
    if (node.procedure?.type === 'variable') called.add(String(node.procedure.value));
    const [first, ...rest] = node.steps ?? [];
    if (first?.type === 'variable' && first.value === 'states') {
      const end = rest.findIndex(({ type }) => type !== 'name');
      const names = rest.slice(0, end < 0 ? undefined : end).map(({ value }) => String(value));
      states.push({ path: names, hashed: within === 'hash' });
      parts(first, within, items);
    } else if (first) visit(first, within, items);
    for (const step of rest) visit(step, within, true);
    parts(node, within, items);
  };

  const parts = (node: Node, within: string | undefined, items: boolean): void => {
    const callee = node.procedure?.type === 'variable' ? String(node.procedure.value) : within;
    for (const [field, part] of Object.entries(node)) {
      if (field === 'steps' || (field === 'procedure' && node.procedure?.type === 'variable')) continue;
      if (field === 'lhs' && node.type === 'bind') continue;
      if (field === 'arguments' && node.type === 'lambda') continue;
      for (const each of nodesIn(part)) visit(each, callee, items || perItem.includes(field));
    }
  };

  visit(tree, undefined, false);
  for (const own of bound) {
    variables.delete(own);
    called.delete(own);
  }
  return { variables, functions: called, states, contextual };
}

function nodesIn(part: unknown): Node[] {
  if (Array.isArray(part)) return part.flatMap(nodesIn);
  return typeof part === 'object' && part !== null && !(part instanceof RegExp) ? [part as Node] : [];
}
