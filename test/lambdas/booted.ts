import type { V1PodSpec } from '@kubernetes/client-node';
import type { BootPods } from '../../lib/adapters/kubernetes/boot-pods.ts';
import type { Answer, Question } from '../../lib/adapters/kubernetes/pod-tunnel.ts';
import type { BootedDatabase } from '../../lib/adapters/postgres/scratch-boot.ts';
import type { TargetDatabase } from '../../lib/adapters/postgres/target.ts';
import type { BootingPod } from '../../lib/domain/boot.ts';
import type { BootPod } from '../../lib/domain/boot-pod.ts';
import { later, noon } from '../support/run-documents.ts';

interface Database {
  readonly sessions?: number;
  readonly schemaMigrations?: BootedDatabase['schemaMigrations'];
  /** Encrypted values by the hash of their key. */
  readonly hashes?: Readonly<Record<string, number>>;
}

/** A cluster in memory that boots one pod, as a test wants it to fare. */
export function bootedBackend(act: (what: string) => void) {
  const template = {
    metadata: {},
    spec: {
      containers: [
        {
          name: 'main-backend',
          env: [
            { name: 'SERVICE_TYPE', value: 'MAIN_BACKEND' },
            { name: 'POSTGRES_HOST', value: 'target.invalid' },
          ],
        },
      ],
    } as V1PodSpec,
  };
  const fares = {
    template,
    pod: null as BootPod<V1PodSpec> | null,
    /** Whose pod is there; null for none. */
    run: null as string | null,
    state: { kind: 'running', since: later(2) } as BootingPod['state'],
    readySince: null as string | null,
    variables: [] as string[],
    log: '',
    /** What each look at its memory finds, in order; at last that there are no metrics. */
    memory: [] as Awaited<ReturnType<BootPods['memory']>>[],
    health: { status: 200, body: '{"status":"HEALTHY","version":"3.114.3-stable"}' } as Answer,
    /** What the management API answers to everything, where it is not content. */
    api: 200,
    asked: [] as (Question & { port: number })[],
    /** How often it is still there when it is asked to end. */
    endsAfter: 0,
    /** What is seen in its database, look after look; at last 71 values of key `k`. */
    databases: [] as Database[],
  };
  const manage = ({ method }: Question): Answer => {
    if (fares.api !== 200) return { status: fares.api, body: '{"success":false}' };
    if (method === 'DELETE') return { status: 204, body: '' };
    const data = method === 'GET' ? [{ id: 'e1', default: true }] : { id: 'v1' };
    return { status: 200, body: JSON.stringify({ success: true, data }) };
  };
  const pods: BootPods = {
    template: async () => ({ deployment: 'retool', template: fares.template }),
    async create(pod) {
      act(`boot create ${pod.metadata.name}`);
      if (fares.run !== null) return fares.run;
      fares.pod = pod;
      fares.run = pod.metadata.labels['passage.dev/run'] ?? '';
      return null;
    },
    find: async () =>
      fares.pod && {
        name: fares.pod.metadata.name,
        annotations: fares.pod.metadata.annotations,
        variables: fares.variables,
        image: 'tryretool/backend:3.114.3-stable',
        container: 'main-backend',
        port: null,
        memoryLimit: '2Gi',
        createdAt: noon,
        unschedulable: null,
        probed: true,
        readySince: fares.readySince,
        state: fares.state,
      },
    log: async () => fares.log,
    memory: async () => fares.memory.shift() ?? { because: 'no metrics' },
    async ask(port, question) {
      fares.asked.push({ port, ...question });
      return question.path === '/api/checkHealth' ? fares.health : manage(question);
    },
    async remove(run) {
      act(`boot remove ${run}`);
      if (fares.run !== run) return false;
      fares.endsAfter -= 1;
      if (fares.endsAfter >= 0) return true;
      fares.run = null;
      fares.pod = null;
      return false;
    },
  };
  return {
    booted: fares,
    pods: () => pods,
    handOver: async ({ database }: TargetDatabase, role: string) => act(`hand over ${database} to ${role}`),
    async lookAtBooted(): Promise<BootedDatabase> {
      const { sessions = 2, schemaMigrations = null, hashes = { k: 71 } } = fares.databases.shift() ?? {};
      const groups = Object.entries(hashes).map(([hash, values]) => ({
        hash,
        methodVersion: 2,
        authTag: false,
        values,
      }));
      return { sessions, schemaMigrations, encrypted: { lookedAt: [], groups } };
    },
    sleep: async () => {},
  };
}
