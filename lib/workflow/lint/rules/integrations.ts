import { everyState } from '../../states.ts';
import type { Rule } from '../rule.ts';

/** What Passage grants, and what the local run knows, with the arguments that each cannot do without. */
const integrations: Readonly<Record<string, readonly string[]>> = {
  'arn:aws:states:::lambda:invoke': ['FunctionName', 'Payload'],
  'arn:aws:states:::lambda:invoke.waitForTaskToken': ['FunctionName', 'Payload'],
  // Without the client token a repeated call runs a second task.
  'arn:aws:states:::ecs:runTask.waitForTaskToken': ['Cluster', 'TaskDefinition', 'ClientToken'],
  'arn:aws:states:::states:startExecution.sync:2': ['StateMachineArn', 'Input'],
};

export const integrationNames = Object.keys(integrations);

export const rule: Rule = {
  id: 'integrations',
  title: 'A Task calls what exists, is granted and is simulated, with the arguments that the call needs',
  *find(machine) {
    for (const [state, { Type, Resource = '', Arguments }] of everyState(machine)) {
      if (Type !== 'Task') continue;
      const needed = integrations[Resource];
      if (!needed) {
        yield {
          state,
          message: `"Resource" is ${Resource || 'missing'}, and none of: ${integrationNames.join(', ')}.`,
        };
        continue;
      }
      // Arguments that one expression makes are known only when it is evaluated.
      if (typeof Arguments === 'string') continue;
      const missing = needed.filter((name) => !Object.hasOwn((Arguments ?? {}) as object, name));
      if (missing.length > 0) yield { state, message: `"Arguments" lacks ${missing.join(', ')}.` };
    }
  },
};
