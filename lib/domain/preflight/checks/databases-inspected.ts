import { blocker, type Check, pass } from '../check.ts';

export const check: Check = {
  id: 'databases-inspected',
  title: 'Passage can sign in to both databases and look into them',
  about: 'copy',
  look({ refused, databases }) {
    if (refused) {
      return blocker(
        `${refused.message} Every check that looks into the databases is missing.`,
        `See docs/runbook.md#${refused.name.toLowerCase()}. A run's files/ have create-source-login.sql and create-target-login.sql with its names.`,
      );
    }
    return databases && pass('Both were read.');
  },
};
