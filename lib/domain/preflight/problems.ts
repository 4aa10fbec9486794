import { type Problem, ProblemKind } from '../../workflow/documents/findings.ts';
import { type About, type Check, type Learned, pass } from './check.ts';

/** What is so when there is no problem of a kind, and what such a problem is about. */
const kinds: Readonly<Record<ProblemKind, { readonly title: string; readonly about: About }>> = {
  'source-ambiguous': { about: 'application', title: 'The source cluster holds one application' },
  'database-unnamed': { about: 'copy', title: 'Each application names its database' },
  'database-elsewhere': { about: 'copy', title: "Passage's logins go to the applications' databases" },
  'secret-unreadable': { about: 'copy', title: 'Every login and every value that moves can be read' },
  'encryption-key-format': { about: 'application', title: 'Encryption keys can be keys' },
  'variables-unknown': { about: 'application', title: 'Every variable of the source is known' },
  'variables-disagree': { about: 'application', title: "The source's services agree on what moves" },
  'target-missing': { about: 'application', title: 'The application is installed on the target cluster' },
  'release-ambiguous': { about: 'application', title: 'The target cluster holds one release of the application' },
  'canaries-missing': { about: 'copy', title: 'Stored values say which key encrypted them' },
  'canaries-unknown': { about: 'copy', title: 'Stored values were encrypted in a known way, with one key' },
  'zone-split': { about: 'cutover', title: 'One zone answers for the name that users type' },
  'not-looked': { about: 'copy', title: 'Passage could look at everything' },
};

const ranks = ['INFO', 'WARNING', 'BLOCKER'] as const;

/** One check for each kind of problem that collecting may have met; databases alone are told only what there is. */
export const problemChecks: readonly Check[] = ProblemKind.options.map((kind) => ({
  id: kind,
  ...kinds[kind],
  look(collected) {
    const problems = problemsOf(collected).filter((problem) => problem.kind === kind);
    if (problems.length === 0) return collected.plan.databasesOnly ? null : pass('Nothing to say.');
    return {
      severity: ranks.findLast((rank) => problems.some(({ severity }) => severity === rank)) ?? 'INFO',
      saw: problems.map(({ what, where }) => `${what} (${where})`).join(' '),
      todo: [...new Set(problems.map(({ todo }) => todo))].join(' '),
    };
  },
}));

const problemsOf = ({ source, target, dns, mail, databases }: Learned): Problem[] =>
  [source, target, dns, mail, databases].flatMap((document) => document?.problems ?? []);
