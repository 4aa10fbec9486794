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
