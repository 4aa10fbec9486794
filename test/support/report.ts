import { runbookText } from '../../lib/adapters/runbook.ts';
import { reportPage } from '../../lib/pages/report.ts';
import { parseRunbook } from '../../lib/pages/runbook.ts';
import type { Summary } from '../../lib/workflow/summary.ts';

export const runbook = parseRunbook(runbookText());

/** As WriteReport writes it. */
export const pageOf = (summary: Summary): string => reportPage(summary, runbook);
