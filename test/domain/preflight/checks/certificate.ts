import { later } from '../../../support/run-documents.ts';
import { balancer, type Cases, fine, variable, withBalancers, withDns, withSource, withTarget } from '../world.ts';

type Balancer = ReturnType<typeof balancer>;
type Certificate = Balancer['listeners'][number]['certificates'][number];

const withTargetBalancer = (target: Balancer, source: Balancer | null = null) =>
  withDns(withBalancers({ source, target }));
const certified = (certificate: Partial<Certificate>) => withTargetBalancer(balancer('internal', certificate));
/** A certificate each, of the one listener that browsers meet. */
const several = (...certificates: Partial<Certificate>[]) => {
  const [first, ...rest] = certificates.map((each) => balancer('internal', each).listeners[0]!);
  return withTargetBalancer(
    balancer(
      'internal',
      {},
      {
        listeners: [{ ...first!, certificates: [first, ...rest].flatMap((listener) => listener?.certificates ?? []) }],
      },
    ),
  );
};
const listening = (protocol: string, port: number): Partial<Balancer> => ({
  listeners: [{ arn: 'arn:listener', port, protocol, certificates: [] }],
});
const onlyHttp = (...more: readonly Partial<Balancer>[]) =>
  balancer('internal', {}, Object.assign({}, listening('HTTP', 80), ...more));
const basedOn = (url: string) => withSource({ variables: [variable('BASE_DOMAIN', { value: url })] });
const nothing = withDns(withBalancers({}));

export const cases: Cases = {
  'valid by a wildcard': { given: {}, severity: 'PASS', says: /^\*\.acme\.example\.com, valid for 200 days/ },
  'valid by the name itself, in another case': {
    given: certified({ names: ['old.example.com', 'Retool.ACME.example.com'] }),
    severity: 'PASS',
  },
  'several by server name: one fits, whatever the default is': {
    given: several(
      { names: ['other.example.com'], notAfter: later(-86_400), status: 'EXPIRED' },
      { names: ['retool.acme.example.com'] },
    ),
    severity: 'PASS',
    says: /^retool\.acme/,
  },
  'several fit: the one that lasts longest is shown': {
    given: several({ notAfter: later(86_400) }, { notAfter: later(90 * 86_400) }),
    severity: 'PASS',
    says: /90 days/,
  },
  'valid for thirty days': { given: certified({ notAfter: later(30 * 86_400) }), severity: 'PASS' },

  'not looked at, but named': {
    given: {
      ...nothing,
      ...withTarget({ ingress: { ...fine.target.ingress!, annotations: { 'certificate-arn': 'arn:acm' } } }),
    },
    severity: 'INFO',
    says: /arn:acm/,
  },
  'without an end': { given: certified({ notAfter: null }), severity: 'INFO', says: /until when/ },
  'imported, with time left': {
    given: certified({ type: 'IMPORTED' }),
    severity: 'INFO',
    says: /imported.*does not renew it.*before 2026-09-17/,
  },
  'users come to the source without TLS, too': {
    given: withTargetBalancer(onlyHttp(), onlyHttp()),
    severity: 'INFO',
    says: /HTTP on port 80.*in clear/,
  },
  'the source calls itself by http://': {
    given: { ...withTargetBalancer(onlyHttp()), ...basedOn('http://retool.acme.example.com') },
    severity: 'INFO',
  },

  'nothing is known': { given: nothing, severity: 'WARNING', says: /Could not be learned.*curl --resolve/ },
  'something else stands before the load balancer of the Ingress': {
    given: withDns(withBalancers({ ingress: balancer('internal') })),
    severity: 'WARNING',
    says: /eks\.elb\.example\.com has\. It is no load balancer/,
  },
  'TLS ends in the pods': {
    given: withTargetBalancer(balancer('internal', {}, { type: 'network', ...listening('TCP', 443) })),
    severity: 'WARNING',
    says: /that of the pods/,
  },
  'a certificate could not be read': {
    given: several({ names: ['other.example.com'] }, { arn: 'arn:iam', status: null, names: [], type: 'IAM' }),
    severity: 'WARNING',
    says: /whether arn:iam is valid for retool/,
  },
  'it ends soon': { given: certified({ notAfter: later(10 * 86_400) }), severity: 'WARNING', says: /10 days/ },
  'it ends a moment before thirty days are over': {
    given: certified({ notAfter: later(30 * 86_400 - 1) }),
    severity: 'WARNING',
    says: /29 days.*why it has not been renewed/,
  },
  'it was imported and ends soon': {
    given: certified({ notAfter: later(86_400), type: 'IMPORTED' }),
    severity: 'WARNING',
    says: /import a new one/,
  },

  'waiting for its validation': {
    given: certified({ status: 'PENDING_VALIDATION', notAfter: null }),
    severity: 'BLOCKER',
    says: /PENDING_VALIDATION.*validation records/,
  },
  revoked: { given: certified({ status: 'REVOKED' }), severity: 'BLOCKER', says: /is REVOKED.*issued and attached/ },
  expired: { given: certified({ notAfter: later(-86_400) }), severity: 'BLOCKER', says: /expired on 2026-02-28/ },
  'for another name': {
    given: certified({ names: ['retool.example.com'] }),
    severity: 'BLOCKER',
    says: /names retool\.acme\.example\.com, only retool\.example\.com/,
  },
  'a wildcard stands for one label, not for two': {
    given: certified({ names: ['*.example.com'] }),
    severity: 'BLOCKER',
    says: /No certificate/,
  },
  'a wildcard does not stand for none': {
    given: certified({ names: ['*.retool.acme.example.com'] }),
    severity: 'BLOCKER',
  },
  'HTTPS on another port': {
    given: withTargetBalancer(balancer('internal', {}, listening('HTTPS', 8443))),
    severity: 'BLOCKER',
    says: /HTTPS on port 8443, not HTTPS on port 443/,
  },
  'HTTP only, where users come by HTTPS': {
    given: withTargetBalancer(onlyHttp(), balancer('internal')),
    severity: 'BLOCKER',
    says: /HTTP on port 80.*listen-ports/,
  },
  'no listener at all, whatever the source has': {
    given: withTargetBalancer(onlyHttp({ listeners: [] }), onlyHttp()),
    severity: 'BLOCKER',
    says: /no listener/,
  },
  'no TLS, where the source had it beside a redirect': {
    given: withTargetBalancer(
      onlyHttp(),
      balancer(
        'internal',
        {},
        { listeners: ['HTTPS', 'HTTP'].flatMap((each, at) => listening(each, [443, 80][at]!).listeners!) },
      ),
    ),
    severity: 'BLOCKER',
    says: /not HTTPS on port 443/,
  },
};
