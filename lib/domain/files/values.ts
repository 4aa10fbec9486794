import { CHART, chartValues, sizedParts } from './chart.ts';
import type { Collected, UserFile } from './file.ts';
import { yaml } from './yaml.ts';

/** `values.yaml`, for `helm upgrade --install` without the blueprints. */
export function valuesFile(collected: Collected): UserFile {
  const { namespace, release } = chartValues(collected);
  return {
    name: 'values.yaml',
    text: yaml(chartValues(collected).tree, [
      `Values for the Helm chart ${CHART.name} ${CHART.version}, from what run ${collected.plan.run} found.`,
      'No value in here is a secret: secrets are named, and External Secrets brings them into the cluster.',
      '',
      `helm repo add ${CHART.repository.name} ${CHART.repository.url}`,
      `helm upgrade --install ${release} ${CHART.name} --version ${CHART.version} --namespace ${namespace} --values values.yaml`,
      `kubectl --namespace ${namespace} scale deployment --all --replicas=0`,
    ]),
    why: `The target as the chart ${CHART.name} ${CHART.version} makes it: the source's version, at least its size (${sizedParts(collected).join(', ')}), single sign-on and workflows held back.`,
    how: 'Without the blueprints: fill in what is behind a #, then run the commands at its top. They end with all deployments at zero, because Passage starts them at the cutover, each with as many pods as the source runs of it; nothing has to be applied again for that.',
  };
}
