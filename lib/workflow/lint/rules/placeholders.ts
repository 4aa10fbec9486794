import { everyState, type State } from '../../states.ts';
import type { Rule } from '../rule.ts';

const ACCOUNT = /arn:[\w-]+:[\w-]+:[\w-]*:\d{12}:/;

export const rule: Rule = {
  id: 'placeholders',
  title: 'An identity is a placeholder that a task or machine owns, never a literal nor ${AWS::…}',
  *find(machine) {
    for (const [state, definition] of everyState(machine)) {
      const text = JSON.stringify(ownFields(definition));
      for (const placeholder of new Set(text.match(/\$\{[^}]*\}?/g))) {
        if (/^\$\{[A-Za-z0-9]+\}$/.test(placeholder)) continue;
        const message = placeholder.startsWith('${AWS::')
          ? `${placeholder} stays as it is: CloudFormation replaces only what a task or machine owns.`
          : `${placeholder} stays as it is: a placeholder is letters and digits between \${ and }.`;
        yield { state, message };
      }
      const literal = ACCOUNT.exec(text)?.[0];
      if (literal)
        yield { state, message: `${literal}… names an account: write the placeholder of what it identifies.` };
    }
  },
};

/** Without its branches and loops, whose states are looked at by themselves. */
const ownFields = ({ Branches: _branches, ItemProcessor: _loop, ...own }: State): object => own;
