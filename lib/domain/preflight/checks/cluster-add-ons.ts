import { several } from '../../quantities.ts';
import { type Check, info, pass, unlearned, warning } from '../check.ts';

export const check: Check = {
  id: 'cluster-add-ons',
  title: 'The target cluster has what the chart and the restore rest on',
  about: 'application',
  look({ target, configuration }) {
    const absent = target.addOns.filter(({ present }) => present === false).map(({ name }) => name);
    const works = (target.ingress?.hostnames.length ?? 0) > 0;
    if (absent.includes('load-balancer-controller') && target.ingress?.class === 'alb' && !works) {
      return warning(
        'The Ingress is of class alb, and no AWS Load Balancer Controller was found.',
        'Install it (or use EKS Auto Mode): without it the Ingress gets no load balancer.',
      );
    }
    if (absent.includes('pod-identity-agent')) {
      return warning(
        `EKS keeps no Pod Identity Agent in the cluster${target.capacity?.nodes.some(({ madeBy }) => madeBy === 'fargate') ? ', and pods on Fargate never have one' : ''}: by it the pod of the restore is given its role.`,
        `aws eks create-addon --cluster-name ${configuration.target.eks.cluster} --addon-name eks-pod-identity-agent. Where it was installed by other means, override this.`,
      );
    }
    const unknown = target.addOns.filter(({ present }) => present === null).map(({ name }) => name);
    if (unknown.length > 0 || target.addOns.length === 0) {
      return unlearned(`whether the cluster has ${several(unknown) || 'add-ons'}.`, 'Look for their deployments.');
    }
    if (absent.length > 0) {
      return info(
        `Not found: ${several(absent)}.`,
        'Without External Secrets the values that move must be set as Kubernetes secrets by hand; without Reloader pods do not notice.',
      );
    }
    return pass(`${several(target.addOns.map(({ seen }) => seen))}.`);
  },
};
