import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RecordedCase, type Row, withoutPlaceholders } from './case.ts';
import { caseFromHistory } from './own-history.ts';

/** A case and where it stands in its folder's index. */
export interface Entry {
  readonly row: Omit<Row, 'file'>;
  read(): RecordedCase;
}

/**
 * The cases of a folder: those of its `index.json` (without one: each file with a case in it or in `cases`), and one for
 * each `<name>.history.json` beside `<name>.machine.json` and `<name>.execution.json`. Throws when the folder holds none.
 */
export function readPack(folder: string): Entry[] {
  const entries = [...cases(folder), ...ownHistories(folder)];
  if (entries.length > 0) return entries;
  throw new Error(
    `${folder} holds no recordings: neither an index.json nor a *.history.json with its *.machine.json and *.execution.json.`,
  );
}

function rowsOf(folder: string): Row[] {
  const index = join(folder, 'index.json');
  if (existsSync(index)) return (JSON.parse(readFileSync(index, 'utf8')) as { cases: Row[] }).cases;
  const files = ['.', 'cases'].flatMap((inner) =>
    existsSync(join(folder, inner)) ? readdirSync(join(folder, inner)).map((file) => join(inner, file)) : [],
  );
  return files.sort().flatMap((file) => {
    if (!file.endsWith('.json')) return [];
    const row = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Partial<RecordedCase> & Partial<Row>;
    const { name = file, kind, queryLanguage = 'JSONata', features = [], expected } = row;
    return kind && expected ? [{ name, kind, queryLanguage, features, file }] : [];
  });
}

function* cases(folder: string): Generator<Entry> {
  for (const row of rowsOf(folder)) {
    const read = () => JSON.parse(withoutPlaceholders(readFileSync(join(folder, row.file), 'utf8'))) as RecordedCase;
    yield { row, read };
  }
}

function* ownHistories(folder: string): Generator<Entry> {
  for (const file of readdirSync(folder).sort()) {
    const name = /^(.*)\.history\.json$/.exec(file)?.[1];
    if (name === undefined) continue;
    const [machine, execution] = [beside(folder, name, 'machine'), beside(folder, name, 'execution')];
    const read = () =>
      caseFromHistory(name, {
        machine: readFileSync(machine, 'utf8'),
        history: readFileSync(join(folder, file), 'utf8'),
        execution: readFileSync(execution, 'utf8'),
      });
    yield { row: { name, kind: 'execution', queryLanguage: 'JSONata', features: ['own history'] }, read };
  }
}

/** What else the AWS CLI prints of the execution whose history it is: without it names and account would differ. */
function beside(folder: string, name: string, part: keyof typeof printedBy): string {
  const file = join(folder, `${name}.${part}.json`);
  if (existsSync(file)) return file;
  throw new Error(
    `${join(folder, `${name}.history.json`)} has no ${name}.${part}.json beside it: what "aws stepfunctions ${printedBy[part]}" prints. "npm run record" writes all three.`,
  );
}

const printedBy = { machine: 'describe-state-machine-for-execution', execution: 'describe-execution' } as const;
