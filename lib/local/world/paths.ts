import { join, resolve } from 'node:path';

/** Where everything lies in the work directory. */
export interface WorldPaths {
  readonly directory: string;
  /** Names the command that has the world up. */
  readonly lock: string;
  /** One file for each child process. */
  readonly processes: string;
  /** What the simulated services remember: one folder a service. */
  service(name: string): string;
  /** What IAM was asked. */
  readonly permissions: string;
  /** What a function wrote. */
  functionLog(name: string): string;
  /** Every mail that was sent, one JSON file each. */
  readonly outbox: string;
  /** What the sample's user was told is stored. */
  readonly journal: string;
  /** Where the data folders of the PostgreSQL clusters are: root's lie outside of the checkout. */
  readonly clusters: string;
}

export function worldPaths(workDirectory: string): WorldPaths {
  const directory = resolve(workDirectory);
  return {
    directory,
    lock: join(directory, 'world.lock'),
    processes: join(directory, 'processes'),
    service: (name) => join(directory, name),
    permissions: join(directory, 'iam'),
    functionLog: (name) => join(directory, 'lambda', 'logs', `${name}.log`),
    outbox: join(directory, 'outbox'),
    journal: join(directory, 'writer.jsonl'),
    clusters: join(directory, 'clusters.json'),
  };
}
