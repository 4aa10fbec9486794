import { nothingSaved } from '../../lib/domain/ledger.ts';
import { measurementOf } from '../../lib/domain/measurement.ts';
import { predictFreeze } from '../../lib/domain/prediction.ts';
import type { RunDocuments } from '../../lib/domain/summary.ts';
import { type ExecutionHistory, type HistoryEvent, timeline } from '../../lib/domain/timeline.ts';
import type {
  ApprovalRequest,
  CopyProof,
  Ledger,
  Outcome,
  Plan,
  Preflight,
  Vote,
} from '../../lib/workflow/documents.ts';

import { knownVariables } from './variables.ts';

/** A state as it is played into a history: how long it takes, what runs inside, how it ends. */
export interface Played {
  readonly name: string;
  readonly type?: 'Task' | 'Parallel' | 'Choice' | 'Succeed' | 'Fail';
  readonly seconds?: number;
  readonly branches?: readonly (readonly Played[])[];
  readonly nested?: { readonly machine: string; readonly states: readonly Played[] };
  /** `left`: caught, and left for the next state. `open`: the execution fails in it. `running`: it has not ended. */
  readonly fails?: 'left' | 'open';
  readonly running?: boolean;
}

const ACCOUNT = 'arn:aws:states:eu-west-1:111122223333:execution';
export const at = (start: string, seconds: number): string =>
  new Date(Date.parse(start) + Math.round(seconds * 1000)).toISOString();

/** Histories in AWS's events of a journey that is played from `start`: its own first, then those nested in it. */
export function play(
  machine: string,
  start: string,
  states: readonly Played[],
  end: { readonly error?: string; readonly cause?: string; readonly status?: string } = {},
): ExecutionHistory[] {
  const events: HistoryEvent[] = [];
  const nested: ExecutionHistory[] = [];
  let clock = Date.parse(start);
  let running = false;
  const emit = (previousEventId: number, type: string, details: Partial<HistoryEvent> = {}): number => {
    const id = events.length + 1;
    events.push({ id, previousEventId, type, timestamp: new Date(clock), ...details });
    return id;
  };
  const playState = (state: Played, previous: number): number => {
    const type = state.type ?? 'Task';
    let last = emit(previous, `${type}StateEntered`, { stateEnteredEventDetails: { name: state.name } });
    if (type === 'Fail') return last;
    if (type === 'Parallel') {
      last = emit(last, 'ParallelStateStarted');
      const [begun, from] = [last, clock];
      let latest = clock;
      for (const branch of state.branches ?? []) {
        clock = from;
        let inBranch = begun;
        for (const inner of branch) inBranch = playState(inner, inBranch);
        if (clock >= latest) last = inBranch;
        latest = Math.max(latest, clock);
      }
      clock = latest;
      if (running) return last;
      last = emit(last, state.fails ? 'ParallelStateFailed' : 'ParallelStateSucceeded');
    } else if (type === 'Task') {
      last = emit(last, 'TaskScheduled');
      if (state.nested) {
        const parts = play(state.nested.machine, new Date(clock).toISOString(), state.nested.states, {
          ...(state.fails ? { error: end.error ?? 'States.TaskFailed', cause: end.cause ?? '' } : {}),
        });
        const child = parts[0]!;
        nested.push(...parts);
        last = emit(last, 'TaskSubmitted', {
          taskSubmittedEventDetails: { output: JSON.stringify({ ExecutionArn: child.execution.arn }) },
        });
        running ||= child.execution.status === 'RUNNING';
        clock = Math.max(clock, ...child.events.map(({ timestamp }) => new Date(timestamp!).getTime()));
      }
      clock += (state.seconds ?? 0) * 1000;
      running ||= state.running === true;
      if (running) return last;
      last = emit(last, state.fails ? 'TaskFailed' : 'TaskSucceeded');
    }
    if (state.fails === 'open') return last;
    return emit(last, `${type}StateExited`, { stateExitedEventDetails: { name: state.name } });
  };
  let last = emit(0, 'ExecutionStarted');
  let first = true;
  for (const state of states) {
    last = playState(state, first ? 0 : last);
    first = false;
    if (running) break;
  }
  const status = running ? 'RUNNING' : (end.status ?? (end.error ? 'FAILED' : 'SUCCEEDED'));
  if (!running) emit(last, `Execution${status[0]}${status.slice(1).toLowerCase()}`);
  return [
    {
      execution: {
        machine,
        arn: `${ACCOUNT}:passage-${machine}:${start}-${states[0]?.name ?? ''}`,
        status,
        startDate: start,
        stopDate: running ? null : new Date(clock),
        error: end.error ?? null,
        cause: end.cause ?? null,
      },
      events,
    },
    ...nested,
  ];
}

