import { Logger } from '@aws-lambda-powertools/logger';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type { z } from 'zod';
import { type ErrorName, errors, WorkflowError } from '../workflow/errors.ts';
import { type Environment, type Input, type LambdaName, type Output, tasks } from '../workflow/registry.ts';
import { type NamedThing, things } from '../workflow/things.ts';
import type { Connect, Task } from './task.ts';

/**
 * Binds a task to Lambda: input and output are checked against the registry, an error that the task does not
 * declare is reported as a defect, and each call leaves one log line in and one out. Importing costs nothing:
 * dependencies are built at the first call.
 */
export function onLambda<K extends LambdaName, D>(task: Task<K, D>, connect: Connect<K, D>) {
  const logger = new Logger({ serviceName: task.name });
  const definition = tasks[task.name];
  let deps: D | undefined;
  let started = 0;
  return middy<unknown, unknown>()
    .before((request) => {
      started = performance.now();
      logger.addContext(request.context as Context);
      logger.info('begins');
      request.event = checked(definition.input, request.event, 'InvalidInput', task.name);
    })
    .after((request) => {
      request.response = checked(definition.output, request.response, 'InvalidOutput', task.name);
      logger.info('ends', { milliseconds: since(started) });
    })
    .onError((request) => {
      const error = declared(task.name, request.error);
      // Not under "message", which the logger keeps for itself.
      logger.error('fails', { error: error.name, reason: error.message, milliseconds: since(started) });
      request.error = error;
    })
    .handler(async (event, context) => {
      deps ??= connect(environmentOf(task.name));
      return (await task.run(deps, event as Input<K>, {
        requestId: context.awsRequestId,
        remaining: () => context.getRemainingTimeInMillis(),
      })) as Output<K>;
    });
}

const since = (start: number): number => Math.round(performance.now() - start);

function checked(schema: z.ZodType, value: unknown, error: ErrorName, name: string): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.map(({ path, message }) => `${path.join('.') || '(all of it)'}: ${message}`);
  throw new WorkflowError(
    error,
    `${name} ${error === 'InvalidInput' ? 'was given' : 'returned'} what its schema forbids: ${issues.join('; ')}`,
  );
}

/** The error itself when the task declares its name; otherwise a defect, under a name that nothing retries. */
function declared(name: LambdaName, error: unknown): Error {
  const allowed: readonly string[] = [...tasks[name].throws, 'InvalidInput', 'InvalidOutput'];
  if (error instanceof Error && error.name in errors && allowed.includes(error.name)) return error;
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return Object.assign(new Error(`${name} failed in a way it does not declare: ${text}`, { cause: error }), {
    name: 'Undeclared',
  });
}

function environmentOf<K extends LambdaName>(name: K): Environment<K> {
  const values: Partial<Record<NamedThing, string>> = {};
  for (const thing of Object.keys(tasks[name].uses)) {
    const variable = (things as Record<string, { variable?: string }>)[thing]?.variable;
    if (!variable) continue;
    const value = process.env[variable];
    if (value === undefined) throw new Error(`${name} needs the environment variable ${variable}, which is not set.`);
    values[thing as NamedThing] = value;
  }
  return values as Environment<K>;
}
