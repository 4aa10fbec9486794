import { type Circumstances, explain } from '../../lib/domain/diagnosis.ts';
import { emptyLedger } from '../../lib/domain/ledger.ts';
import { noon } from '../support/run-documents.ts';

const cutOver = (gate: Circumstances['gate']) =>
  explain({
    ledger: { ...emptyLedger('acme', noon), writable: 'target', pointOfNoReturn: noon },
    holderStatus: null,
    running: [],
    sourceDatabase: { fence: 'sealed', rows: 1 },
    targetDatabase: { databases: [], tables: 9 },
    services: [],
    deployments: [{ name: 'retool', replicas: 1, readyReplicas: 1 }],
    gate,
    dns: { name: 'retool.example.com', answer: ['new.elb'], target: 'new.elb' },
    interrupted: null,
  });
const kubernetes = (gate: Circumstances['gate']) =>
  cutOver(gate).lines.find(({ about }) => about === 'Kubernetes')?.says;

test.each([
  ['open', { service: 'retool' }, /gate open, to retool$/, /^Cut over/],
  ['closed', { service: null }, /gate closed$/, /its gate is closed: open it/],
  ['not to be read', 'Kubernetes does not let Passage read it (403).', /gate not known: .*403/, /is not known: look/],
] as const)('after a cutover a gate that is %s is told as such, and none as another', (_, gate, says, verdict) => {
  expect(kubernetes(gate)).toMatch(says);
  expect(cutOver(gate).verdict).toMatch(verdict);
});

const held = { run: 'r', execution: 'arn:r', mode: 'rehearsal', since: noon, configurationDigest: 'd' } as const;

/** An account that was killed, as the one that only looks at it sees it. */
const killed = (more: Partial<Circumstances>) =>
  explain({
    ledger: emptyLedger('acme', noon),
    holderStatus: 'RUNNING',
    running: ['cutover-1', 'inner'],
    sourceDatabase: { fence: 'fenced', rows: 1 },
    targetDatabase: { databases: [], tables: 0 },
    services: [],
    deployments: [],
    gate: { service: null },
    dns: { name: 'retool.example.com', answer: [], target: 'new.elb' },
    interrupted: [{ run: 'cutover-1', mode: 'cutover', step: 'Ask for switch' }],
    ...more,
  });

test('of an interrupted run it says where it stands, that it does not go on, and which command sees it through', () => {
  const { lines, verdict } = killed({});
  expect(verdict).toBe(
    'Run cutover-1 was interrupted at "Ask for switch" when the simulated account ended. Nothing has gone on: "diagnose" only looks. "npm run cutover" sees it through, with the decisions that people have made; once "switch" is approved it passes the point of no return.',
  );
  expect(lines.find(({ about }) => about === 'Executions')?.says).toBe(
    'interrupted, and standing still: cutover-1, inner',
  );
});

test.each([
  ['a rehearsal', [{ run: 'r', mode: 'rehearsal', step: 'Dump' }], /"npm run rehearse" sees it through\.$/],
  [
    'a preflight',
    [{ run: 'p', mode: 'preflight', step: null }],
    /at its start.*passage -- preflight" sees it through\.$/,
  ],
  ['what is put back', [], /being put back when.*"npm run passage -- serve" goes on with it/],
] as const)('%s that was interrupted has a command of its own', (_, interrupted, verdict) => {
  const ledger = { ...emptyLedger('acme', noon), holder: held };
  expect(killed({ interrupted, ledger }).verdict).toMatch(verdict);
});

test('an execution that only had to end after everything was put back leaves nothing to do', () => {
  const sourceDatabase = { fence: null, rows: 1 };
  expect(killed({ interrupted: [], running: ['unwind-1'], sourceDatabase }).verdict).toMatch(/^Nothing is under way/);
});

test('past the point of no return it says so, and that users wait', () => {
  const ledger = { ...emptyLedger('acme', noon), writable: 'target', pointOfNoReturn: noon } as const;
  expect(killed({ ledger }).verdict).toMatch(/"npm run cutover" sees it through: it has passed .* users wait/);
});
