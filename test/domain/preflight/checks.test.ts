import { existsSync, readFileSync } from 'node:fs';
import { checks } from '../../../lib/domain/preflight/checks.ts';
import { type Cases, fine } from './world.ts';

/** The words with which a check says a severity. */
const words = { PASS: 'pass', INFO: 'info|unlearned', WARNING: 'warning', BLOCKER: 'blocker' } as const;
const casesOf = (id: string) => new URL(`./checks/${id}.ts`, import.meta.url);

const tested = await Promise.all(
  checks.map(async (check) => {
    if (!existsSync(casesOf(check.id))) return { check, cases: {} };
    return { check, cases: ((await import(casesOf(check.id).href)) as { cases: Cases }).cases };
  }),
);

describe.each(tested.map(({ check, cases }) => [check.id, check, cases] as const))('%s', (id, check, cases) => {
  test('has a case for each severity that its file can give', () => {
    const file = new URL(`../../../lib/domain/preflight/checks/${id}.ts`, import.meta.url);
    const code = readFileSync(file, 'utf8').replace(/^import .*$/gm, '');
    const given = Object.entries(words).flatMap(([severity, names]) =>
      new RegExp(`\\b(${names})\\(`).test(code) ? [severity] : [],
    );
    expect([...new Set(Object.values(cases).map(({ severity }) => severity as string))].sort()).toEqual(given.sort());
  });

  test.each(Object.entries(cases))('%s', (_, { given, severity, says }) => {
    const found = check.look({ ...fine, ...given });
    expect(found?.severity).toBe(severity);
    if (says) expect(`${found?.saw} ${found?.todo ?? ''}`).toMatch(says);
    expect(found?.saw).toMatch(/[.!]$/);
    if (severity === 'WARNING' || severity === 'BLOCKER') expect(found?.todo).toMatch(/\w/);
  });
});
