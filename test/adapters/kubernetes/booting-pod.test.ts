import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import { readPod } from '../../../lib/adapters/kubernetes/booting-pod.ts';
import { judgeBoot } from '../../../lib/domain/boot.ts';

const status = (name: string, state: V1ContainerStatus['state']): V1ContainerStatus =>
  ({ name, state, image: '', imageID: '', ready: false, restartCount: 0 }) as V1ContainerStatus;
const ended = (exitCode: number) => ({ terminated: { exitCode, reason: 'Error' } });
const pod = (of: V1Pod['status']): V1Pod => ({
  spec: { containers: [{ name: 'main-backend', env: [{ name: 'SERVICE_TYPE', value: 'MAIN_BACKEND' }] }] },
  status: of,
});

test('a container before the application that fails is named, with its own log, and not taken for a killed application', () => {
  const read = readPod(
    pod({
      phase: 'Failed',
      initContainerStatuses: [status('schema', ended(0)), status('wait-for-database', ended(3))],
      containerStatuses: [status('main-backend', { waiting: { reason: 'PodInitializing' } })],
    }),
  );
  expect(read).toMatchObject({ container: 'wait-for-database', state: { kind: 'unprepared', exitCode: 3 } });
  expect(judgeBoot(read, 'Error: no route to host', 0)).toMatchObject({
    kind: 'failed',
    error: 'BootFailed',
    message: expect.stringMatching(/Init container "wait-for-database" ended with 3 \(Error\), .* never started/),
  });
});

test('a container beside the application that ends with it does not hide how the application ended', () => {
  const read = readPod(
    pod({
      initContainerStatuses: [status('proxy', ended(143))],
      containerStatuses: [status('main-backend', ended(1))],
    }),
  );
  expect(read).toMatchObject({ container: 'main-backend', state: { kind: 'ended', exitCode: 1 } });
});

test('an evicted pod ends without a word of its container', () => {
  expect(readPod(pod({ phase: 'Failed', reason: 'Evicted' })).state).toEqual({
    kind: 'ended',
    exitCode: 137,
    reason: 'Evicted',
  });
});
