import { later } from '../../../support/run-documents.ts';
import { type Cases, scaling, service, withSource } from '../world.ts';

const scaled = (...[more]: Parameters<typeof scaling>) =>
  withSource({ services: [service({ autoscaling: scaling(more) }), service({ service: 'jobs' })] });
const action = {
  name: 'morning',
  schedule: 'cron(0 7 * * ? *)',
  timezone: 'Europe/Berlin',
  min: 2,
  max: 4,
  until: null,
};
const off = { scaleOut: true, scheduled: true };

export const cases: Cases = {
  'nothing is scaled': { given: {}, severity: 'PASS', says: /No service is scaled/ },
  'not looked at': {
    given: withSource({ services: [service({ autoscaling: null })] }),
    severity: 'INFO',
    says: /Could not be learned.*web/,
  },
  'an alarm starts the minimum at once': {
    given: scaled(),
    severity: 'WARNING',
    says: /web: an alarm of "cpu" starts up to 4, and at once the minimum of 2.*while the tasks still run.*service\/acme-ecs\/web/,
  },
  'an alarm starts tasks even from a minimum of none': { given: scaled({ min: 0 }), severity: 'WARNING', says: /of 0/ },
  'a clock starts tasks': {
    given: scaled({ policies: [], scheduled: [action] }),
    severity: 'WARNING',
    says: /"morning", cron\(0 7 \* \* \? \*\) Europe\/Berlin, starts 2/,
  },
  'a clock that sets the maximum alone brings the service to its minimum': {
    given: scaled({ policies: [], scheduled: [{ ...action, min: null }] }),
    severity: 'WARNING',
    says: /starts 2/,
  },
  'a clock that stops tasks': { given: scaled({ policies: [], scheduled: [{ ...action, min: 0 }] }), severity: 'PASS' },
  'an action that has ended': {
    given: scaled({ policies: [], scheduled: [{ ...action, until: later(-1) }] }),
    severity: 'PASS',
  },
  'an action that was for once, and is over in every zone': {
    given: scaled({ policies: [], scheduled: [{ ...action, schedule: 'at(2026-02-28T08:00:00)' }] }),
    severity: 'PASS',
  },
  'an action for once that may be to come': {
    given: scaled({ policies: [], scheduled: [{ ...action, schedule: 'at(2026-03-01T09:00:00)' }] }),
    severity: 'WARNING',
  },
  'an action for once of a form that is not known': {
    given: scaled({ policies: [], scheduled: [{ ...action, schedule: 'at(soon)' }] }),
    severity: 'WARNING',
  },
  suspended: { given: scaled({ scheduled: [action], suspended: off }), severity: 'PASS', says: /Suspended.*web/ },
  'suspended in part': {
    given: scaled({ scheduled: [action], suspended: { ...off, scheduled: false } }),
    severity: 'WARNING',
    says: /^web: scheduled action/,
  },
  'an alarm that may start none': { given: scaled({ min: 0, max: 0 }), severity: 'PASS' },
  'an action that has not ended yet': {
    given: scaled({ policies: [], scheduled: [{ ...action, until: later(3600) }] }),
    severity: 'WARNING',
  },
  'an action for once that the last zone of the earth has just reached': {
    given: scaled({ policies: [], scheduled: [{ ...action, schedule: 'at(2026-02-28T22:00:00)' }] }),
    severity: 'WARNING',
  },
  'an action for once that the last zone of the earth has passed': {
    given: scaled({ policies: [], scheduled: [{ ...action, schedule: 'at(2026-02-28T21:59:59)' }] }),
    severity: 'PASS',
  },
};
