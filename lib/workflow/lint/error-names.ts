/** What Lambda itself answers when it cannot run a function. */
export const lambdaErrors: readonly string[] = [
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
];

/** Names of Step Functions that a Retry or a Catch of a JSONata machine can see. */
export const catchable: readonly string[] = [
  'States.ALL',
  'States.BranchFailed',
  'States.ExceedToleratedFailureThreshold',
  'States.HeartbeatTimeout',
  'States.ItemReaderFailed',
  'States.NoChoiceMatched',
  'States.Permissions',
  'States.QueryEvaluationError',
  'States.ResultWriterFailed',
  'States.TaskFailed',
  'States.Timeout',
];

/** Names of Step Functions that are in vain, and why. */
export const inVain: Readonly<Record<string, string>> = {
  'States.Runtime': 'no Retry and no Catch sees it: the execution fails',
  'States.ParameterPathFailure': 'only a JSONPath state fails so',
  'States.ResultPathMatchFailure': 'only a JSONPath state fails so',
  'States.IntrinsicFailure': 'only a JSONPath state fails so; with JSONata it is States.QueryEvaluationError',
};
