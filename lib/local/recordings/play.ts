import { DefinitionRefused } from '../engine/engine.ts';
import { loadMachine } from '../engine/load.ts';
import type { RecordedCase } from './case.ts';
import type { Entry } from './pack.ts';
import { playExecution } from './play-execution.ts';
import { playTestState } from './play-test-state.ts';

/** What became of a case. */
export interface Played {
  readonly row: Entry['row'];
  readonly verdict: 'passed' | 'failed' | 'refused';
  /** Why it failed: where it is not as recorded; why it was refused. */
  readonly reasons: readonly string[];
}

/** Plays one case. What is not JSONata must be refused at load: run in part it would be wrong without a word. */
export async function play({ row, read }: Entry): Promise<Played> {
  try {
    const recorded = read();
    if (row.queryLanguage !== 'JSONata') return refusal(row, recorded);
    const reasons = await differencesOf(recorded);
    return { row, verdict: reasons.length === 0 ? 'passed' : 'failed', reasons };
  } catch (error) {
    return { row, verdict: 'failed', reasons: [error instanceof Error ? error.message : String(error)] };
  }
}

function differencesOf(recorded: RecordedCase): Promise<string[]> | string[] {
  switch (recorded.kind) {
    case 'execution':
    case 'outcome':
      return playExecution(recorded);
    case 'teststate':
      return playTestState(recorded);
    default:
      return [`a case of the kind "${recorded.kind}" is not played here`];
  }
}

function refusal(row: Entry['row'], { definition, definitionText }: RecordedCase): Played {
  try {
    loadMachine(definitionText ?? wholeMachine(definition), { resources: 'any', timeoutsRequired: false });
  } catch (error) {
    if (error instanceof DefinitionRefused) return { row, verdict: 'refused', reasons: error.problems };
    throw error;
  }
  return { row, verdict: 'failed', reasons: [`is ${row.queryLanguage}, and was not refused`] };
}

/** TestState takes a state alone, too. */
function wholeMachine(definition: RecordedCase['definition']): string {
  const isMachine = typeof definition === 'object' && definition !== null && 'States' in definition;
  return JSON.stringify(isMachine ? definition : { StartAt: 'StateName', States: { StateName: definition } });
}
