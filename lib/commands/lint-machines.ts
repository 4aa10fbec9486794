import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import validate from 'asl-validator';
import { lint } from '../workflow/lint/lint.ts';

const FILE = 'definition.asl.json';

/**
 * Lints `<folder>/<machine>/definition.asl.json` of every machine. Returns a line for each finding: file, state, what is
 * wrong, and in brackets the rule (a file of lib/workflow/lint/rules).
 */
export const lintMachines = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(FILE))
    .sort()
    .flatMap((file) => lintFile(join(folder, file)));

/** What is wrong with one definition: that it is not JSON, or not the States Language, or what the lint's rules find. */
export function lintFile(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  let machine: object;
  try {
    machine = JSON.parse(text);
  } catch (error) {
    return [`${file}: It is not JSON: ${(error as Error).message} (json)`];
  }
  // The rules take the shape of a definition for granted, so the validator goes first.
  const invalid = problemsOfShape(machine);
  if (invalid.length > 0) return invalid.map((problem) => `${file}: ${problem} (asl-validator)`);
  return lint(JSON.parse(text)).map(({ rule, state, message }) => {
    const where = state === null ? file : `${file}, "${state}"`;
    return `${where}: ${message} (${rule})`;
  });
}

/** The validator changes what it is given, and takes a placeholder inside of an ARN for an error. */
function problemsOfShape(machine: object): string[] {
  try {
    const { isValid, errorsText } = validate(structuredClone(machine), { checkArn: false });
    return isValid ? [] : errorsText('\n').split('\n');
  } catch (error) {
    return [`It cannot be read as a state machine: ${(error as Error).message}`];
  }
}
