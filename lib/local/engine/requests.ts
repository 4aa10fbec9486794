import { AwsError } from '../wire/endpoint.ts';
import { exceedsPayloadLimit } from './json.ts';

/** What AWS allows in no name: white space, brackets, wildcards, special and control characters. */
const FORBIDDEN = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}\p{Cs}]/u;

/** Whether AWS takes it for a name; a history's file or folder has it, so the two that folders have are out, too. */
export const isName = (name: string, longest: number): boolean =>
  name.length >= 1 && name.length <= longest && !FORBIDDEN.test(name) && !/^\.{1,2}$/.test(name);

/** Throws AWS's InvalidName for a name that no machine or execution may have. */
export function checkName(name: string): void {
  if (isName(name, 80)) return;
  throw new AwsError('InvalidName', 400, `Invalid Name: '${name}'`);
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
