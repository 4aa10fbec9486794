import { AwsError } from '../wire/endpoint.ts';
import { exceedsPayloadLimit } from './json.ts';

/** Names as AWS allows them, without the characters that a file name may not have. */
const NAME = /^[\w.!()=@+-]{1,80}$/;

/** Throws AWS's InvalidName for a name that no machine or execution may have. */
export function checkName(name: string): void {
  if (!NAME.test(name)) throw new AwsError('InvalidName', 400, `Invalid Name: '${name}'`);
}

/** Throws AWS's InvalidExecutionInput. */
export function checkInput(input: string): void {
  if (isPayload(input)) return;
  const message = 'Invalid State Machine Execution Input: not JSON of at most 262144 bytes';
  throw new AwsError('InvalidExecutionInput', 400, message);
}

/** Throws AWS's InvalidOutput. */
export function checkOutput(output: string): void {
  if (isPayload(output)) return;
  throw new AwsError('InvalidOutput', 400, 'Invalid Output: not JSON of at most 262144 bytes');
}

function isPayload(text: string): boolean {
  if (exceedsPayloadLimit(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
