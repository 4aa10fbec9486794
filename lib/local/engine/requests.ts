import { AwsError } from '../wire/endpoint.ts';
import { exceedsPayloadLimit } from './json.ts';

/** What AWS allows in no name: white space, brackets, wildcards, special and control characters. */
const FORBIDDEN = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}\p{Cs}]/u;

/** Throws AWS's InvalidName for a name that no machine or execution may have. */
export function checkName(name: string): void {
  // A history's file is named so: the two names of folders are out, too.
  if (name.length >= 1 && name.length <= 80 && !FORBIDDEN.test(name) && !/^\.{1,2}$/.test(name)) return;
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
