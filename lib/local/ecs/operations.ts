import { z } from 'zod';
import { authorizeDependents } from '../iam/dependent-actions.ts';
import { type Authorize, AwsError, type Endpoint, type Principal } from '../wire/endpoint.ts';
import { jsonEndpoint, operation } from '../wire/json.ts';
import type { Cluster, TaskPlacement } from './ecs.ts';
import { ecsArn, type Location, nameOf, type TaskDefinitionRecord } from './model.ts';

/** What the wire needs of the service behind it. */
interface EcsService extends Location {
  cluster(nameOrArn: string | undefined): Cluster;
  definition(reference: string): TaskDefinitionRecord;
  register(definition: DefinitionInput): TaskDefinitionRecord;
  place(placement: TaskPlacement): TaskList;
  clusters(): string[];
}
type TaskList = readonly object[];

const text = z.string();
const pair = z.looseObject({ name: text, value: text.optional() });
const page = { maxResults: z.int().min(1).max(100).optional(), nextToken: text.optional() };

const containerDefinition = z.looseObject({
  name: text,
  image: text,
  essential: z.boolean().optional(),
  command: z.array(text).optional(),
  entryPoint: z.array(text).optional(),
  environment: z.array(pair).optional(),
  secrets: z.array(z.object({ name: text, valueFrom: text })).optional(),
  portMappings: z.array(z.looseObject({ containerPort: z.int().optional(), hostPort: z.int().optional() })).optional(),
  stopTimeout: z.int().max(120).optional(),
  workingDirectory: text.optional(),
});

/** RegisterTaskDefinition's input, as far as the simulated cluster reads it; the rest is kept and answered. */
export const definitionInput = z.looseObject({
  family: text,
  containerDefinitions: z.array(containerDefinition).min(1),
  taskRoleArn: text.optional(),
  executionRoleArn: text.optional(),
  cpu: text.optional(),
  memory: text.optional(),
});
export type DefinitionInput = z.input<typeof definitionInput>;

const overrides = z.looseObject({
  taskRoleArn: text.optional(),
  containerOverrides: z
    .array(z.looseObject({ name: text, command: z.array(text).optional(), environment: z.array(pair).optional() }))
    .optional(),
});
const tags = z.array(z.object({ key: text, value: text.optional() })).optional();

