import { leadsTo, sameHost } from '../../lib/domain/load-balancer.ts';
import { record } from '../support/run-documents.ts';

test.each([
  ['a.elb.amazonaws.com', 'A.ELB.amazonaws.com.', true],
  ['dualstack.a.elb.amazonaws.com.', 'a.elb.amazonaws.com', true],
  ['a.elb.amazonaws.com', 'b.elb.amazonaws.com', false],
])('%s and %s are one load balancer: %p', (a, b, same) => {
  expect(sameHost(a, b)).toBe(same);
});

test('records lead on by alias or CNAME; addresses lead nowhere', () => {
  const alias = { hostedZoneId: 'Z2', dnsName: 'dualstack.a.elb.', evaluateTargetHealth: true };
  const text = record({ type: 'TXT', values: ['"v=1"'] });
  expect(leadsTo([text, record({ values: ['b.elb.'] })])).toBe('b.elb');
  expect(leadsTo([record({ type: 'AAAA', values: [], alias })])).toBe('dualstack.a.elb');
  expect(leadsTo([text, record({ type: 'A', values: ['192.0.2.1'] })])).toBeNull();
  expect(leadsTo([])).toBeNull();
});
