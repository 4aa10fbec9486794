import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { folderOf, lambdaNames, machineNames, machines } from '../../lib/workflow/registry.ts';

const project = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const foldersOf = (path: string) =>
  readdirSync(project(path), { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

test('every Lambda task has a handler, and every folder of handlers is a task', () => {
  const missing = lambdaNames.filter((name) => !existsSync(project(`lambdas/${folderOf(name)}/handler.ts`)));
  const folders = lambdaNames.map(folderOf);
  expect({ missing, unknown: foldersOf('lambdas').filter((folder) => !folders.includes(folder)) }).toEqual({
    missing: [],
    unknown: [],
  });
});

test('every folder of a machine is a machine', () => {
  expect(foldersOf('statemachines').sort()).toEqual(machineNames.map((name) => machines[name].folder).sort());
});

describe.each(machineNames)('%s', (name) => {
  const folder = project(`statemachines/${machines[name].folder}`);
  const examples = existsSync(`${folder}/examples`) ? readdirSync(`${folder}/examples`) : [];

  test('tells its story in a README with its graph', () => {
    const readme = existsSync(`${folder}/README.md`) ? readFileSync(`${folder}/README.md`, 'utf8') : '';
    expect(readme).toMatch(/^# .+\n/);
    expect(readme).toContain('\n```mermaid\nflowchart TD\n');
  });

  test('has an example, and each example is an input that it takes', () => {
    expect(examples).not.toEqual([]);
    for (const example of examples) {
      const input: unknown = JSON.parse(readFileSync(`${folder}/examples/${example}`, 'utf8'));
      expect([example, machines[name].input.safeParse(input).error?.issues ?? []]).toEqual([example, []]);
    }
  });
});
