import { temporalPlace } from '../../retool-variables.ts';
import { type Check, info, pass, unlearned, warning } from '../check.ts';
import { isUnknown } from '../unknown.ts';

/** State of workflows that run is in Temporal's own database, not in Retool's. */
export const check: Check = {
  id: 'temporal-cluster',
  title: 'Running workflows depend on no Temporal cluster of their own on the source',
  about: 'application',
  look({ source }) {
    if (!source.workflows) {
      return unlearned('whether the source runs workflows.', 'Look for WORKFLOW_TEMPORAL_… in its task definitions.');
    }
    const { temporal, workflows, agents } = source.workflows;
    const hosts = source.companions.filter(({ role }) => role === 'temporal').map(({ service }) => service);
    if (temporal?.kind === 'own' || hosts.length > 0) {
      return warning(
        `The source has a Temporal cluster of its own (${temporal?.host ?? hosts.join(', ')}), which does not move.`,
        'Let running workflows end before the freeze (they may last 30 hours) or accept their loss, and choose the cluster of the target: Retool-managed, or Temporal Cloud.',
      );
    }
    if (temporal) {
      return info(
        `Temporal at ${temporal.host} stays where it is.`,
        'Never run workers of both sides on one task queue: those of the target stay off until the source is stopped.',
      );
    }
    if (isUnknown(source, temporalPlace.host)) {
      return unlearned(
        `whether the source has a Temporal cluster of its own: the value of ${temporalPlace.host} is not known.`,
        'Look where it comes from. A cluster of its own does not move; never run workers of both sides on one task queue.',
      );
    }
    return pass(workflows || agents ? 'Temporal is managed by Retool.' : 'Neither workflows nor agents are deployed.');
  },
};
