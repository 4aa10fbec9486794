import { z } from 'zod';
import type { Engine } from '../engine/engine.ts';
import type { Authorize, Endpoint, SignedRequest } from '../wire/endpoint.ts';
import { epochSeconds, jsonEndpoint, operation } from '../wire/json.ts';
import { arnOf } from './arns.ts';
import { createMachine, createMachineInput } from './create-machine.ts';
import { pageOf, pageRequest } from './paging.ts';
import { showDescription, showEvent, showListed, showMachineOfExecution, showStateMachine } from './shapes.ts';
import { testStateInput } from './test-state.ts';

const stateMachineArn = arnOf('stateMachine');
const executionArn = arnOf('execution');
const taskToken = z.string().min(1).max(2048);
const ended = {
  error: z.string().max(256).optional(),
  cause: z.string().max(32_768).optional(),
};
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
        z.object({ stateMachineArn, name: z.string().optional(), input: z.string().optional() }),
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
        z.object({ executionArn, clientToken: z.string().min(1).max(64).optional() }),
        ({ clientToken, ...of }, request) => {
          allow(request, 'RedriveExecution', of.executionArn);
          const token = clientToken === undefined ? {} : { clientToken };
          return { redriveDate: epochSeconds(engine.redriveExecution({ ...of, ...token }).redriveDate) };
        },
      ),

      StopExecution: operation(z.object({ executionArn, ...ended }), (input, request) => {
        allow(request, 'StopExecution', input.executionArn);
        const { error, cause } = input;
        const { stopDate = 0 } = engine.stopExecution({
          executionArn: input.executionArn,
          ...(error !== undefined && { error }),
          ...(cause !== undefined && { cause }),
        });
        return { stopDate: epochSeconds(stopDate) };
      }),

      DescribeExecution: operation(z.object({ executionArn }), (input, request) => {
        allow(request, 'DescribeExecution', input.executionArn);
        const description = engine.describeExecution(input.executionArn);
        return showDescription(description, engine.whyNotRedrivable(input.executionArn));
      }),

      GetExecutionHistory: operation(
        z.object({
          executionArn,
          reverseOrder: z.boolean().default(false),
          includeExecutionData: z.boolean().default(true),
          ...pageRequest,
        }),
        (input, request) => {
          allow(request, 'GetExecutionHistory', input.executionArn);
          const events = engine.getExecutionHistory(input.executionArn);
          if (input.reverseOrder) events.reverse();
          const { items, nextToken } = pageOf(events, ({ id }) => String(id), input);
          return { events: items.map((event) => showEvent(event, input.includeExecutionData)), nextToken };
        },
      ),

      ListExecutions: operation(
        z.object({
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
          const { items, nextToken } = pageOf(executions, (execution) => execution.executionArn, input);
          return { executions: items.map(showListed), nextToken };
        },
      ),

      CreateStateMachine: operation(createMachineInput, (input, request) => {
        allow(request, 'CreateStateMachine', '*');
        authorize(request.principal, 'iam:PassRole', input.roleArn);
        return createMachine(engine, input);
      }),

      ListStateMachines: operation(z.object(pageRequest), (page, request) => {
        allow(request, 'ListStateMachines', '*');
        const { items, nextToken } = pageOf(engine.listStateMachines(), ({ name }) => name, page);
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

      DescribeStateMachine: operation(z.object({ stateMachineArn }), (input, request) => {
        allow(request, 'DescribeStateMachine', input.stateMachineArn);
        return showStateMachine(engine.describeStateMachine(input.stateMachineArn));
      }),

      DescribeStateMachineForExecution: operation(z.object({ executionArn }), (input, request) => {
        allow(request, 'DescribeStateMachineForExecution', input.executionArn);
        return showMachineOfExecution(engine.describeStateMachineForExecution(input.executionArn));
      }),

      TestState: operation(testStateInput, (input, request) => {
        allow(request, 'TestState', '*');
        if (input.revealSecrets) allow(request, 'RevealSecrets', '*');
        if (input.roleArn !== undefined) authorize(request.principal, 'iam:PassRole', input.roleArn);
        return engine.testState(input);
      }),

      SendTaskSuccess: operation(z.object({ taskToken, output: z.string() }), (input, request) => {
        allow(request, 'SendTaskSuccess', engine.stateMachineOfTask(input.taskToken));
        engine.sendTaskSuccess(input);
        return {};
      }),

      SendTaskFailure: operation(z.object({ taskToken, ...ended }), ({ taskToken, error, cause }, request) => {
        allow(request, 'SendTaskFailure', engine.stateMachineOfTask(taskToken));
        engine.sendTaskFailure({
          taskToken,
          ...(error !== undefined && { error }),
          ...(cause !== undefined && { cause }),
        });
        return {};
      }),

      SendTaskHeartbeat: operation(z.object({ taskToken }), (input, request) => {
        allow(request, 'SendTaskHeartbeat', engine.stateMachineOfTask(input.taskToken));
        engine.sendTaskHeartbeat(input);
        return {};
      }),
    },
  });
}
