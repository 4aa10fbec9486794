import type { ErrorName } from '../../lib/workflow/errors.ts';

/** An error by its declared name, as an expectation. */
export const declared = (name: ErrorName, message: RegExp = /./) =>
  expect.objectContaining({ name, message: expect.stringMatching(message) });

/** An SDK's error as it arrives: known by its name. */
export const sdkError = (name: string, message = `${name} was said.`): Error =>
  Object.assign(new Error(message), { name });
