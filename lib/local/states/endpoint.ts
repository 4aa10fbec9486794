import { z } from 'zod';
import type { Engine } from '../engine/engine.ts';
import type { Authorize, Endpoint, SignedRequest } from '../wire/endpoint.ts';
import { epochSeconds, jsonEndpoint, operation } from '../wire/json.ts';
import { pageOf, pageRequest } from './paging.ts';
import { showDescription, showEvent, showListed, showMachineOfExecution, showStateMachine } from './shapes.ts';
import { testStateInput } from './test-state.ts';

const arn = z.string().min(1).max(256);
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
        z.object({ stateMachineArn: arn, name: z.string().optional(), input: z.string().optional() }),
        ({ stateMachineArn, name, input }, request) => {
          allow(request, 'StartExecution', stateMachineArn);
          const { executionArn, startDate } = engine.startExecution({
            stateMachineArn,
            ...(name !== undefined && { name }),
            ...(input !== undefined && { input }),
            principalArn: request.principal.arn,
          });
          return { executionArn, startDate: epochSeconds(startDate) };
        },
      ),

      StopExecution: operation(z.object({ executionArn: arn, ...ended }), (input, request) => {
        allow(request, 'StopExecution', input.executionArn);
        const { error, cause } = input;
        const { stopDate = 0 } = engine.stopExecution({
          executionArn: input.executionArn,
          ...(error !== undefined && { error }),
          ...(cause !== undefined && { cause }),
        });
        return { stopDate: epochSeconds(stopDate) };
      }),

      DescribeExecution: operation(z.object({ executionArn: arn }), ({ executionArn }, request) => {
        allow(request, 'DescribeExecution', executionArn);
        return showDescription(engine.describeExecution(executionArn));
      }),

      GetExecutionHistory: operation(
        z.object({
          executionArn: arn,
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
        z.object({ stateMachineArn: arn, statusFilter: executionStatus.optional(), ...pageRequest }),
        ({ stateMachineArn, statusFilter, ...page }, request) => {
          allow(request, 'ListExecutions', stateMachineArn);
          engine.describeStateMachine(stateMachineArn);
          const executions = engine.listExecutions({
            stateMachineArn,
            ...(statusFilter !== undefined && { status: statusFilter }),
          });
          const { items, nextToken } = pageOf(executions, ({ executionArn }) => executionArn, page);
          return { executions: items.map(showListed), nextToken };
        },
      ),

      ListStateMachines: operation(z.object(pageRequest), (page, request) => {
        allow(request, 'ListStateMachines', '*');
        const { items, nextToken } = pageOf(engine.listStateMachines(), ({ name }) => name, page);
        return {
          stateMachines: items.map(({ stateMachineArn, name, creationDate }) => ({
            stateMachineArn,
            name,
            type: 'STANDARD',
            creationDate: epochSeconds(creationDate),
          })),
          nextToken,
        };
      }),

      DescribeStateMachine: operation(z.object({ stateMachineArn: arn }), ({ stateMachineArn }, request) => {
        allow(request, 'DescribeStateMachine', stateMachineArn);
        return showStateMachine(engine.describeStateMachine(stateMachineArn));
      }),

      DescribeStateMachineForExecution: operation(z.object({ executionArn: arn }), ({ executionArn }, request) => {
        allow(request, 'DescribeStateMachineForExecution', executionArn);
        return showMachineOfExecution(engine.describeStateMachineForExecution(executionArn));
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