const digest = (letter: string): string => letter.repeat(64);
const START = '2026-11-21T20:14:03.120Z';

export const plan = (mode: Plan['mode'], more: Partial<Plan> = {}): Plan => ({
  run: mode === 'rehearsal' ? 'acme-retool-20261121-201403' : 'acme-retool-20261121-213000',
  migration: 'acme-retool',
  mode,
  reason: mode === 'rehearsal' ? 'Nightly rehearsal' : 'Move Retool to EKS, change CHG-4711',
  execution: `${ACCOUNT}:passage-RetoolEcsToEks:1`,
  startedAt: START,
  configurationDigest: digest('c'),
  planDigest: digest('d'),
  databasesOnly: false,
  keep: false,
  level: mode === 'rehearsal' ? 'boot' : 'copy',
  mail: false,
  ...more,
});

export const preflight: Preflight = {
  at: at(START, 1.4),
  findings: [
    {
      id: 'encryption-key',
      title: 'Both sides have the same encryption key',
      severity: 'PASS',
      saw: 'fingerprint 5f2a91c0 on the source and on the target',
      todo: null,
      overridden: null,
      runbook: 'docs/runbook.md#x',
    },
    {
      id: 'postgres-major',
      title: 'The target’s PostgreSQL is not older',
      severity: 'PASS',
      saw: 'source 15.18, target 16.4',
      todo: null,
      overridden: null,
      runbook: 'docs/runbook.md#x',
    },
    {
      id: 'image-tag',
      title: 'Both sides run the same Retool',
      severity: 'WARNING',
      saw: 'source tryretool/backend:3.114.3-stable, target tryretool/backend:3.114.5-stable',
      todo: 'set the tag of the target to 3.114.3-stable, or rehearse once more after upgrading the source',
      overridden: null,
      runbook: 'docs/runbook.md#x',
    },
    {
      id: 'extensions',
      title: 'Every extension exists on the target',
      severity: 'INFO',
      saw: 'uuid-ossp 1.1 on both; pg_stat_statements is left out, for no table needs it',
      todo: null,
      overridden: null,
      runbook: 'docs/runbook.md#x',
    },
    {
      id: 'target-space',
      title: 'The target has room for the copy',
      severity: 'PASS',
      saw: '62.4 MB to copy, 19.3 GB free',
      todo: null,
      overridden: null,
      runbook: 'docs/runbook.md#x',
    },
  ],
};

const sizes: readonly (readonly [string, number, number, number])[] = [
  ['public.page_saves', 12_480, 28_400_112, 3.9],
  ['public.audit_trail_events', 148_203, 17_204_331, 2.6],
  ['public.pages', 214, 6_102_448, 0.9],
  ['public.workflow_run_logs', 31_009, 4_890_120, 0.8],
  ['public.user_sessions', 8_114, 1_904_220, 0.4],
  ['public.resources', 48, 912_004, 0.2],
  ['public.user_login_ids', 6_201, 620_100, 0.1],
  ['public.encrypted_resource_passwords', 48, 210_300, 0.1],
  ['public.users', 412, 148_900, 0.1],
  ['public.groups', 17, 9_200, 0.1],
  ['public.organizations', 1, 2_048, 0],
  ['public.config_vars', 0, 0, 0],
];

