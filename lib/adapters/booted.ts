import { z } from 'zod';
import type { BootingPod } from '../domain/boot.ts';
import { previewNameOf } from '../domain/boot-pod.ts';
import type { DeployedMigration } from '../workflow/configuration.ts';
import type { Boot } from '../workflow/documents/boot.ts';
import type { Ledger } from '../workflow/documents/ledger.ts';
import type { Lease } from '../workflow/documents/run.ts';
import { WorkflowError } from '../workflow/errors.ts';
import type { Evidence } from './evidence.ts';
import { parseJson } from './json.ts';
import type { BootPods } from './kubernetes/boot-pods.ts';
import type { Answer, Question } from './kubernetes/pod-tunnel.ts';
import type { Ledgers } from './ledger.ts';

/** Where the vendor's container listens unless its template states a port. */
const PORT = 3000;

const health = z.looseObject({ status: z.string(), version: z.string().optional() });

/** The backend that a run has booted. */
export interface Booted {
  readonly configuration: DeployedMigration;
  readonly ledger: Ledger;
  readonly namespace: string;
  readonly previewName: string;
  readonly pods: BootPods;
  ask(pod: BootingPod, question: Omit<Question, 'host'>): Promise<Answer>;
  /** What it says of itself. @throws BootNotReady unless it is healthy. */
  health(pod: BootingPod): Promise<Boot['health']>;
}

/** What the ledger says was booted, reachable under its preview name. */
export async function bootedIn(
  deps: {
    readonly ledgers: Ledgers;
    readonly evidence: Evidence;
    readonly pods: (cluster: string, namespace: string) => BootPods;
  },
  lease: Lease,
): Promise<Booted> {
  const [ledger, configuration] = await Promise.all([deps.ledgers.held(lease), deps.evidence.configuration(lease)]);
  const { boot } = ledger.saved;
  const { dns, target } = configuration;
  if (!boot || !dns)
    throw new WorkflowError('BootFailed', `Run ${lease.run} has booted nothing that could be looked at.`);
  const pods = deps.pods(boot.cluster, boot.namespace);
  const previewName = previewNameOf(dns.record, target.application?.boot?.previewName);
  const ask: Booted['ask'] = (pod, question) => pods.ask(pod.port ?? PORT, { ...question, host: previewName });
  return {
    configuration,
    ledger,
    namespace: boot.namespace,
    previewName,
    pods,
    ask,
    async health(pod) {
      const { status, body } = await ask(pod, { method: 'GET', path: '/api/checkHealth' });
      const said = health.safeParse(parseJson(body));
      if (status !== 200 || !said.success || said.data.status !== 'HEALTHY') {
        throw new WorkflowError(
          'BootNotReady',
          `GET /api/checkHealth answers ${status}${said.success ? ` "${said.data.status}"` : ''} instead of 200 "HEALTHY".`,
        );
      }
      return { status: said.data.status, version: said.data.version ?? null };
    },
  };
}
