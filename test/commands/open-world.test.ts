import { withWorld } from '../../lib/commands/open-world.ts';
import type { World, WorldInfo } from '../../lib/local/world/world.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';

const console = { line() {}, live() {}, columns: 80, isTerminal: false };
const joined = (isUp: boolean): World => ({
  info: {} as WorldInfo,
  joined: { command: 'passage rehearse', pid: 1, isUp: () => isUp },
  resumed: [],
  stop: async () => {},
});
const failing = async () => {
  throw new WorkflowError('ServiceUnavailable', 'connect ECONNREFUSED 127.0.0.1:1');
};

test('an account that ends while one has joined it is said to have ended, and what to do', async () => {
  await expect(withWorld({ command: 'runs', console }, failing, joined(false))).rejects.toMatchObject({
    name: 'InvalidInput',
    message: expect.stringMatching(/^"passage rehearse" has ended, .* Run this command again/),
  });
});

test('what fails while it is up is told as it is', async () => {
  await expect(withWorld({ command: 'runs', console }, failing, joined(true))).rejects.toMatchObject({
    name: 'ServiceUnavailable',
  });
});