/** The ECS API: each operation checks its permission on the resource that IAM names for it, then acts. */
export function ecsEndpoint(service: EcsService, authorize: Authorize): Endpoint {
  const may = (principal: Principal, action: string, resource: string, cluster?: string) =>
    authorize(principal, `ecs:${action}`, resource, cluster ? { 'ecs:cluster': cluster } : undefined);
  const mayPass = (principal: Principal, roles: readonly (string | undefined)[]) => {
    for (const role of roles) {
      authorizeDependents(authorize, principal, 'ecs: a role is handed to a task', { role });
    }
  };

  return jsonEndpoint({
    service: 'ecs',
    targetPrefix: 'AmazonEC2ContainerServiceV20141113',
    version: '1.1',
    operations: {
      DescribeClusters: operation(
        z.looseObject({ clusters: z.array(text).optional() }),
        ({ clusters }, { principal }) => {
          const found: object[] = [];
          const failures: object[] = [];
          for (const reference of clusters?.length ? clusters : ['default']) {
            const arn = ecsArn(service, `cluster/${nameOf(reference)}`);
            may(principal, 'DescribeClusters', arn);
            if (service.clusters().includes(arn)) found.push(service.cluster(arn).describe());
            else failures.push({ arn, reason: 'MISSING' });
          }
          return { clusters: found, failures };
        },
      ),

      ListServices: operation(z.looseObject({ cluster: text.optional(), ...page }), (input, { principal }) => {
        const cluster = service.cluster(input.cluster);
        may(principal, 'ListServices', '*', cluster.arn);
        const { items, nextToken } = paged(
          cluster.services().map((each) => each.serviceArn),
          input,
          10,
        );
        return { serviceArns: items, nextToken };
      }),

      DescribeServices: operation(
        z.looseObject({ cluster: text.optional(), services: z.array(text) }),
        ({ cluster: reference, services }, { principal }) => {
          if (services.length === 0) throw invalid('Services cannot be empty.');
          if (services.length > 10) throw invalid('Services cannot have more than 10 elements.');
          const cluster = service.cluster(reference);
          const found: object[] = [];
          const failures: object[] = [];
          for (const name of services) {
            const arn = ecsArn(service, `service/${cluster.name}/${nameOf(name)}`);
            may(principal, 'DescribeServices', arn, cluster.arn);
            const one = cluster.findService(name);
            if (one) found.push(cluster.describeService(one));
            else failures.push({ arn, reason: 'MISSING' });
          }
          return { services: found, failures };
        },
      ),

      UpdateService: operation(
        z.looseObject({
          cluster: text.optional(),
          service: text,
          desiredCount: z.int().min(0).optional(),
          taskDefinition: text.optional(),
          forceNewDeployment: z.boolean().optional(),
        }),
        (input, { principal }) => {
          const cluster = service.cluster(input.cluster);
          may(
            principal,
            'UpdateService',
            ecsArn(service, `service/${cluster.name}/${nameOf(input.service)}`),
            cluster.arn,
          );
          const definition = input.taskDefinition ? service.definition(input.taskDefinition) : undefined;
          if (definition) mayPass(principal, [definition.taskRoleArn, definition.executionRoleArn]);
          return { service: cluster.updateService(input.service, { ...input, definition }) };
        },
      ),

      DescribeTaskDefinition: operation(
        z.looseObject({ taskDefinition: text }),
        ({ taskDefinition }, { principal }) => {
          may(principal, 'DescribeTaskDefinition', '*');
          return { taskDefinition: service.definition(taskDefinition), tags: [] };
        },
      ),

      RegisterTaskDefinition: operation(definitionInput, (input, { principal }) => {
        may(principal, 'RegisterTaskDefinition', ecsArn(service, `task-definition/${input.family}:*`));
        mayPass(principal, [input.taskRoleArn, input.executionRoleArn]);
        return { taskDefinition: service.register(input), tags: [] };
      }),

      RunTask: operation(
        z.looseObject({
          cluster: text.optional(),
          taskDefinition: text,
          count: z.int().min(1).max(10).optional(),
          clientToken: z.string().max(64).optional(),
          startedBy: z.string().max(128).optional(),
          group: text.optional(),
          overrides: overrides.optional(),
          tags,
        }),
        (input, { principal }) => {
          const cluster = service.cluster(input.cluster);
          const definition = service.definition(input.taskDefinition);
          may(principal, 'RunTask', definition.taskDefinitionArn, cluster.arn);
          mayPass(principal, [input.overrides?.taskRoleArn ?? definition.taskRoleArn, definition.executionRoleArn]);
          for (const { name } of input.overrides?.containerOverrides ?? []) {
            if (!definition.containerDefinitions.some((each) => each.name === name)) {
              throw invalid(`Override for container named ${name} is not a container in the TaskDefinition.`);
            }
          }
          // A copy of this moment: the tasks change before the answer is written.
          return { tasks: structuredClone(service.place({ ...input, cluster, definition })), failures: [] };
        },
      ),

      DescribeTasks: operation(
        z.looseObject({ cluster: text.optional(), tasks: z.array(text).min(1).max(100) }),
        ({ cluster: reference, tasks }, { principal }) => {
          const cluster = service.cluster(reference);
          const found: object[] = [];
          const failures: object[] = [];
          for (const name of tasks) {
            const arn = ecsArn(service, `task/${cluster.name}/${nameOf(name)}`);
            may(principal, 'DescribeTasks', arn, cluster.arn);
            const one = cluster.tasks().find((task) => task.taskArn === arn);
            if (one) found.push(one);
            else failures.push({ arn, reason: 'MISSING' });
          }
          return { tasks: found, failures };
        },
      ),

      ListTasks: operation(
        z.looseObject({
          cluster: text.optional(),
          serviceName: text.optional(),
          family: text.optional(),
          startedBy: text.optional(),
          desiredStatus: z.enum(['RUNNING', 'PENDING', 'STOPPED']).default('RUNNING'),
          ...page,
        }),
        (input, { principal }) => {
          const cluster = service.cluster(input.cluster);
          may(principal, 'ListTasks', '*', cluster.arn);
          if (input.serviceName && !cluster.findService(input.serviceName)) throw serviceNotFound();
          const matching = cluster
            .tasks()
            .filter(
              (task) =>
                task.desiredStatus === input.desiredStatus &&
                (!input.serviceName || task.group === `service:${nameOf(input.serviceName)}`) &&
                (!input.family || nameOf(task.taskDefinitionArn).replace(/:\d+$/, '') === input.family) &&
                (!input.startedBy || task.startedBy === input.startedBy),
            );
          const { items, nextToken } = paged(
            matching.map((task) => task.taskArn),
            input,
            100,
          );
          return { taskArns: items, nextToken };
        },
      ),

      StopTask: operation(
        z.looseObject({ cluster: text.optional(), task: text, reason: text.optional() }),
        ({ cluster: reference, task, reason }, { principal }) => {
          const cluster = service.cluster(reference);
          const arn = ecsArn(service, `task/${cluster.name}/${nameOf(task)}`);
          may(principal, 'StopTask', arn, cluster.arn);
          const found = cluster.tasks().find((each) => each.taskArn === arn);
          if (!found) throw invalid('The referenced task was not found.');
          cluster.stopTask(found, reason ?? 'Task stopped by user');
          return { task: found };
        },
      ),
    },
  });
}

const invalid = (message: string) => new AwsError('InvalidParameterException', 400, message);
export const serviceNotFound = () => new AwsError('ServiceNotFoundException', 400, 'Service not found.');

/** AWS's paging: the token is opaque to callers; here it is where the next page begins. */
function paged<T>(all: readonly T[], asked: { maxResults?: number; nextToken?: string }, size: number) {
  const from = Number(asked.nextToken ?? 0);
  if (!Number.isInteger(from)) throw invalid('Invalid token.');
  const to = from + (asked.maxResults ?? size);
  return { items: all.slice(from, to), nextToken: to < all.length ? String(to) : undefined };
}
