import type { SessionDefaults } from '../workflow/documents/sessions.ts';

/**
 * What a session of a login begins with, as PostgreSQL decides it: what is set for the login in this database, for the
 * login, for the database, for everybody, else what the server has.
 * @param login null for one that is not known: then by what holds for every login
 * @returns as it was set or, from the server, in the setting's own unit; null where it is not known
 */
export function beginsWith({ stored, server }: SessionDefaults, login: string | null, name: string): string | null {
  const wanted = name.toLowerCase();
  const named = stored.filter((each) => each.name.toLowerCase() === wanted);
  for (const [whose, here] of [
    [login, true],
    [login, false],
    [null, true],
    [null, false],
  ] as const) {
    const found = named.find((each) => each.login === whose && each.here === here);
    if (found) return found.value;
  }
  return Object.entries(server).find(([each]) => each.toLowerCase() === wanted)?.[1] ?? null;
}

/** Milliseconds that PostgreSQL's units of time stand for; without one it is milliseconds. */
const units: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A timeout in milliseconds, 0 for none: `30s`, `1500`, `5 min`; null where it is no time. */
export function milliseconds(value: string): number | null {
  const [, number, unit = 'ms'] = /^\s*(\d+(?:\.\d+)?)\s*(us|ms|s|min|h|d)?\s*$/.exec(value) ?? [];
  return number === undefined ? null : Number(number) * (units[unit] ?? 1);
}

/** Whether a switch is on, in any of the words that PostgreSQL takes. */
export const isOn = (value: string): boolean => /^(on|t(r(ue?)?)?|y(es?)?|1)$/i.test(value.trim());

/** Whether two values of one setting are the same, however they are written. */
export function sameSetting(one: string, other: string): boolean {
  const spelled = (value: string): string => {
    const text = value.trim().toLowerCase();
    if (/^(on|true|yes|1)$/.test(text)) return 'on';
    if (/^(off|false|no)$/.test(text)) return 'off';
    return text.replaceAll(/["\s]/g, '');
  };
  const [a, b] = [milliseconds(one), milliseconds(other)];
  return a !== null && b !== null ? a === b : spelled(one) === spelled(other);
}
