import type { Summary } from '../workflow/summary.ts';
import { type Html, html } from './html.ts';

/** What a heading of docs/runbook.md is followed by, in paragraphs of Markdown, by its anchor. */
export type Runbook = ReadonlyMap<string, { readonly title: string; readonly paragraphs: readonly string[] }>;

/** @param text docs/runbook.md: a heading for each error and each check, then "Meaning", "Look at" and "Do" */
export function parseRunbook(text: string): Runbook {
  const sections = text.split(/^#+ /m).slice(1);
  return new Map(
    sections.map((section) => {
      const [title = '', ...lines] = section.split('\n');
      const paragraphs = lines.join('\n').split(/\n(?=\*\*)|\n{2,}/);
      return [anchorOf(title), { title, paragraphs: paragraphs.map((each) => each.trim()).filter(Boolean) }];
    }),
  );
}

/** As GitHub makes them. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^a-z0-9 _-]/g, '')
    .replaceAll(' ', '-');

/** `docs/runbook.md#dns-ttl` → `dns-ttl` */
const fragment = (reference: string): string => reference.slice(reference.indexOf('#') + 1);

/** The section that is referred to, in this page where it holds it. */
export const reference = (to: string): Html => html`<a href="#runbook-${fragment(to)}"><code>${to}</code></a>`;

/** Bold and code; a report needs no more of Markdown. */
const inline = (text: string): Html[] =>
  text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((part) => {
    if (part.startsWith('`')) return html`<code>${part.slice(1, -1)}</code>`;
    return part.startsWith('**') ? html`<strong>${part.slice(2, -2)}</strong>` : html`${part}`;
  });

const paragraphOf = (text: string): Html => {
  const [, code] = /^```\w*\n([\s\S]*)\n```$/.exec(text) ?? [];
  return code === undefined ? html`<p>${inline(text)}</p>` : html`<pre>${code}</pre>`;
};

/** Whoever a report is forwarded to has no checkout: what the runbook says of its error and open checks is in it. */
export function runbookSection({ error, checks }: Summary, runbook: Runbook): Html | null {
  const open = checks.filter(({ severity }) => severity === 'BLOCKER' || severity === 'WARNING');
  const wanted = new Set([...(error ? [error.runbook] : []), ...open.map((check) => check.runbook)].map(fragment));
  const found = [...wanted].flatMap((anchor) => {
    const section = runbook.get(anchor);
    return section ? [{ anchor, ...section }] : [];
  });
  if (found.length === 0) return null;
  return html`<section id="runbook"><h2>From the runbook</h2>${found.map(
    ({ anchor, title, paragraphs }) =>
      html`<div class="entry" id="runbook-${anchor}"><h3 class="mono">${title}</h3>${paragraphs.map(paragraphOf)}</div>`,
  )}</section>`;
}
