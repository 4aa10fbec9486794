import type { SourceFindings, TargetFindings } from '../../workflow/documents/collected.ts';

type Side =
  | Pick<SourceFindings, 'variables' | 'environmentFiles'>
  | Pick<TargetFindings, 'variables' | 'environmentFrom'>;

/** Whether a side may set a variable to something that Passage does not know: its value, or whether it is set at all. */
export function isUnknown(side: Side, name: string): boolean {
  const variable = side.variables.find((each) => each.name === name);
  if (variable) return variable.value === null && variable.fingerprint === null;
  return 'environmentFiles' in side
    ? side.environmentFiles.length > 0
    : side.environmentFrom.some(({ complete }) => !complete);
}

/** The objects of the target of whose keys Passage knows not all. */
export const closedObjects = ({ environmentFrom }: Pick<TargetFindings, 'environmentFrom'>): string[] =>
  environmentFrom.filter(({ complete }) => !complete).map(({ name }) => name);
