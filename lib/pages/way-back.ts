import type { Summary } from '../workflow/summary.ts';
import { type Html, html } from './html.ts';

/** What a cutover that goes wrong leads to, said before there is one: nobody should have to look for it then. */
export function wayBackSection({ mode, checks }: Summary): Html | null {
  const known = checks.find(({ id }) => id === 'way-back');
  if (mode === 'cutover' || known === undefined) return null;
  return html`<section id="way-back"><h2>If a cutover goes wrong</h2><dl class="pairs"><dt>Until the point of no return</dt><dd>Any failure, a “no”, a deadline that passes and a run that is stopped put everything back by themselves: ${known.saw} Nothing is lost, since nobody could write meanwhile; users are back as soon as the source's services have started.</dd><dt>After it</dt><dd>The target is open to users, and the source is sealed with all its data. Nothing is put back without a person, because what was written on the target since would be lost.</dd><dt>Where it is</dt><dd>After “switch” was approved and the record points at the target: just before the target's gate opens.</dd></dl></section>`;
}
