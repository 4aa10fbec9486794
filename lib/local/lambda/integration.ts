import { type Integration, type Json, TaskFailure } from '../engine/engine.ts';
import { sessionOf } from '../engine/task-role.ts';
import { type Authorize, AwsError } from '../wire/endpoint.ts';
import type { LambdaRuntime } from './runtime.ts';

/** `lambda:invoke` and `lambda:invoke.waitForTaskToken`, allowed by the machine's role. */
export function lambdaIntegrations(runtime: LambdaRuntime, authorize: Authorize): Record<string, Integration> {
  const invoke: Integration = async (call) => {
    const { FunctionName, Payload = {} } = (call.arguments ?? {}) as { FunctionName?: Json; Payload?: Json };
    try {
      const { name, arn } = runtime.find(String(FunctionName));
      authorize(sessionOf(call), 'lambda:InvokeFunction', arn);
      const { ok, payload, requestId } = await runtime.invoke(name, JSON.stringify(Payload));
      if (!ok) throw new TaskFailure(errorType(payload), payload);
      return {
        ExecutedVersion: '$LATEST',
        Payload: JSON.parse(payload) as Json,
        SdkHttpMetadata: { HttpStatusCode: 200 },
        SdkResponseMetadata: { RequestId: requestId },
        StatusCode: 200,
      };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      throw new TaskFailure(failureName(error.code), error.message);
    }
  };
  return {
    'arn:aws:states:::lambda:invoke': invoke,
    'arn:aws:states:::lambda:invoke.waitForTaskToken': invoke,
  };
}

const errorType = (payload: string): string =>
  (JSON.parse(payload) as { errorType?: string }).errorType ?? 'Lambda.Unknown';

/** Step Functions folds what is no exception of Lambda's own model into one name. */
const failureName = (code: string): string =>
  code === 'AccessDeniedException' ? 'Lambda.AWSLambdaException' : `Lambda.${code}`;
