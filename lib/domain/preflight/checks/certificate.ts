import { blocker, type Check, pass, unlearned, warning } from '../check.ts';
import { several } from '../words.ts';

const DAY_MS = 86_400_000;
/** Time to mend what AWS could not renew, beyond a soak of a week. */
const DAYS_LEFT = 30;

/** A wildcard stands for one label. */
const covers = (pattern: string, name: string): boolean =>
  pattern === name || (pattern.startsWith('*.') && name.slice(name.indexOf('.')) === pattern.slice(1));

export const check: Check = {
  id: 'certificate',
  title: "The target's load balancer has a valid certificate for the name",
  about: 'cutover',
  look({ dns, target, configuration, now }) {
    const record = configuration.dns?.record ?? '';
    const balancer = dns.loadBalancers.target;
    if (!balancer) {
      const named = target.ingress?.annotations['certificate-arn'];
      return named
        ? unlearned(`the state of certificate ${named}.`, `See in ACM that it is issued and names ${record}.`)
        : warning(
            'Could not be learned: which certificate the target has.',
            `Try it before the cutover: curl --resolve ${record}:443:<address of the load balancer> https://${record}/.`,
          );
    }
    const certificates = balancer.listeners.flatMap((listener) => listener.certificates);
    const fitting = certificates.filter(({ names }) => names.some((name) => covers(name, record)));
    const [best] = fitting
      .filter(({ status }) => status === 'ISSUED')
      .sort((a, b) => (b.notAfter ?? '').localeCompare(a.notAfter ?? ''));
    if (!best) {
      return blocker(
        fitting.length > 0
          ? `The certificate for ${record} is ${several(fitting.map(({ status }) => status))}.`
          : `No listener has a certificate for ${record}.`,
        'Have one issued and attached before the cutover; its validation takes minutes to hours.',
      );
    }
    if (best.notAfter === null) return unlearned(`until when ${best.arn} is valid.`, 'See in ACM.');
    const days = Math.floor((Date.parse(best.notAfter) - now) / DAY_MS);
    if (days < 0) return blocker(`The certificate for ${record} expired on ${best.notAfter}.`, 'Renew it first.');
    if (days < DAYS_LEFT) {
      return warning(
        `The certificate for ${record} expires in ${days} days.`,
        best.type === 'IMPORTED'
          ? 'It was imported, so AWS does not renew it: import a new one.'
          : 'See in ACM why it has not been renewed.',
      );
    }
    return pass(`${best.names[0]}, valid for ${days} days.`);
  },
};
