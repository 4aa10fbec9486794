import type { Autoscaling } from '../../../workflow/documents/capacity.ts';
import { several } from '../../quantities.ts';
import { type Check, pass, unlearned, warning } from '../check.ts';

/** A scaling policy or a scheduled action starts tasks again that the freeze has stopped. */
export const check: Check = {
  id: 'source-autoscaling',
  title: 'No auto scaling starts tasks of the source again during the freeze',
  about: 'cutover',
  look({ source, configuration, now }) {
    const unseen = source.services.filter(({ autoscaling }) => autoscaling === null).map(({ service }) => service);
    if (unseen.length > 0) {
      return unlearned(
        `whether Application Auto Scaling starts tasks of ${several(unseen)}.`,
        "Look at the services' auto scaling. A task that starts during the freeze is found: SourceStillRunning.",
      );
    }
    const scaled = source.services.flatMap(({ service, autoscaling }) =>
      autoscaling === null || autoscaling === 'none' ? [] : [{ service, starts: whatStarts(autoscaling, now) }],
    );
    const starting = scaled.filter(({ starts }) => starts.length > 0);
    if (starting.length > 0) {
      const [first] = starting;
      const resource = `service/${configuration.source.ecs?.cluster}/${first?.service}`;
      return warning(
        starting.map(({ service, starts }) => `${service}: ${starts.join('; ')}.`).join(' '),
        `Suspend it before the cutover, while the tasks still run: aws application-autoscaling register-scalable-target --service-namespace ecs --scalable-dimension ecs:service:DesiredCount --resource-id ${resource} --suspended-state DynamicScalingInSuspended=true,DynamicScalingOutSuspended=true,ScheduledScalingSuspended=true. On a service that is stopped already, this very call starts its minimum. Resume it if the cutover is put back.`,
      );
    }
    if (scaled.length === 0) return pass('No service is scaled by itself.');
    const names = scaled.map(({ service }) => service);
    return pass(`Suspended, or without a policy and a schedule that could start a task: ${several(names)}.`);
  },
};

/** What may still start a task, in a few words each. */
function whatStarts({ min, max, policies, scheduled, suspended }: Autoscaling, now: number): string[] {
  const byAlarm =
    suspended.scaleOut || max === 0 || policies.length === 0
      ? []
      : [
          `an alarm of ${several(policies.map((name) => `"${name}"`))} starts up to ${max}, and at once the minimum of ${min}`,
        ];
  const byClock = scheduled
    .filter((action) => !suspended.scheduled && (action.min ?? min) > 0 && !isOver(action, now))
    .map(
      (action) =>
        `scheduled action "${action.name}", ${action.schedule}${action.timezone ? ` ${action.timezone}` : ''}, starts ${action.min ?? min}`,
    );
  return [...byAlarm, ...byClock];
}

/** No zone of the earth is further from UTC. */
const FURTHEST_ZONE_MS = 14 * 3_600_000;

function isOver({ schedule, until }: Autoscaling['scheduled'][number], now: number): boolean {
  if (until !== null && Date.parse(until) < now) return true;
  const [, once] = /^at\((.+)\)$/.exec(schedule) ?? [];
  return once !== undefined && Date.parse(`${once}Z`) + FURTHEST_ZONE_MS < now;
}
