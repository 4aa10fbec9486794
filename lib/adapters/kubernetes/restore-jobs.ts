import type { EKSClient } from '@aws-sdk/client-eks';
import { BatchV1Api } from '@kubernetes/client-node';
import { WORKER_ARCHITECTURE } from '../../workflow/documents/capacity.ts';
import { connectCluster, isConflict, isMissing, kubernetesRefused } from './cluster.ts';

/** Where restore Jobs live, apart from the application. */
const JOBS_NAMESPACE = 'passage';
/** Its pods take their AWS role from this service account. */
const JOBS_SERVICE_ACCOUNT = 'passage-restore';
const RUN_LABEL = 'passage.dev/run';

interface RestoreJob {
  /** Deterministic, so that creating it twice is creating it once. */
  readonly name: string;
  readonly run: string;
  readonly image: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly deadlineSeconds: number;
  readonly memoryMegabytes: number;
}

export interface RestoreJobs {
  create(job: RestoreJob): Promise<void>;
  /** Deletes every restore Job of a run and waits for nothing. */
  remove(run: string): Promise<number>;
}

export const restoreJobs =
  (eks: EKSClient) =>
  (cluster: string): RestoreJobs => {
    const connected = async () => (await connectCluster(eks, cluster)).makeApiClient(BatchV1Api);
    const namespace = JOBS_NAMESPACE;
    return {
      async create(job) {
        try {
          const batch = await connected();
          await batch.createNamespacedJob({
            namespace,
            body: {
              metadata: {
                name: job.name,
                labels: { [RUN_LABEL]: job.run, 'app.kubernetes.io/name': 'passage-restore' },
              },
              spec: {
                // The worker answers its callback itself: a second pod would have a token that is spent.
                backoffLimit: 0,
                activeDeadlineSeconds: job.deadlineSeconds,
                ttlSecondsAfterFinished: 86_400,
                template: {
                  metadata: { labels: { [RUN_LABEL]: job.run } },
                  spec: {
                    restartPolicy: 'Never',
                    serviceAccountName: JOBS_SERVICE_ACCOUNT,
                    // In a cluster of both kinds a pod is put on any node, where an image of the other kind does not start.
                    nodeSelector: { 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': WORKER_ARCHITECTURE },
                    // By number: of a user that the image names, the kubelet cannot tell that it is not root.
                    securityContext: {
                      runAsNonRoot: true,
                      runAsUser: 1000,
                      seccompProfile: { type: 'RuntimeDefault' },
                    },
                    containers: [
                      {
                        name: 'worker',
                        image: job.image,
                        args: ['restore'],
                        env: Object.entries(job.environment).map(([name, value]) => ({ name, value })),
                        resources: {
                          requests: { memory: `${job.memoryMegabytes}Mi` },
                          limits: { memory: `${job.memoryMegabytes}Mi` },
                        },
                        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
                      },
                    ],
                  },
                },
              },
            },
          });
        } catch (error) {
          if (isConflict(error)) return;
          throw kubernetesRefused(`create Job "${job.name}" in namespace "${namespace}"`, error);
        }
      },
      async remove(run) {
        try {
          const batch = await connected();
          const { items } = await batch.listNamespacedJob({ namespace, labelSelector: `${RUN_LABEL}=${run}` });
          for (const { metadata } of items) {
            const name = metadata?.name ?? '';
            await batch.deleteNamespacedJob({ name, namespace, propagationPolicy: 'Foreground' }).catch((error) => {
              if (!isMissing(error)) throw error;
            });
          }
          return items.length;
        } catch (error) {
          throw kubernetesRefused(`delete the restore Jobs of run ${run}`, error);
        }
      },
    };
  };