export function copyProof(into: CopyProof['into'], startedAt: string, more: Partial<CopyProof> = {}): CopyProof {
  const tables = sizes.map(([table, rows, bytes, seconds]) => ({
    table,
    rowsSource: rows,
    rowsTarget: rows,
    bytes,
    seconds,
    equal: true,
  }));
  return {
    copy: 'main',
    into,
    database: into === 'scratch' ? 'passage_scratch_acme_retool_7' : 'hammerhead_production',
    startedAt,
    dumpedAt: at(startedAt, 5.1),
    restoredAt: at(startedAt, 7.4),
    provedAt: at(startedAt, 8.3),
    rows: tables.reduce((sum, table) => sum + table.rowsSource, 0),
    bytes: tables.reduce((sum, table) => sum + table.bytes, 0),
    stagedBytes: 11_204_880,
    tables,
    differences: [],
    memoryBytes: { dump: 148_400_000, restore: 171_200_000 },
    cpuSeconds: { dump: 61.5, restore: 74.2 },
    proofShare: 0.23,
    largestRowBytes: 1_048_600,
    incidents: [],
    catalog: { objects: 412, remarks: [] },
    ...more,
  };
}

export const request = (
  subject: ApprovalRequest['subject'],
  requestedAt: string,
  minutes: number,
): ApprovalRequest => ({
  id: `acme-retool-20261121-213000-${subject}`,
  subject,
  lease: { migration: 'acme-retool', run: 'acme-retool-20261121-213000', epoch: 7 },
  reason: 'Move Retool to EKS, change CHG-4711',
  requester: 'arn:aws:sts::111122223333:assumed-role/Operators/alice@example.com',
  requestedAt,
  deadline: at(requestedAt, minutes * 60),
  required: 2,
  approvers: [
    { email: 'bob@example.com', keyHash: digest('1') },
    { email: 'carol@example.com', keyHash: digest('2') },
    { email: 'dan@example.com', keyHash: digest('3') },
  ],
  excluded: [{ email: 'alice@example.com', because: 'started this run, and nobody approves their own request' }],
  evidence: [
    { key: 'runs/acme-retool-20261121-213000/plan.json', sha256: digest('a') },
    { key: 'runs/acme-retool-20261121-213000/preflight.json', sha256: digest('b') },
    { key: 'runs/acme-retool-20261121-213000/rehearsal.json', sha256: digest('e') },
  ],
  planDigest: digest('d'),
  digest: '8f14e45fceea167a5a36dedd4bea2543f6c1b3c0a8e7d1f0b9e2a4c6d8f01234',
  facts:
    subject === 'go'
      ? [
          { label: 'Rehearsed', value: '2 h 10 min ago, all 12 tables equal' },
          { label: 'Predicted freeze', value: '9.0 s to 8 min 47 s' },
          { label: 'Database', value: '60.4 MB in 12 tables' },
          { label: 'Warnings', value: 'image-tag: source 3.114.3-stable, target 3.114.5-stable' },
        ]
      : [
          { label: 'Rows proved equal', value: '206,747 in 12 tables' },
          { label: 'Fence', value: '6 logins tried, all refused' },
          { label: 'Target', value: '3 of 3 deployments ready behind the closed gate' },
          { label: 'Name', value: 'retool.acme.example.com to acme-retool-eks-2083.eu-west-1.elb.amazonaws.com' },
        ],
});

export const vote = (of: ApprovalRequest, email: string, decision: Vote['decision'], when: string): Vote => ({
  approval: of.id,
  email,
  decision,
  digest: of.digest,
  comment: email.startsWith('bob') ? 'Support is informed.' : '',
  at: when,
});

export const outcome = (of: ApprovalRequest, decision: Outcome['decision'], by: string[], when: string): Outcome => ({
  approval: of.id,
  decision,
  digest: of.digest,
  by,
  at: when,
});

export const ledger = (more: Partial<Ledger> = {}): Ledger => ({
  migration: 'acme-retool',
  epoch: 7,
  nonce: 'n',
  holder: null,
  phase: 'idle',
  writable: 'source',
  effect: null,
  saved: nothingSaved,
  pointOfNoReturn: null,
  lastRehearsal: null,
  updatedAt: START,
  ...more,
});

