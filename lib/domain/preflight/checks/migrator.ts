import { several } from '../../quantities.ts';
import { type Check, pass, warning } from '../check.ts';

/** They never open the application's database. */
const without: readonly string[] = ['code-executor', 'temporal'];

/** Pods that migrate the schema at the same time have left it half-way before. */
export const check: Check = {
  id: 'migrator',
  title: 'One deployment of the target migrates the schema',
  about: 'application',
  needsTarget: true,
  look({ target }) {
    const migrating = target.deployments
      .filter(({ role, mayMigrate }) => mayMigrate && !without.includes(role))
      .map(({ name }) => name);
    if (migrating.length === 1) return pass(`Only ${migrating[0]} may.`);
    if (migrating.length === 0) {
      return warning(
        'No deployment may: each sets DISABLE_DATABASE_MIGRATIONS.',
        "Let one of them (the jobs runner, in the vendor's chart) migrate, or an upgrade leaves the schema behind.",
      );
    }
    return warning(
      `${several(migrating)} may all migrate when they start.`,
      'Set DISABLE_DATABASE_MIGRATIONS=true on all but one. With equal tags on both sides there is nothing to migrate.',
    );
  },
};
