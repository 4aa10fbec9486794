import { several } from '../../quantities.ts';
import { blocker, type Check, type Collected, info, pass, type Result, warning } from '../check.ts';

type InStore = Collected['databases']['extensionsInStore'][number];

const ranks = ['BLOCKER', 'WARNING', 'INFO'] as const;

/** A rehearsal creates them in a scratch database, whatever the named database has already. */
export const check: Check = {
  id: 'extensions',
  title: 'The target can create what the source has of extensions, in the same versions',
  about: 'copy',
  needsDatabases: true,
  look({ databases, configuration }) {
    const { source, target, extensionsInStore } = databases;
    const leaveOut = configuration.copy?.leaveOut?.extensions ?? [];
    const wanted = source.extensions.filter(({ name }) => name !== 'plpgsql' && !leaveOut.includes(name));
    const left = source.extensions.flatMap(({ name }) => (leaveOut.includes(name) ? leftOut(name) : []));
    const here = new Map(wanted.map(({ name, version }) => [name, version]));
    const remarks = extensionsInStore
      .filter(({ name }) => !leaveOut.includes(name))
      .flatMap((one) => remark(one, here, source.major === target.major) ?? [])
      .concat(left);
    const worst = ranks.find((rank) => remarks.some(({ severity }) => severity === rank));
    if (worst) return together(worst, remarks);
    const versions = wanted.map(({ name, version }) => `${name} ${version}`);
    return pass(versions.length === 0 ? 'The source has none.' : `${several(versions)}: all in store.`);
  },
};

/** Everything that needs doing, in one result. */
function together(severity: Result['severity'], remarks: readonly Result[]): Result {
  const said = severity === 'INFO' ? remarks : remarks.filter((one) => one.severity !== 'INFO');
  return {
    severity,
    saw: said.map(({ saw }) => saw).join(' '),
    todo: [...new Set(said.flatMap(({ todo }) => todo ?? []))].join(' '),
  };
}

const leftOut = (name: string): Result =>
  info(
    `Extension "${name}" is left out of the copy, as configured.`,
    'The rehearsal shows whether something needs it.',
  );

function remark(
  { name, installed, version, requires, creatable }: InStore,
  here: ReadonlyMap<string, string>,
  sameMajor: boolean,
): Result | null {
  if (version === null) {
    return blocker(
      `The target has no extension "${name}" in store.`,
      'Install it on the server (on RDS: another engine version), drop it from the source if nothing uses it, or leave it out (copy.leaveOut.extensions).',
    );
  }
  if (creatable === 'no') {
    const there = ' The named database has it, but the scratch database of a rehearsal is another one.';
    return blocker(
      `Only a superuser may create extension "${name}" on the target, or its provider does not allow it: the restore would fail.${installed === null ? '' : there}`,
      'Have the provider allow it to the login (on RDS: a member of rds_superuser, rds.allowed_extensions); if nothing uses it, drop it from the source or leave it out (copy.leaveOut.extensions).',
    );
  }
  const lacking = requires.filter((each) => !here.has(each));
  if (lacking.length > 0) {
    return blocker(
      `Extension "${name}" ${version} of the target requires ${lacking.join(', ')}, which the source does not have.`,
      'Create it on the source, too: the copy creates what the source has.',
    );
  }
  const from = here.get(name) ?? '';
  const others = [...new Set([version, installed ?? version])].filter((each) => each !== from);
  if (others.length > 0) {
    const saw = `Extension "${name}" is ${from} on the source, ${others.join(' and ')} on the target.`;
    const todo =
      "Read the extension's release notes; ALTER EXTENSION … UPDATE TO … on the older side makes them equal.";
    if (sameMajor) {
      return blocker(`${saw} Between servers of one major version the proof takes that for a difference.`, todo);
    }
    return others.some((each) => isOlder(each, from)) ? warning(saw, todo) : info(saw, todo);
  }
  if (creatable === 'yes') return null;
  return info(
    `PostgreSQL asks for a superuser to create "${name}"; the provider of the target lets its master do so.`,
    'The rehearsal shows it.',
  );
}

/** `1.10` is newer than `1.9`. */
const isOlder = (a: string, b: string): boolean => a.localeCompare(b, 'en', { numeric: true }) < 0;
