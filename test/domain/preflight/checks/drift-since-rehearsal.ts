import type { Change } from '../../../../lib/workflow/documents/measurement.ts';
import { plan } from '../../../support/run-documents.ts';
import { type Cases, fine } from '../world.ts';

const since = fine.drift!;
const change = (what: string, more: Partial<Change> = {}): Change => ({
  about: 'version',
  what,
  was: 'one',
  is: 'two',
  matters: true,
  stops: false,
  because: 'why',
  ...more,
});
const changed = (...changes: Change[]) => ({ drift: { ...since, changes } });
const migrated = change('schema migrations of the source', { stops: true });
const larger = change('size of the source');
const scaled = change('service web: tasks', { matters: false });

export const cases: Cases = {
  nothing: { given: {}, severity: 'PASS', says: /Nothing changed since rehearsal monday/ },
  'something that does not matter': { given: changed(scaled), severity: 'PASS', says: /tasks: one → two/ },
  'something that matters': { given: changed(larger, scaled), severity: 'WARNING', says: /size .*Rehearse again/ },
  'another schema': {
    given: changed(migrated, larger),
    severity: 'BLOCKER',
    says: /schema migrations of the source: one → two\. 1 more .*Rehearse again/,
  },
  'another schema, in a rehearsal': {
    given: { ...changed(migrated), plan: plan({ mode: 'rehearsal' }) },
    severity: 'INFO',
  },
  'evidence of another version': {
    given: { drift: { ...since, notCompared: ['target'] } },
    severity: 'INFO',
    says: /target\. Another version of Passage/,
  },
};
