import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { passage } from './calling.ts';

const sample = readFileSync('migrations/acme-retool.json', 'utf8');
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'passage-named-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

test.each(['preflight', 'rehearse'])(
  '%s takes no other file for the sample because it bears its name',
  async (command) => {
    const file = join(directory, 'mine.json');
    writeFileSync(file, sample.replace(/"cluster": "[^"]+"/, '"cluster": "another"'));
    const { code, output } = await passage(command, '--migration', file);
    expect({ code, output }).toEqual({
      code: 2,
      output: expect.stringContaining(`uses the sample's name, "acme-retool", but differs from`),
    });
  },
);
