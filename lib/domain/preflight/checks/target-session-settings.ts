import { several } from '../../quantities.ts';
import { beginsWith, isOn, milliseconds, sameSetting } from '../../session-settings.ts';
import { blocker, type Check, type Collected, pass, unlearned, warning } from '../check.ts';

const READ_ONLY = 'default_transaction_read_only';
/** They end what the application does, whatever it is. */
const CUTTING = ['statement_timeout', 'transaction_timeout', 'idle_in_transaction_session_timeout'];
/** Longer than what the application asks in one statement, but for migrations. */
const CUT_MS = 60_000;
/** What sessions of the application depend on, besides what somebody has set for a database or a login. */
const LOOKED_AT = [...CUTTING, 'lock_timeout', 'idle_session_timeout', 'default_transaction_isolation', 'search_path'];
/** They change what is logged or shown, and nothing that the application reads or writes. */
const HARMLESS = /^(log_|track_|auto_explain\.|pg_stat_statements\.|client_min_messages$|application_name$)/i;

export const check: Check = {
  id: 'target-session-settings',
  title: "The application's sessions on the target begin as they did on the source",
  about: 'application',
  needsDatabases: true,
  look(collected) {
    const on = sidesOf(collected);
    const whose = on.user === null ? 'Every session' : `A session of "${on.user}"`;
    const readOnly = on.target(READ_ONLY);
    if (readOnly !== null && isOn(readOnly)) {
      return blocker(
        `${whose} on the target begins read-only (${READ_ONLY} = ${readOnly}): the application could not write. Passage's own sessions set it off, and a scratch database has no such setting.`,
        `ALTER DATABASE … RESET ${READ_ONLY}, ALTER ROLE … RESET ${READ_ONLY}, or correct the parameter group: pg_db_role_setting tells which.`,
      );
    }
    const short = CUTTING.filter((name) => {
      const here = timeout(on.target(name));
      return here !== null && here > 0 && here < CUT_MS;
    });
    const cut = short.flatMap((name) => {
      const [here, before] = [timeout(on.target(name)), timeout(on.source(name))];
      // An application that has lived with as short a one goes on to; what the source has may be hidden.
      const shorter = here !== null && before !== null && (before === 0 || here < before);
      return shorter ? [`${name} = ${on.target(name)} (source: ${on.source(name)})`] : [];
    });
    if (cut.length > 0) {
      return blocker(
        `${whose} on the target is cut short: ${cut.join(', ')}; less than ${CUT_MS / 1000} s, and less than on the source.`,
        'Reset it there (ALTER DATABASE … RESET, ALTER ROLE … RESET), or set it as on the source.',
      );
    }
    const names = [...new Set([...LOOKED_AT, ...namesSet(collected)])].filter((name) => !HARMLESS.test(name));
    const differ = names.flatMap((name) => {
      const [here, before] = [on.target(name), on.source(name)];
      if (here !== null && before !== null)
        return sameSetting(here, before) ? [] : [`${name} = ${here} (source: ${before})`];
      if (short.includes(name)) return [`${name} = ${here} (source: not known)`];
      return on.isSet(name) ? [`${name}, whose values cannot be compared`] : [];
    });
    if (differ.length > 0) {
      return warning(
        `${whose} on the target begins with other settings than on the source: ${several(differ)}. A copy carries none.`,
        'Set them as on the source (ALTER DATABASE … SET, ALTER ROLE … SET), or say in an override why they may differ.',
      );
    }
    const hidden = [READ_ONLY, ...CUTTING.filter((name) => on.source(name) !== null)].filter(
      (name) => on.target(name) === null,
    );
    if (hidden.length > 0) {
      return unlearned(
        `what the target server has for ${hidden.join(', ')}: settings of Passage's own login hide it.`,
        "Look at it as the application, with SHOW; or reset Passage's own settings.",
      );
    }
    if (on.user === null) {
      return unlearned(
        "settings of the application's login on the target, which is not known; those of every login are as on the source.",
        'See application-login.',
      );
    }
    const known = names.filter((name) => on.target(name) !== null);
    return pass(`As on the source: ${several([READ_ONLY, ...known], 9)}.`);
  },
};

const timeout = (value: string | null): number | null => (value === null ? null : milliseconds(value));

/** What a session of the application begins with, by side. */
function sidesOf({ source, target, databases }: Collected) {
  const user = target.applicationLogin?.user ?? null;
  const there = source.applicationLogin?.user ?? null;
  const stored = [
    ...storedFor(databases.target.sessionDefaults, user),
    ...storedFor(databases.source.sessionDefaults, there),
  ];
  return {
    user,
    target: (name: string) => beginsWith(databases.target.sessionDefaults, user, name),
    source: (name: string) => beginsWith(databases.source.sessionDefaults, there, name),
    isSet: (name: string) => stored.some((each) => each.name.toLowerCase() === name),
  };
}

const storedFor = ({ stored }: Collected['databases']['source']['sessionDefaults'], user: string | null) =>
  stored.filter(({ login }) => login === null || login === user);

/** Names that somebody has set for either side's database or application. */
function namesSet({ source, target, databases }: Collected): string[] {
  return [
    ...storedFor(databases.source.sessionDefaults, source.applicationLogin?.user ?? null),
    ...storedFor(databases.target.sessionDefaults, target.applicationLogin?.user ?? null),
  ].map(({ name }) => name.toLowerCase());
}
