import type { Certificate, LoadBalancer } from '../../../workflow/documents/findings.ts';
import { several } from '../../quantities.ts';
import { blocker, type Check, info, type Learned, pass, type Result, unlearned, warning } from '../check.ts';

const DAY_MS = 86_400_000;
/** Time to mend what AWS could not renew, beyond a soak of a week. */
const DAYS_LEFT = 30;
/** Where browsers go for `https://<name>`. */
const HTTPS_PORT = 443;

const endsTls = ({ protocol }: LoadBalancer['listeners'][number]): boolean => ['HTTPS', 'TLS'].includes(protocol);

export const check: Check = {
  id: 'certificate',
  title: "The target's load balancer has a valid certificate for the name",
  about: 'cutover',
  look(collected) {
    const { dns, configuration, now } = collected;
    const record = configuration.dns?.record ?? '';
    const balancer = dns.loadBalancers.target;
    if (!balancer) return unknownBalancer(collected, record);
    const listener = balancer.listeners.find(({ port }) => port === HTTPS_PORT);
    if (listener && !endsTls(listener) && balancer.type === 'network') {
      return warning(
        `Could not be learned: which certificate users will see. The load balancer hands port ${HTTPS_PORT} on as it comes, so it is that of the pods.`,
        tryIt(record),
      );
    }
    if (!listener || !endsTls(listener)) return withoutTls(collected, balancer);
    return judge(listener.certificates, record, now);
  },
};

const tryIt = (record: string): string =>
  `Try it before the cutover: curl --resolve ${record}:443:<address of the load balancer> https://${record}/.`;

function unknownBalancer({ dns, target, configuration }: Learned, record: string): Result {
  if (dns.loadBalancers.ingress) {
    return warning(
      `Could not be learned: which certificate ${configuration.dns?.target} has. It is no load balancer of this account and region; users meet it before that of the Ingress.`,
      tryIt(record),
    );
  }
  const named = target.ingress?.annotations['certificate-arn'];
  if (named)
    return unlearned(`the state of certificate ${named}.`, `See in ACM that it is issued and names ${record}.`);
  return warning('Could not be learned: which certificate the target has.', tryIt(record));
}

function withoutTls({ dns, source }: Learned, { listeners }: LoadBalancer): Result {
  const has = listeners.map(({ port, protocol }) => `${protocol} on port ${port}`);
  const says = `The target's load balancer has ${has.length > 0 ? several(has) : 'no listener'}, not HTTPS on port ${HTTPS_PORT}`;
  const before = dns.loadBalancers.source;
  const base = source.variables.find(({ name }) => name === 'BASE_DOMAIN')?.value;
  if (listeners.length > 0 && (before ? !before.listeners.some(endsTls) : base?.startsWith('http://'))) {
    return info(`${says}; nor do users come to the source by HTTPS.`, 'Passwords cross the network in clear.');
  }
  return blocker(
    `${says}: browsers that come by https:// would not be answered.`,
    'Add the listener with a certificate: annotations alb.ingress.kubernetes.io/listen-ports and certificate-arn of the Ingress.',
  );
}

/** A wildcard stands for one label, the first; case does not count. */
function covers(pattern: string, name: string): boolean {
  const [wanted, asked] = [pattern.toLowerCase(), name.toLowerCase()];
  return wanted === asked || (wanted.startsWith('*.') && asked.replace(/^[^.]+/, '*') === wanted);
}

/** Of several, a listener shows the best that fits the name that the browser says. */
function judge(certificates: readonly Certificate[], record: string, now: number): Result {
  const fitting = certificates.filter(({ names }) => names.some((name) => covers(name, record)));
  const [best] = fitting
    .filter(({ status }) => status === 'ISSUED')
    .sort((a, b) => (b.notAfter ?? '').localeCompare(a.notAfter ?? ''));
  if (best) return judgeEnd(best, record, now);
  const unread = certificates.filter(({ status }) => status === null);
  if (unread.length > 0) {
    return warning(
      `Could not be learned: whether ${several(unread.map(({ arn }) => arn))} is valid for ${record}.`,
      tryIt(record),
    );
  }
  if (fitting.length > 0) {
    return blocker(
      `The certificate for ${record} is ${several(fitting.map(({ status }) => status ?? 'unread'))}.`,
      fitting.some(({ status }) => status === 'PENDING_VALIDATION')
        ? 'Put the validation records that ACM asks for into the zone; they take minutes to hours.'
        : 'Have one issued and attached before the cutover; its validation takes minutes to hours.',
    );
  }
  const others = certificates.flatMap(({ names }) => names);
  return blocker(
    `No certificate of port ${HTTPS_PORT} names ${record}${others.length > 0 ? `, only ${several(others)}` : ''}.`,
    'Have one issued and attached before the cutover; its validation takes minutes to hours.',
  );
}

function judgeEnd({ arn, names, notAfter, type }: Certificate, record: string, now: number): Result {
  if (notAfter === null) return unlearned(`until when ${arn} is valid.`, 'See in ACM.');
  const days = Math.floor((Date.parse(notAfter) - now) / DAY_MS);
  if (days < 0) return blocker(`The certificate for ${record} expired on ${notAfter}.`, 'Renew it first.');
  const imported = type === 'IMPORTED';
  if (days < DAYS_LEFT) {
    return warning(
      `The certificate for ${record} expires in ${days} days.`,
      imported
        ? 'It was imported, so AWS does not renew it: import a new one.'
        : 'See in ACM why it has not been renewed.',
    );
  }
  const valid = `${names.find((name) => covers(name, record))}, valid for ${days} days`;
  if (!imported) return pass(`${valid}.`);
  return info(`${valid}; it was imported.`, `AWS does not renew it: import a new one before ${notAfter.slice(0, 10)}.`);
}
