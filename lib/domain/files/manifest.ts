import type { SourceFindings } from '../../workflow/documents/collected.ts';
import type { SourceVariable } from '../../workflow/documents/findings.ts';
import { parseValueFrom, type ValueFrom } from '../value-from.ts';
import type { Collected, UserFile } from './file.ts';
import { accountOf, ownSecrets, placeOf, prefixOf, targetSecret } from './places.ts';

/** Where a value is read from when it is put into the target's secret. */
type Origin = { readonly store: 'task-definition'; readonly taskDefinition: string } | ValueFrom;

/** A variable of `extra-env-vars.json`. */
export interface ListedVariable {
  readonly name: string;
  readonly fate: SourceVariable['fate'];
  readonly because: string;
  /** The secret of the target that holds its value, by its last name; null where none does. */
  readonly into: string | null;
  /** Why it is in none, or not there yet. */
  readonly remark: string | null;
  readonly secret: boolean;
  readonly services: readonly string[];
  readonly agrees: boolean;
  /** Where the source has it: an ARN or a name, never a value. */
  readonly origin: Origin | null;
  readonly fingerprint: string | null;
  readonly collected: SourceVariable['collected'];
}

/** `extra-env-vars.json`. */
export interface Manifest {
  readonly about: string;
  readonly run: string;
  readonly prefix: string;
  readonly region: string | null;
  /** Until when Passage's own copies, `collected`, are there. */
  readonly collectedUntil: string;
  readonly variables: readonly ListedVariable[];
}

/** Variables that the chart sets from its values, so that they need no place in the secret. */
const byChart = ['COOKIE_INSECURE', 'BASE_DOMAIN'];

export function manifestFile(collected: Collected): UserFile {
  const listed = manifest(collected);
  const count = (into: string, fate: string) =>
    listed.variables.filter((variable) => variable.into === into && variable.fate === fate).length;
  const moved = listed.variables.filter(({ fate }) => fate === 'carry').length;
  const [carried, held] = [count('extra-env-vars', 'carry'), count('extra-env-vars', 'hold')];
  return {
    name: 'extra-env-vars.json',
    text: `${JSON.stringify(listed, null, 2)}\n`,
    why: `The manifest of secret ${targetSecret(collected, 'extra-env-vars')}: every variable of the source with what becomes of it, where its value is and a keyed fingerprint. ${carried} of the ${moved} that are carried go into this secret${moved > carried ? ', the others where it says' : ''}; ${held} are held back until the target was checked. It holds no value.`,
    how: 'Read what is held back, dropped and asked about. Unknown variables (fate “ask”) go nowhere until source.ecs.variables of the migration says “carry” or “drop”.',
  };
}

function manifest(collected: Collected): Manifest {
  const { plan, source } = collected;
  return {
    about: `What secret ${targetSecret(collected, 'extra-env-vars')} and its neighbours are made of. create-secrets.mjs reads this file; no value is in it.`,
    run: plan.run,
    prefix: prefixOf(collected),
    region: accountOf(collected)?.region ?? null,
    collectedUntil:
      plan.mode === 'cutover'
        ? 'they stay with the migration'
        : `the end of run ${plan.run}; only a cutover's stay, so create-secrets.mjs reads each value where the source has it`,
    variables: source.variables.map((variable) => ({
      name: variable.name,
      fate: variable.fate,
      because: variable.because,
      ...placed(collected, variable),
      secret: variable.secret,
      services: variable.services,
      agrees: variable.agrees,
      origin: originOf(source, variable),
      fingerprint: variable.fingerprint,
      collected: variable.collected,
    })),
  };
}

function placed(collected: Collected, { name, fate }: SourceVariable): Pick<ListedVariable, 'into' | 'remark'> {
  const none = (remark: string) => ({ into: null, remark });
  if (fate === 'ask') return none('goes nowhere until source.ecs.variables says "carry" or "drop"');
  if (fate === 'derive') return none('the target has a value of its own');
  if (fate === 'drop') return none('is not set on the target');
  if (byChart.includes(name)) return none('is among the chart’s own values, in values.yaml');
  if (name.startsWith('WORKFLOW_TEMPORAL_')) return none('is named to the chart when workflows go on, in values.yaml');
  const own = ownSecrets[name];
  if (own !== undefined) {
    return placeOf(collected, name)?.shared
      ? none('the target reads the very secret that the source reads')
      : { into: own, remark: null };
  }
  const remark = fate === 'hold' ? 'create-secrets.mjs sets it only with --held' : null;
  return { into: 'extra-env-vars', remark };
}

/** In what differs between services the main backend's is taken, as everywhere. */
function originOf({ services }: SourceFindings, { services: setting, reference }: SourceVariable): Origin | null {
  if (reference !== null) return parseValueFrom(reference);
  const here = services.filter(({ service }) => setting.includes(service));
  const service = here.find(({ roles }) => roles.includes('main-backend')) ?? here[0];
  return service ? { store: 'task-definition', taskDefinition: service.taskDefinition } : null;
}
