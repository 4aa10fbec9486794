import type { RunDocuments } from '../../lib/domain/summary.ts';
import type { CopyProof, Preflight } from '../../lib/workflow/documents.ts';
import type { Drift, Measurement } from '../../lib/workflow/measurement.ts';
import { boot } from '../support/run-documents.ts';
import { at, cutoverRun, ledger, outcome, play, preflight, rehearsalRun, vote } from './fixtures.ts';
import { unknownVariable, variable } from './variables.ts';

/** A migration as large as they come: 60 findings, 200 tables, 120 variables, 8 rehearsals before. */

type Finding = Preflight['findings'][number];
const START = '2026-11-21T20:14:03.120Z';
const DAY = 86_400;

const about: readonly (readonly [string, string])[] = [
  ['connections', 'The target has room for the application’s sessions'],
  ['collation', 'Texts sort on the target as on the source'],
  ['dns-ttl', 'The record’s time to live is short enough'],
  ['sso-held-back', 'Single sign-on waits for the real name'],
  ['base-domain', 'The application knows its own address'],
  ['running-workflows', 'No workflow is cut off in the middle'],
];

const finding = (severity: Finding['severity'], index: number): Finding => {
  const [id, title] = about[index % about.length]!;
  return {
    id,
    title,
    severity,
    saw: `max_connections is 100 on the target and 400 on the source, of which ${180 + index} are used now; the chart’s deployments open up to 40 each (arn:aws:rds:eu-west-1:111122223333:db:acme-retool-eks-${index}).`,
    todo:
      severity === 'PASS' ? null : 'Raise max_connections in the parameter group of the target, and restart it once.',
    overridden: null,
    runbook: `docs/runbook.md#${id}`,
  };
};

const several = <T>(number: number, make: (index: number) => T): T[] =>
  Array.from({ length: number }, (_, i) => make(i));

/** 60 findings: 5 warnings, of which one is overridden, 9 to know, 46 passed. */
export const manyFindings: Preflight = {
  at: preflight.at,
  findings: [
    ...several(46, (index) => finding('PASS', index)),
    ...several(9, (index) => finding('INFO', index)),
    ...several(3, (index) => finding('WARNING', index)),
    { ...finding('WARNING', 3), overridden: 'Agreed with the security team on 14 November, CHG-4711.' },
    {
      ...finding('WARNING', 4),
      id: 'variables-unknown',
      title: 'Every variable is known',
      saw: 'Passage does not know these 3 variables and does not set them on the target.',
      todo: 'Say "carry" or "drop" for each in source.ecs.variables.',
    },
  ],
};

export const blockedFindings: Preflight = {
  at: preflight.at,
  findings: [...manyFindings.findings, ...several(2, (index) => finding('BLOCKER', index + 2))],
};

export const manyVariables = [
  ...['ACME_FEATURE_FLAGS', 'ACME_PROXY_EXCEPTIONS_FOR_THE_INTERNAL_NETWORK', 'SENTRY_DSN'].map(unknownVariable),
  ...several(70, (index) => variable(`RETOOL_EXPOSED_SETTING_${index}`, { because: 'is read by apps and resources' })),
  ...several(21, (index) =>
    variable(`OIDC_SETTING_${index}`, { fate: 'hold', because: 'belongs to single sign-on', agrees: index !== 3 }),
  ),
  ...several(18, (index) =>
    variable(`POSTGRES_SETTING_${index}`, { fate: 'derive', because: 'is how the main database is reached' }),
  ),
  ...several(8, (index) => variable(`SET_BY_CHART_${index}`, { fate: 'drop', because: 'is set by the chart' })),
];

function large(proof: CopyProof): CopyProof {
  const tables = [
    ...proof.tables,
    ...several(188, (index) => ({
      table: `public.a_table_of_builders_with_a_rather_long_name_${index}`,
      rowsSource: 12_345 * (188 - index),
      rowsTarget: 12_345 * (188 - index),
      bytes: Math.round(24_000_000 / (index + 1)),
      seconds: 4 / (index + 1),
      equal: true,
    })),
  ];
  const sum = (of: (table: (typeof tables)[number]) => number) => tables.reduce((total, table) => total + of(table), 0);
  return { ...proof, tables, rows: sum(({ rowsSource }) => rowsSource ?? 0), bytes: sum(({ bytes }) => bytes) };
}

