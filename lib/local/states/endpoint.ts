import { z } from 'zod';
import type { Engine } from '../engine/engine.ts';
import type { Authorize, Endpoint, SignedRequest } from '../wire/endpoint.ts';
import { epochSeconds, jsonEndpoint, operation } from '../wire/json.ts';
import { arnOf } from './arns.ts';
import { createMachine, createMachineInput } from './create-machine.ts';
import { handOver } from './machine-role.ts';
import { invalidToken, pageOf, pageRequest, pageSize, readToken, writeToken } from './paging.ts';
import { showDescription, showEvent, showListed, showMachineOfExecution, showStateMachine } from './shapes.ts';
import { testStateInput } from './test-state.ts';

const stateMachineArn = arnOf('stateMachine');
const executionArn = arnOf('execution');
const taskToken = z.string().min(1).max(2048);
const ended = {
  error: z.string().max(256).optional(),
  cause: z.string().max(32_768).optional(),
};
const includedData = z.enum(['ALL_DATA', 'METADATA_ONLY']).default('ALL_DATA');
const executionStatus = z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED']);

/** The AWS JSON 1.0 wire of Step Functions (signing name `states`) before an engine. */
export function statesEndpoint({ engine, authorize }: { engine: Engine; authorize: Authorize }): Endpoint {
  const allow = ({ principal }: SignedRequest, action: string, resource: string) =>
    authorize(principal, `states:${action}`, resource);

  return jsonEndpoint({
    service: 'states',
    targetPrefix: 'AWSStepFunctions',
    version: '1.0',
    operations: {
      StartExecution: operation(
        z.strictObject({ stateMachineArn, name: z.string().optional(), input: z.string().optional() }),
        ({ name, input, ...of }, request) => {
          allow(request, 'StartExecution', of.stateMachineArn);
          const started = engine.startExecution({
            ...of,
            ...(name !== undefined && { name }),
            ...(input !== undefined && { input }),
            principalArn: request.principal.arn,
          });
          return { executionArn: started.executionArn, startDate: epochSeconds(started.startDate) };
        },
      ),

      RedriveExecution: operation(
        z.strictObject({ executionArn, clientToken: z.string().min(1).max(64).optional() }),
        ({ clientToken, ...of }, request) => {
          allow(request, 'RedriveExecution', of.executionArn);
          const token = clientToken === undefined ? {} : { clientToken };
          return { redriveDate: epochSeconds(engine.redriveExecution({ ...of, ...token }).redriveDate) };
        },
      ),

      StopExecution: operation(z.strictObject({ executionArn, ...ended }), (input, request) => {
        allow(request, 'StopExecution', input.executionArn);
        const { error, cause } = input;
        const { stopDate = 0 } = engine.stopExecution({
          executionArn: input.executionArn,
          ...(error !== undefined && { error }),
          ...(cause !== undefined && { cause }),
        });
        return { stopDate: epochSeconds(stopDate) };
      }),

      DescribeExecution: operation(z.strictObject({ executionArn, includedData }), (input, request) => {
        allow(request, 'DescribeExecution', input.executionArn);
        const description = engine.describeExecution(input.executionArn);
        return showDescription(description, engine.whyNotRedrivable(input.executionArn), input.includedData);
      }),

      GetExecutionHistory: operation(
        z.strictObject({
          executionArn,
          reverseOrder: z.boolean().default(false),
          includeExecutionData: z.boolean().default(true),
          ...pageRequest,
        }),
        (input, request) => {
          allow(request, 'GetExecutionHistory', input.executionArn);
          const { executionArn: of, reverseOrder: backwards } = input;
          const list = `${backwards ? 'end' : 'beginning'} of ${of}`;
          const position = readToken(list, z.number().int().min(0), input);
          const page = engine.historyPage(of, { most: pageSize(input), backwards, position });
          if (!page) throw invalidToken();
          return {
            events: page.events.map((event) => showEvent(event, input.includeExecutionData)),
            ...(page.position !== undefined && { nextToken: writeToken(list, page.position) }),
          };
        },
      ),

      ListExecutions: operation(
        z.strictObject({
          stateMachineArn,
          statusFilter: executionStatus.optional(),
          redriveFilter: z.enum(['REDRIVEN', 'NOT_REDRIVEN']).optional(),
          ...pageRequest,
        }),
        ({ statusFilter, redriveFilter, ...input }, request) => {
          allow(request, 'ListExecutions', input.stateMachineArn);
          engine.describeStateMachine(input.stateMachineArn);
          const executions = engine.listExecutions({
            stateMachineArn: input.stateMachineArn,
            ...(statusFilter !== undefined && { status: statusFilter }),
            ...(redriveFilter !== undefined && { redriven: redriveFilter === 'REDRIVEN' }),
          });
          const list = [input.stateMachineArn, statusFilter, redriveFilter].join(' ');
          const { items, nextToken } = pageOf(
            list,
            executions,
            (execution) => [-execution.startDate, execution.executionArn],
            input,
          );
          return { executions: items.map(showListed), nextToken };
        },
      ),

      CreateStateMachine: operation(createMachineInput, (input, request) => {
        const machine = engine.machineArn(input.name);
        allow(request, 'CreateStateMachine', machine);
        handOver(authorize, request.principal, input.roleArn, machine);
        return createMachine(engine, input);
      }),

      ListStateMachines: operation(z.strictObject(pageRequest), (page, request) => {
        allow(request, 'ListStateMachines', '*');
        const machines = engine.listStateMachines().sort((a, b) => (a.name < b.name ? -1 : 1));
        const { items, nextToken } = pageOf('machines', machines, ({ name }) => [name], page);
        return {
          stateMachines: items.map((machine) => ({
            stateMachineArn: machine.stateMachineArn,
            name: machine.name,
            type: 'STANDARD',
            creationDate: epochSeconds(machine.creationDate),
          })),
          nextToken,
        };
      }),

      DescribeStateMachine: operation(z.strictObject({ stateMachineArn, includedData }), (input, request) => {
        allow(request, 'DescribeStateMachine', input.stateMachineArn);
        return showStateMachine(engine.describeStateMachine(input.stateMachineArn), input.includedData);
      }),

      DescribeStateMachineForExecution: operation(z.strictObject({ executionArn, includedData }), (input, request) => {
        allow(request, 'DescribeStateMachineForExecution', input.executionArn);
        const machine = engine.describeStateMachineForExecution(input.executionArn);
        return showMachineOfExecution(machine, input.includedData);
      }),

      TestState: operation(testStateInput, (input, request) => {
        allow(request, 'TestState', '*');
        if (input.revealSecrets) allow(request, 'RevealSecrets', '*');
        if (input.roleArn !== undefined) handOver(authorize, request.principal, input.roleArn);
        return engine.testState(input);
      }),

      SendTaskSuccess: operation(z.strictObject({ taskToken, output: z.string() }), (input, request) => {
        allow(request, 'SendTaskSuccess', engine.stateMachineOfTask(input.taskToken));
        engine.sendTaskSuccess(input);
        return {};
      }),

      SendTaskFailure: operation(z.strictObject({ taskToken, ...ended }), ({ taskToken, error, cause }, request) => {
        allow(request, 'SendTaskFailure', engine.stateMachineOfTask(taskToken));
        engine.sendTaskFailure({
          taskToken,
          ...(error !== undefined && { error }),
          ...(cause !== undefined && { cause }),
        });
        return {};
      }),

      SendTaskHeartbeat: operation(z.strictObject({ taskToken }), (input, request) => {
        allow(request, 'SendTaskHeartbeat', engine.stateMachineOfTask(input.taskToken));
        engine.sendTaskHeartbeat(input);
        return {};
      }),
    },
  });
}
