import { TestEnvironment } from 'jest-environment-node';

/** Node, and `testEndsAt` (milliseconds since the epoch): when Jest gives up the test or hook that runs now. */
export default class Deadline extends TestEnvironment {
  handleTestEvent(event, { testTimeout }) {
    const begun = { test_fn_start: event.test, hook_start: event.hook }[event.name];
    if (begun) this.global.testEndsAt = Date.now() + (begun.timeout || testTimeout);
  }
}
