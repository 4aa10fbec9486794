import { camelCased } from '../assembly/compute.ts';
import { type Integration, type Json, TaskFailure } from '../engine/engine.ts';
import { isObject } from '../engine/json.ts';
import { sessionOf } from '../engine/task-role.ts';
import { AwsError, type Endpoint } from '../wire/endpoint.ts';
import { callAs } from './call.ts';

/** `ecs:runTask.waitForTaskToken`: RunTask as the machine's role; the task answers by the token it was given. */
export function runTaskIntegrations(ecs: Endpoint): Record<string, Integration> {
  return {
    'arn:aws:states:::ecs:runTask.waitForTaskToken': async (call) => {
      const input = camelCased(call.arguments);
      try {
        const answer = await callAs(ecs, sessionOf(call), 'AmazonEC2ContainerServiceV20141113.RunTask', input);
        return { ...(pascalCased(answer) as { [key: string]: Json }), SdkHttpMetadata: { HttpStatusCode: 200 } };
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        throw new TaskFailure(`ECS.${error.code.replace(/Exception$/, '')}Exception`, error.message);
      }
    },
  };
}

function pascalCased(value: Json): Json {
  if (Array.isArray(value)) return value.map(pascalCased);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key.charAt(0).toUpperCase() + key.slice(1), pascalCased(inner)]),
  );
}
