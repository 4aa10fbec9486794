import type { ContainerDefinition, Deployment, Service, Task, TaskDefinition, TaskOverride } from '@aws-sdk/client-ecs';

/** A shape of the SDK as it is on the wire: instants are seconds since the epoch. */
type Wire<T> = T extends Date
  ? number
  : T extends readonly (infer Item)[]
    ? Wire<Item>[]
    : T extends object
      ? { [Key in keyof T]: Wire<T[Key]> }
      : T;

export type TaskRecord = Omit<Wire<Task>, 'containers' | 'overrides'> & {
  taskArn: string;
  clusterArn: string;
  taskDefinitionArn: string;
  /** `service:<name>` or `family:<name>`. */
  group: string;
  lastStatus: TaskStatus;
  desiredStatus: 'RUNNING' | 'STOPPED';
  version: number;
  createdAt: number;
  containers: (NonNullable<Wire<Task>['containers']>[number] & { name: string })[];
  overrides: TaskOverride;
};

export type TaskStatus = 'PROVISIONING' | 'PENDING' | 'RUNNING' | 'STOPPING' | 'STOPPED';

export type TaskDefinitionRecord = Omit<Wire<TaskDefinition>, 'containerDefinitions'> & {
  taskDefinitionArn: string;
  family: string;
  revision: number;
  containerDefinitions: (ContainerDefinition & { name: string })[];
};

export type DeploymentRecord = Omit<Wire<Deployment>, 'status'> & {
  id: string;
  taskDefinition: string;
  status: 'PRIMARY' | 'ACTIVE';
};

export type ServiceRecord = Omit<Wire<Service>, 'deployments' | 'events'> & {
  serviceArn: string;
  serviceName: string;
  clusterArn: string;
  status: 'ACTIVE' | 'DRAINING' | 'INACTIVE';
  desiredCount: number;
  taskDefinition: string;
  /** The primary deployment first; then the older ones whose tasks still run. */
  deployments: DeploymentRecord[];
  /** The newest first, as AWS answers them. */
  events: { id: string; createdAt: number; message: string }[];
};

/** All that ECS remembers; one document on disk. */
export interface EcsState {
  clusters: string[];
  taskDefinitions: TaskDefinitionRecord[];
  services: ServiceRecord[];
  tasks: TaskRecord[];
  /** `<cluster ARN> <client token>` → what was asked with it and which tasks it started. */
  clientTokens: Record<string, { request: string; taskArns: string[] /** Epoch seconds. */; at: number }>;
}

export const emptyState = (): EcsState => ({
  clusters: [],
  taskDefinitions: [],
  services: [],
  tasks: [],
  clientTokens: {},
});

/** Where the simulated account is. */
export interface Location {
  readonly region: string;
  readonly accountId: string;
}

/** `arn:aws:ecs:eu-west-1:123456789012:<resource>` */
export const ecsArn = ({ region, accountId }: Location, resource: string) =>
  `arn:aws:ecs:${region}:${accountId}:${resource}`;

/** The name at the end of an ARN; a name stays as it is. */
export const nameOf = (nameOrArn: string): string => nameOrArn.slice(nameOrArn.lastIndexOf('/') + 1);
