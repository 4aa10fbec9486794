import { existsSync, readFileSync } from 'node:fs';
import { machineNames, machines } from '../../lib/workflow/registry.ts';

test.each(machineNames)('%s has path tests that end by asking whether they visited every state', (name) => {
  const file = new URL(`./${machines[name].folder}.test.ts`, import.meta.url);
  expect(existsSync(file)).toBe(true);
  expect(readFileSync(file, 'utf8')).toMatch(new RegExp(`^everyStateIsVisited\\('${name}'\\);\\s*$`, 'm'));
});
