import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lintMachines } from '../../lib/commands/lint-machines.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'passage-lint-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (machine: string, text: string) => {
  mkdirSync(join(folder, machine));
  writeFileSync(join(folder, machine, 'definition.asl.json'), text);
};
const definition = {
  Comment: 'Ends.',
  QueryLanguage: 'JSONata',
  TimeoutSeconds: 60,
  StartAt: 'Done',
  States: { Done: { Type: 'Succeed', Output: '{% $nobody %}' } },
};

test('names file, state and rule of each finding, and says nothing of what is fine', () => {
  write('one', JSON.stringify(definition));
  write('other', JSON.stringify({ ...definition, Comment: undefined, States: { Done: { Type: 'Succeed' } } }));
  write('fine', JSON.stringify({ ...definition, States: { Done: { Type: 'Succeed' } } }));
  expect(lintMachines(folder)).toEqual([
    `${folder}/one/definition.asl.json, "Done": "Output" reads $nobody, which nothing before it assigns. (variables)`,
    expect.stringMatching(/other\/definition\.asl\.json: There is no "Comment" .*\(machine\)$/),
  ]);
});

test('what is not JSON or not the States Language goes no further', () => {
  write('a', '{ "StartAt": ');
  write('b', JSON.stringify({ ...definition, StartAt: 'Lost' }));
  write('c', '[]');
  expect(lintMachines(folder)).toEqual([
    expect.stringMatching(/a\/definition\.asl\.json: It is not JSON: .* \(json\)$/),
    expect.stringMatching(/b\/definition\.asl\.json: .*State Done is not reachable \(asl-validator\)$/),
    expect.stringMatching(/b\/definition\.asl\.json: .*target: Lost \(asl-validator\)$/),
    expect.stringMatching(/c\/definition\.asl\.json: .*\(asl-validator\)$/),
  ]);
});