const earlier = (last: Measurement): Measurement[] =>
  several(8, (index) => ({
    ...last,
    run: `acme-retool-202611${String(13 + index)}-201403`,
    at: at(START, (index - 8) * DAY),
    sourceBytes: 48_000_000 + index * 1_700_000,
    copy: { ...last.copy!, seconds: 6.1 + index * 0.25 },
    predicted: { low: 9 + index, high: 520 - index * 42 },
  }));

const drift: Drift = {
  since: { run: 'acme-retool-20261120-201403', at: at(START, -DAY) },
  changes: [
    {
      about: 'version',
      what: 'image tag of the source',
      was: '3.114.3-stable',
      is: '3.114.5-stable',
      matters: true,
      stops: true,
      because: 'another version may migrate the schema when it starts',
    },
    {
      about: 'schema',
      what: 'table public.approvals_of_the_finance_department',
      was: 'absent',
      is: 'present',
      matters: true,
      stops: false,
      because: 'its rows were in no rehearsal',
    },
    {
      about: 'size',
      what: 'table public.page_saves',
      was: '26.1 MB',
      is: '28.4 MB',
      matters: false,
      stops: false,
      because: 'it grew by less than a tenth',
    },
  ],
  notCompared: [],
};

/** Of a run of `base`: everything that can be long is long. */
function grown(base: RunDocuments, more: Partial<RunDocuments> = {}): RunDocuments {
  const last = base.history[0] ?? rehearsalRun().history[0]!;
  return {
    ...base,
    preflight: manyFindings,
    variables: manyVariables,
    copies: base.copies.map(large),
    history: [...earlier(last), ...base.history],
    drift,
    ...more,
  };
}

export const largeRehearsal = (): RunDocuments =>
  grown(rehearsalRun(), {
    boot: boot(),
    files: {
      files: ['terraform.tfvars', 'values.yaml', 'extra-env-vars.yaml', 'create-secrets.sh'].map((name) => ({
        name,
        key: `runs/acme-retool-20261121-201403/files/${name}`,
        why: 'What the new cluster is made with, as the old one was found.',
        how: 'Read it line by line, put it beside your own, then plan and apply.',
      })),
    },
  });
export const largeCutover = (): RunDocuments => grown(cutoverRun());

/** Preflight alone, which two findings stopped. */
export function blockedPreflight(): RunDocuments {
  const run = rehearsalRun();
  const cause = 'connections: max_connections is 100. Raise it.';
  return grown(run, {
    plan: { ...run.plan, mode: 'preflight', reason: 'npm run passage -- preflight' },
    histories: play(
      'RetoolEcsToEks',
      START,
      [
        { name: 'Take the lease', seconds: 0.2 },
        { name: 'Collect', seconds: 1.4 },
        { name: 'Run preflight', seconds: 0.3, fails: 'open' },
      ],
      { error: 'PreflightBlocked', cause },
    ),
    preflight: blockedFindings,
    copies: [],
    rehearsal: null,
    prediction: null,
  });
}

/** A cutover that one person refused at "switch", and that was put back. */
export function unwoundCutover(): RunDocuments {
  const run = cutoverRun();
  const [go, toSwitch] = run.approvals;
  const refused = at(START, 2600);
  return grown(run, {
    histories: [
      ...play(
        'RetoolEcsToEks',
        START,
        [
          { name: 'Take the lease', seconds: 0.2 },
          { name: 'Collect', seconds: 1.4 },
          { name: 'Ask for go', seconds: 2468 },
          { name: 'Freeze', seconds: 3.7 },
          { name: 'Copy into the target', seconds: 9.8 },
          { name: 'Start the target', seconds: 3.5 },
          { name: 'Ask for switch', seconds: 114, fails: 'open' },
        ],
        { error: 'ApprovalRejected', cause: 'carol@example.com said no: the sales team is still in a demonstration.' },
      ),
      ...play('Unwind', at(START, 2601), [
        { name: 'Take over', seconds: 0.2 },
        { name: 'Close the target', seconds: 0.4 },
        { name: 'Open the source database', seconds: 0.4 },
        { name: 'Start the source services', seconds: 2.2 },
        { name: 'Write the report', seconds: 0.3, running: true },
      ]),
    ],
    writtenAt: at(START, 2606),
    approvals: [
      go!,
      {
        request: toSwitch!.request,
        votes: [vote(toSwitch!.request, 'carol@example.com', 'reject', refused)],
        outcome: outcome(toSwitch!.request, 'rejected', ['carol@example.com'], refused),
      },
    ],
    ledger: ledger({ phase: 'unwinding', writable: 'source' }),
  });
}