const collected: readonly Played[] = [
  { name: 'Take the lease', seconds: 0.21 },
  {
    name: 'Collect',
    type: 'Parallel',
    branches: [
      [{ name: 'Collect source', seconds: 0.48 }],
      [{ name: 'Collect target', seconds: 0.36 }],
      [{ name: 'Collect DNS', seconds: 0.12 }],
    ],
  },
  { name: 'Inspect databases', seconds: 0.39 },
  { name: 'Run preflight', seconds: 0.17 },
  { name: 'Is this a rehearsal?', type: 'Choice' },
];

const copying = (last: Played = { name: 'Copied', type: 'Succeed' }): Played['nested'] => ({
  machine: 'CopyDatabase',
  states: [
    { name: 'Prepare target', seconds: 0.42 },
    {
      name: 'Dump and restore',
      type: 'Parallel',
      branches: [[{ name: 'Dump', seconds: 5.9 }], [{ name: 'Restore', seconds: 8.2 }]],
    },
    { name: 'Prove that all arrived', seconds: 0.9 },
    last,
  ],
});

const unwinding = (from: number): Played['nested'] => ({
  machine: 'Unwind',
  states: [
    ...[
      'Take over',
      'Stop the workers',
      'Close the target',
      'Put DNS back',
      'Open the source database',
      'Start the source services',
    ].map((name) => ({ name, seconds: 0.11 })),
    { name: 'Drop the copy', seconds: 0.31 },
    { name: 'Empty the staging', seconds: 0.14 },
    { name: 'Write the files', seconds: 0 },
    { name: 'Write the report', seconds: from, running: true },
  ],
});

/** Seconds from a run's start to the workers of its copy. */
const REHEARSED_COPY = 0.21 + 0.48 + 0.39 + 0.17 + 0.42 + 0.7;

/** A rehearsal at the moment at which its report is written. */
export function rehearsalRun(more: Partial<RunDocuments> = {}): RunDocuments {
  const copy = copyProof('scratch', at(START, REHEARSED_COPY));
  const rehearsing = plan('rehearsal');
  const histories = play('RetoolEcsToEks', START, [
    ...collected,
    { name: 'Copy into the scratch database', nested: copying(), seconds: 0.12 },
    { name: 'Record the rehearsal', seconds: 0.2 },
    { name: 'Clean up', nested: unwinding(0.3) },
  ]);
  const sourceBytes = 62_400_000;
  const measured = measurementOf({
    plan: rehearsing,
    sourceBytes,
    copy,
    bootSeconds: null,
    phases: timeline(histories, at(START, 12.6)),
    work: [],
    predicted: null,
    freeze: null,
  });
  const { planDigest } = rehearsing;
  const prediction = predictFreeze([measured], { planDigest, sourceBytes, growthBytes: 0, balanced: false })!;
  return {
    plan: rehearsing,
    histories,
    writtenAt: at(START, 12.6),
    requester: 'arn:aws:iam::111122223333:user/nightly',
    preflight,
    variables: [...knownVariables],
    freshForHours: 24,
    files: null,
    copies: [copy],
    boot: null,
    rehearsal: {
      run: 'acme-retool-20261121-201403',
      planDigest: digest('d'),
      finishedAt: at(START, 11.5),
      copySeconds: 8.3,
      sourceBytes,
      predictedFreezeSeconds: { low: prediction.low, high: prediction.high },
      level: 'boot',
    },
    prediction,
    drift: null,
    history: [{ ...measured, predicted: { low: prediction.low, high: prediction.high } }],
    sourceBytes,
    approvals: [],
    ledger: ledger({ phase: 'unwinding' }),
    ...more,
  };
}

