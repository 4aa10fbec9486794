import { createHash } from 'node:crypto';

/** A UUID that is the same whenever it is made of the same text: what is called again after a restart has the name it had. */
export function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}

/** Names the call of a task, in its first and in every further try to make it. @param scheduled id of …Scheduled */
export const callId = (executionArn: string, scheduled: number): string => uuidOf(`${executionArn}#${scheduled}`);
