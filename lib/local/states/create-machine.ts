import { z } from 'zod';
import { DefinitionRefused, type Engine } from '../engine/engine.ts';
import { AwsError } from '../wire/endpoint.ts';
import { epochSeconds } from '../wire/json.ts';

/** CreateStateMachine's request. What the engine has nothing for (logging, tracing, versions, keys) is refused by name. */
export const createMachineInput = z.strictObject({
  name: z.string().min(1).max(80),
  definition: z.string().min(1).max(1_048_576),
  roleArn: z.string().min(1).max(256),
  type: z.enum(['STANDARD', 'EXPRESS']).default('STANDARD'),
  tags: z.array(z.object({ key: z.string(), value: z.string() })).optional(),
});

/** Idempotent by name and definition, as on AWS: another role or other tags are the same request, and change nothing. */
export function createMachine(
  engine: Engine,
  { name, definition, roleArn, type }: z.output<typeof createMachineInput>,
): object {
  if (type === 'EXPRESS') {
    throw new AwsError('StateMachineTypeNotSupported', 400, 'Express workflows are not simulated: only STANDARD ones.');
  }
  const present = engine.listStateMachines().find((machine) => machine.name === name);
  if (present && present.definition !== definition) {
    throw new AwsError('StateMachineAlreadyExists', 400, `State Machine Already Exists: '${present.stateMachineArn}'`);
  }
  try {
    const machine = present ?? engine.createStateMachine({ name, definition, roleArn });
    return { stateMachineArn: machine.stateMachineArn, creationDate: epochSeconds(machine.creationDate) };
  } catch (error) {
    if (!(error instanceof DefinitionRefused)) throw error;
    throw new AwsError('InvalidDefinition', 400, `Invalid State Machine Definition: '${error.message}'`);
  }
}
