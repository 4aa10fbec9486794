import { type Problem, ProblemKind } from '../../workflow/findings.ts';
import { type Check, type Collected, pass } from './check.ts';

/** What is so when there is no problem of a kind. */
const titles: Readonly<Record<ProblemKind, string>> = {
  'source-ambiguous': 'The source cluster holds one application',
  'database-unnamed': 'Each application names its database',
  'database-elsewhere': "Passage's logins go to the applications' databases",
  'secret-unreadable': 'Every value that moves can be read',
  'encryption-key-format': 'Encryption keys can be keys',
  'variables-unknown': 'Every variable of the source is known',
  'variables-disagree': "The source's services agree on what moves",
  'release-ambiguous': 'The target cluster holds one release of the application',
  'canaries-missing': 'Stored values say which key encrypted them',
  'canaries-unknown': 'Stored values were encrypted in a known way, with one key',
  'zone-split': 'One zone answers for the name that users type',
  'not-looked': 'Passage could look at everything',
};

const ranks = ['INFO', 'WARNING', 'BLOCKER'] as const;

/** One check for each kind of problem that collecting may have met; databases alone are told only what there is. */
export const problemChecks: readonly Check[] = ProblemKind.options.map((kind) => ({
  id: kind,
  title: titles[kind],
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

const problemsOf = ({ source, target, dns, databases }: Collected): Problem[] =>
  [source, target, dns, databases].flatMap(({ problems }) => problems);
