import type { LoginSecret } from '../domain/address.ts';
import { several } from '../domain/quantities.ts';
import { tagOf } from '../domain/retool.ts';
import { temporalPlace } from '../domain/retool-variables.ts';
import { describeSource, isNeeded, type ReadContainer, type SourceApplication } from '../domain/source-application.ts';
import type { DeployedMigration } from '../workflow/configuration.ts';
import type { Problem } from '../workflow/documents/findings.ts';
import { WorkflowError } from '../workflow/errors.ts';
import type { ServiceScaling } from './autoscaling.ts';
import type { Ecs, EcsContainer, EcsService } from './ecs.ts';
import type { Reading, SecretValues } from './secret-values.ts';

type SourceCluster = NonNullable<DeployedMigration['source']['ecs']>;

/** Finds every service that has a SERVICE_TYPE, and reads what its variables say. Names tell nothing. Holds secrets. */
export async function findSource(
  { ecs, scaling, values }: { ecs: Ecs; scaling: ServiceScaling; values: SecretValues },
  { cluster, services: chosen, variables }: SourceCluster,
  login: Pick<LoginSecret, 'host' | 'dbname'>,
): Promise<SourceApplication> {
  const read = once(values);
  const containers: ReadContainer[] = [];
  const services = chosen ? await ecs.describe(cluster, chosen) : await ecs.services(cluster);
  const scaled = await scaling.of(
    cluster,
    services.map(({ service }) => service),
  );
  for (const service of services) {
    const { size, architecture, containers: defined } = await ecs.taskDefinition(service.taskDefinition);
    for (const container of defined) {
      containers.push({
        service: {
          service: service.service,
          desiredCount: service.desiredCount,
          daemon: service.daemon,
          taskDefinition: service.taskDefinition,
          launchType: service.launchType,
          image: container.image,
          imageTag: tagOf(container.image),
          size,
          architecture,
          autoscaling: scaled && (scaled.get(service.service) ?? 'none'),
          targetGroups: [...service.targetGroups],
          executeCommand: service.executeCommand,
        },
        environmentFiles: container.environmentFiles,
        volumes: container.volumes,
        ...(await readVariables(read, container)),
      });
    }
  }
  const found = describeSource(containers, variables, { host: login.host, database: login.dbname });
  if (found) {
    const members = services.filter(({ service }) => found.services.some((each) => each.service === service));
    return {
      ...found,
      problems: [...found.problems, ...members.flatMap(deploymentUnderWay), ...(scaled ? [] : [notLooked])],
    };
  }
  const inFiles = containers.filter(({ environmentFiles }) => environmentFiles.length > 0);
  const withFiles = several([...new Set(inFiles.map(({ service }) => service.service))]);
  throw new WorkflowError(
    'SourceNotFound',
    `ECS cluster "${cluster}" has no service whose SERVICE_TYPE contains MAIN_BACKEND; check source.ecs in the configuration.${
      withFiles === ''
        ? ''
        : ` Environment files are not read: state SERVICE_TYPE in the task definition (${withFiles}).`
    }`,
  );
}

function deploymentUnderWay({ service, taskDefinition, alsoRunning }: EcsService): Problem[] {
  if (alsoRunning.length === 0) return [];
  const revisions = (arns: readonly string[]) => several(arns.map((arn) => arn.replace(/^.*\//, '')));
  return [
    {
      kind: 'source-ambiguous',
      severity: 'WARNING',
      what: `Tasks run by ${revisions(alsoRunning)} besides ${revisions([taskDefinition])}, of which alone the variables and the version were collected: a deployment is under way, or has failed.`,
      where: service,
      todo: 'Let it end, or roll it back, then look again.',
    },
  ];
}

const notLooked: Problem = {
  kind: 'not-looked',
  severity: 'INFO',
  what: 'Passage may not see what scales services by itself: whether something starts them again during the freeze is not known.',
  where: 'Application Auto Scaling',
  todo: 'Allow CollectSource application-autoscaling:DescribeScalableTargets, DescribeScalingPolicies and DescribeScheduledActions; a policy of the organization may deny them.',
};

/** Only what is looked at is fetched: a secret that nobody needs is not read. */
async function readVariables(
  read: SecretValues['read'],
  { environment, secrets }: EcsContainer,
): Promise<Pick<ReadContainer, 'values' | 'references' | 'unread'>> {
  const values = new Map(environment);
  const unread = new Map<string, { what: string; todo: string }>();
  // A container that is no part of the application has no role, and no secret of it is anybody's business.
  if (!environment.has('SERVICE_TYPE') && !secrets.has('SERVICE_TYPE')) return { values, references: secrets, unread };
  // The host first: by where it is the fate of Temporal's other variables is decided.
  const [hosts, others] = [[...secrets].filter(isHost), [...secrets].filter((each) => !isHost(each))];
  for (const [name, valueFrom] of [...hosts, ...others]) {
    if (!isNeeded(name, values)) continue;
    const reading = await read(valueFrom);
    if ('value' in reading) values.set(name, reading.value);
    else unread.set(name, reading);
  }
  return { values, references: secrets, unread };
}

const isHost = ([name]: readonly [string, string]): boolean => name === temporalPlace.host;

/** Several containers take the same secrets; each is read once. */
function once(values: SecretValues): SecretValues['read'] {
  const readings = new Map<string, Promise<Reading>>();
  return (valueFrom) => {
    const reading = readings.get(valueFrom) ?? values.read(valueFrom);
    readings.set(valueFrom, reading);
    return reading;
  };
}
