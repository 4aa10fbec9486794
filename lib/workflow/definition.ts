import { readFileSync } from 'node:fs';
import { type MachineName, machines } from './registry.ts';

const PLACEHOLDER = /\$\{([A-Za-z0-9]+)\}/g;

/** A state machine as its file states it, before CloudFormation puts identities in for the placeholders. */
interface Definition {
  readonly name: MachineName;
  readonly text: string;
  /** Names between `${` and `}`, each once, in alphabetical order. */
  readonly placeholders: readonly string[];
}

/** Reads `statemachines/<folder>/definition.asl.json`; text that is not JSON is refused. */
export function loadDefinition(name: MachineName): Definition {
  const file = new URL(`../../statemachines/${machines[name].folder}/definition.asl.json`, import.meta.url);
  const text = readFileSync(file, 'utf8');
  JSON.parse(text);
  const placeholders = [...new Set([...text.matchAll(PLACEHOLDER)].map(([, key]) => key!))].sort();
  return { name, text, placeholders };
}
