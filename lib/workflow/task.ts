import type { z } from 'zod';
import type { ErrorName } from './errors.ts';
import type { NamedThing, Uses } from './things.ts';

interface TaskShape<I extends z.ZodType, O extends z.ZodType, E extends readonly ErrorName[], U extends Uses> {
  /** One sentence for the console and the generated documentation. */
  readonly summary: string;
  readonly input: I;
  readonly output: O;
  /** Every name it may fail with, apart from InvalidInput and InvalidOutput, which every task may. */
  readonly throws: E;
  readonly uses: U;
  readonly timeoutSeconds: number;
}

/** Runs inside the network of the databases and the cluster. */
interface Network {
  readonly network?: 'private';
}

/** What Kubernetes lets a task do: the group of its EKS access entry. */
export type KubernetesGroup = 'passage:reader' | 'passage:operator' | 'passage:launcher' | 'passage:boot';

/** A task that runs as a Lambda function, `lambdas/<task in kebab case>/handler.ts`. */
export const lambda = <
  I extends z.ZodType,
  O extends z.ZodType,
  const E extends readonly ErrorName[],
  const U extends Uses,
>(
  shape: TaskShape<I, O, E, U> & Network & { readonly kubernetes?: KubernetesGroup; readonly memoryMegabytes?: number },
) => ({ kind: 'lambda' as const, ...shape });

/** A task that runs in a container of the copier: on Fargate, or in a pod of the target cluster. */
export const worker = <
  I extends z.ZodType,
  O extends z.ZodType,
  const E extends readonly ErrorName[],
  const U extends Uses,
>(
  shape: TaskShape<I, O, E, U> & {
    readonly runsOn: 'fargate' | 'pod';
    readonly heartbeatSeconds: number;
    readonly memoryMegabytes: number;
    readonly vcpu: number;
  },
) => ({ kind: 'worker' as const, ...shape });

/** The environment of a task that uses these things: their values, by thing. */
export type EnvironmentOf<U extends Uses> = { readonly [T in Extract<keyof U, NamedThing>]: string };
