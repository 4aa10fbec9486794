import { z } from 'zod';

const Instant = z.iso.datetime();

const Severity = z.enum(['PASS', 'INFO', 'WARNING', 'BLOCKER']);
export const Finding = z.strictObject({
  id: z.string(),
  title: z.string(),
  severity: Severity,
  /** Whether a cutover is stopped by it: every BLOCKER, and the WARNING of a rehearsal that would be one in a cutover. */
  stopsCutover: z.boolean(),
  saw: z.string(),
  todo: z.string().nullable(),
  /** The reason for which the configuration overrides this warning; null where it does not. */
  overridden: z.string().nullable(),
  /** Path and anchor of the section that says what it means, where to look and what to do. */
  runbook: z.string(),
});
export type Finding = z.infer<typeof Finding>;

/** `runs/<run>/preflight.json`. */
export const Preflight = z.strictObject({ at: Instant, findings: z.array(Finding) });
export type Preflight = z.infer<typeof Preflight>;
