import { count, plural } from '../domain/quantities.ts';
import type { Summary } from '../workflow/summary.ts';
import { type Html, html } from './html.ts';
import { breakable } from './tables.ts';

type Variable = Summary['variables'][number];

const groups: readonly {
  readonly fate: Variable['fate'];
  readonly title: string;
  readonly means: string;
  readonly tone: string;
}[] = [
  { fate: 'ask', title: 'Unknown', means: 'not set on the target until you decide', tone: 'warn' },
  { fate: 'carry', title: 'Carried', means: 'set on the target as they are', tone: 'good' },
  { fate: 'hold', title: 'Held back', means: 'set only once the target was checked', tone: 'info' },
  { fate: 'derive', title: 'Derived', means: 'the target has values of its own', tone: 'info' },
  { fate: 'drop', title: 'Dropped', means: 'nothing needs them there', tone: 'info' },
];

/** Shorter groups are read at once. */
const SHOWN = 6;

/** What to write for the unknown ones, as it stands in the migration's file. */
const toWrite = (unknown: readonly Variable[]): string =>
  `"source": { "ecs": { "variables": {\n${unknown.map(({ name }) => `  ${JSON.stringify(name)}: "carry"`).join(',\n')}\n} } }`;

/** The secret's name without its region and account, which are the same for all. */
const whereabouts = (arn: string): string => arn.replace(/^arn:[^:]+:[^:]+:[^:]*:[^:]*:/, '');

function shown({ secret, value, collected }: Variable): Html {
  if (collected) {
    const key = collected.key === null ? '' : `, key ${collected.key}`;
    return html`<span class="mono">${whereabouts(collected.secretArn)}${key}</span>`;
  }
  if (!secret && value !== null) return html`<span class="mono">${value === '' ? '(empty)' : value}</span>`;
  return html`<span class="soft">${secret ? 'not kept' : 'not read'}</span>`;
}

const row = (variable: Variable): Html =>
  html`<tr><td class="mono">${breakable(variable.name)}${variable.secret && html` <span class="tag info">secret</span>`}${!variable.agrees && html` <span class="tag warn">differs between services</span>`}</td><td>${variable.because}</td><td>${shown(variable)}</td><td data-label="Services">${variable.services.join(', ')}</td></tr>`;

const table = (variables: readonly Variable[]): Html =>
  html`<div class="wide"><table class="stack variables"><thead><tr><th>Variable</th><th>Because it</th><th>Value, or the secret it was put in</th><th>Services</th></tr></thead><tbody>${variables.map(row)}</tbody></table></div>`;

/** What becomes of each variable of the source: what nobody has decided first, with what to write. */
export function variablesSection({ variables, mode }: Pick<Summary, 'variables' | 'mode'>): Html | null {
  if (variables.length === 0) return null;
  const found = groups
    .map((group) => ({ ...group, of: variables.filter(({ fate }) => fate === group.fate) }))
    .filter(({ of }) => of.length > 0);
  return html`<section id="variables"><h2>Variables of the application</h2>
<p>${plural(variables.length, 'variable')} on the source: ${found.map(({ title, of }, index) => html`${index > 0 && ', '}${count(of.length)} ${title.toLowerCase()}`)}. No value of what may be a secret stands here.${mode !== 'cutover' && ' The secrets that this run wrote are deleted at its end; a cutover’s stay.'}</p>${found.map(
    ({ fate, title, means, tone, of }) => {
      const head = html`<span class="tag ${tone}">${title}</span> ${count(of.length)}, ${means}`;
      if (fate === 'ask') {
        return html`<h3>${head}</h3><div class="note warn"><p>Write “carry” or “drop” for each into the migration’s file, and deploy:</p><pre>${toWrite(of)}</pre></div>${table(of)}`;
      }
      return of.length <= SHOWN
        ? html`<h3>${head}</h3>${table(of)}`
        : html`<details><summary><h3>${head}</h3></summary>${table(of)}</details>`;
    },
  )}</section>`;
}
