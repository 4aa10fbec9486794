import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { type MachineName, machines } from '../workflow/registry.ts';

/*
 * State machines have given names, so that their ARNs are known before they exist: tasks are allowed to answer the
 * machine that calls them, and machines start each other, without a circle of references.
 */

export const stateMachineName = (machine: MachineName): string => `passage-${machines[machine].folder}`;

export const stateMachineArn = (scope: IConstruct, machine: MachineName): string =>
  Stack.of(scope).formatArn({
    service: 'states',
    resource: 'stateMachine',
    resourceName: stateMachineName(machine),
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });

/** Every execution of a machine. */
export const executionArns = (scope: IConstruct, machine: MachineName): string =>
  Stack.of(scope).formatArn({
    service: 'states',
    resource: 'execution',
    resourceName: `${stateMachineName(machine)}:*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
