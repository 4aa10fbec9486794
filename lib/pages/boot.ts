import { bytes, count, duration, plural } from '../domain/quantities.ts';
import type { Boot } from '../workflow/documents/boot.ts';
import type { Summary } from '../workflow/summary.ts';
import { type Html, html } from './html.ts';

/** What the schema migrations of a boot came to, in a sentence. */
export function migrationsText({ migrations: { logged, before, after, newest } }: Boot): string {
  const ran = before !== null && after !== null ? after - before : null;
  const what =
    ran === null
      ? 'could not be counted'
      : ran === 0
        ? `none was due, ${count(after ?? 0)} had run before`
        : `${plural(ran, 'migration')} ran, up to ${newest}`;
  return logged ? what : `${what}; its log does not say that they are up to date`;
}

/** In one line, for a terminal or a chat. */
export function bootLine({ health, seconds, migrations, memory, decryption }: Boot): string {
  const ran = (migrations.after ?? 0) - (migrations.before ?? 0);
  const parts = [
    `${health.status} in ${duration(seconds.boot)}`,
    decryption.proved ? 'its key is that of the stored values' : 'its key NOT proved',
    ran === 0 ? 'no migration due' : `${plural(ran, 'migration')} ran`,
    memory.peakBytes === null ? null : `at most ${bytes(memory.peakBytes)} in use`,
  ];
  return parts.filter((part) => part !== null).join(', ');
}

function memoryText({ peakBytes, samples, because, limit }: Boot['memory']): string {
  const used =
    peakBytes === null
      ? `not known: ${because ?? 'no reason given'}`
      : `${bytes(peakBytes)}, the most of ${plural(samples, 'sample')} from its start to its first answers`;
  return limit === null ? used : `${used}; its limit is ${limit}`;
}

/** The report's section on what one backend of the target did on the copy. */
export function bootSection({ boot }: Pick<Summary, 'boot'>): Html | null {
  if (boot === null) return null;
  const { seconds, health, memory, decryption } = boot;
  return html`<section id="boot"><h2>The target, booted on the copy</h2><dl class="pairs"><dt>Image</dt><dd class="mono">${boot.image}</dd><dt>Health</dt><dd>${health.status}${health.version !== null && `, version ${health.version}`}, asked as ${boot.previewName}</dd><dt>Boot</dt><dd>${duration(seconds.boot)} from its process to the first healthy answer, after ${duration(seconds.start)} for node, image and volumes; Kubernetes tells whole seconds</dd><dt>Migrations</dt><dd>${migrationsText(boot)}</dd><dt>Peak memory</dt><dd>${memoryText(memory)}</dd><dt>Encryption key</dt><dd><span class="tag ${decryption.proved ? 'good' : 'warn'}">${decryption.proved ? 'proved' : 'not proved'}</span> ${decryption.saw}</dd></dl><details><summary>${plural(boot.changes.length, 'variable')} not as in deployment ${boot.deployment}</summary><table class="stack"><tbody>${boot.changes.map(({ name, how, because }) => html`<tr><td class="mono">${name}</td><td>${how}</td><td>${because}</td></tr>`)}</tbody></table></details></section>`;
}