/** A cutover at the moment at which its report is written; people took 41 minutes for go and 2 for switch. */
export function cutoverRun(more: Partial<RunDocuments> = {}): RunDocuments {
  const states: Played[] = [
    ...collected,
    { name: 'Admit the cutover', seconds: 0.23 },
    {
      name: 'Ask for go',
      nested: {
        machine: 'RequestApproval',
        states: [
          { name: 'Ask the approvers', seconds: 2468 },
          { name: 'Read the decision again', seconds: 0.24 },
          { name: 'Approved', type: 'Succeed' },
        ],
      },
    },
    {
      name: 'Freeze',
      nested: {
        machine: 'Freeze',
        states: [
          { name: 'Stop the source services', seconds: 0.32 },
          { name: 'Wait until they are gone', seconds: 2.4 },
          { name: 'Fence the source database', seconds: 0.34 },
          { name: 'Prove the fence', seconds: 0.61 },
          { name: 'Frozen', type: 'Succeed' },
        ],
      },
    },
    { name: 'Copy into the target', nested: copying(), seconds: 0.1 },
    { name: 'Start the target', seconds: 0.35 },
    { name: 'Wait until the target is ready', seconds: 3.1 },
    {
      name: 'Ask for switch',
      nested: {
        machine: 'RequestApproval',
        states: [
          { name: 'Ask the approvers', seconds: 127 },
          { name: 'Read the decision again', seconds: 0.22 },
          { name: 'Approved', type: 'Succeed' },
        ],
      },
    },
    {
      name: 'Switch',
      nested: {
        machine: 'SwitchDns',
        states: [
          { name: 'Change the record', seconds: 0.33 },
          { name: 'Wait for INSYNC', seconds: 1.3 },
          { name: 'Ask the name servers', seconds: 0.2 },
          { name: 'Seal the source', seconds: 0.4 },
          { name: 'Pass the point of no return', seconds: 0.14 },
          { name: 'Open the gate', seconds: 0.2 },
          { name: 'Switched', type: 'Succeed' },
        ],
      },
    },
    { name: 'Write the report', seconds: 0.4, running: true },
  ];
  const asked = { go: at(START, 1.7), switch: at(START, 2486.7) };
  const go = request('go', asked.go, 120);
  const toSwitch = request('switch', asked.switch, 60);
  const [goAt, switchAt] = [at(START, 2469.2), at(START, 2613.2)];
  const rehearsal = rehearsalRun();
  return {
    ...rehearsal,
    plan: plan('cutover'),
    histories: play('RetoolEcsToEks', START, states),
    writtenAt: at(START, 2616.9),
    requester: go.requester,
    copies: [copyProof('target', at(START, 2474.5))],
    approvals: [
      {
        request: go,
        votes: [
          vote(go, 'bob@example.com', 'approve', at(asked.go, 622)),
          vote(go, 'carol@example.com', 'approve', goAt),
        ],
        outcome: outcome(go, 'approved', ['bob@example.com', 'carol@example.com'], goAt),
      },
      {
        request: toSwitch,
        votes: [
          vote(toSwitch, 'carol@example.com', 'approve', at(asked.switch, 41)),
          vote(toSwitch, 'dan@example.com', 'approve', switchAt),
        ],
        outcome: outcome(toSwitch, 'approved', ['carol@example.com', 'dan@example.com'], switchAt),
      },
    ],
    ledger: ledger({ phase: 'switched', writable: 'target', pointOfNoReturn: at(START, 2616.1) }),
    ...more,
  };
}

/** A rehearsal whose restore worker was lost; its report is written by the unwind that the rule started. */
export function failedRun(more: Partial<RunDocuments> = {}): RunDocuments {
  const cause = 'The restore Job stopped reporting. See its pod’s log; unwind removes what it left.';
  const journey = play(
    'RetoolEcsToEks',
    START,
    [
      ...collected,
      {
        name: 'Copy into the scratch database',
        fails: 'left',
        nested: {
          machine: 'CopyDatabase',
          states: [
            { name: 'Prepare target', seconds: 0.42 },
            {
              name: 'Dump and restore',
              type: 'Parallel',
              fails: 'open',
              branches: [
                [{ name: 'Dump', seconds: 5.9 }],
                [
                  { name: 'Restore', seconds: 49, fails: 'left' },
                  { name: 'Restore worker lost', type: 'Fail' },
                ],
              ],
            },
          ],
        },
      },
      { name: 'Failed in a part', type: 'Fail' },
    ],
    { error: 'WorkerLost', cause },
  );
  const unwind = play('Unwind', at(START, 52), unwinding(0.3)!.states);
  return {
    ...rehearsalRun(),
    histories: [...journey, ...unwind],
    writtenAt: at(START, 54),
    copies: [],
    rehearsal: null,
    prediction: null,
    ...more,
  };
}
