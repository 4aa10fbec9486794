import type { KubernetesObject } from './objects.ts';
import { badRequest } from './status.ts';

type Labels = Readonly<Record<string, string>>;

/** Whether all labels of a selector are on the object. */
export const matchesLabels = (selector: Labels | undefined, labels: Labels = {}): boolean =>
  selector !== undefined && Object.entries(selector).every(([name, value]) => labels[name] === value);

/** A `labelSelector` of a list request: `app=retool,tier!=web,job-name in (a, b),!legacy`. */
export function labelSelector(text: string | null): (object: KubernetesObject) => boolean {
  const terms = (text ?? '')
    .split(/,(?![^(]*\))/)
    .map((term) => term.trim())
    .filter(Boolean)
    .map(labelTerm);
  return ({ metadata: { labels = {} } }) => terms.every((matches) => matches(labels));
}

function labelTerm(term: string): (labels: Labels) => boolean {
  const set = /^(\S+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(term);
  if (set) {
    const [, name = '', operator, list = ''] = set;
    const values = list.split(',').map((value) => value.trim());
    return (labels) => values.includes(labels[name] ?? '\0') === (operator === 'in');
  }
  const [, negation, name = '', operator, value] = /^(!?)([\w./-]+)\s*(?:(==|=|!=)\s*([\w./-]*))?$/.exec(term) ?? [];
  if (!name) throw badRequest(`unable to parse requirement: ${term}`);
  if (operator === undefined) return (labels) => Object.hasOwn(labels, name) !== (negation === '!');
  return (labels) => (labels[name] === value) === (operator !== '!=');
}

/** A `fieldSelector`: `metadata.name=a,status.phase!=Running`. */
export function fieldSelector(text: string | null): (object: KubernetesObject) => boolean {
  const terms = (text ?? '')
    .split(',')
    .filter(Boolean)
    .map((term) => {
      const [, path, operator, value] = /^([\w.]+)(==|=|!=)(.*)$/.exec(term) ?? [];
      if (!path) throw badRequest(`invalid selector: '${term}'; can't understand '${term}'`);
      return (object: KubernetesObject) => (fieldOf(object, path) === value) === (operator !== '!=');
    });
  return (object) => terms.every((matches) => matches(object));
}

function fieldOf(object: KubernetesObject, path: string): string {
  let value: unknown = object;
  for (const step of path.split('.')) value = (value as Readonly<Record<string, unknown>> | undefined)?.[step];
  return value === undefined ? '' : String(value);
}
