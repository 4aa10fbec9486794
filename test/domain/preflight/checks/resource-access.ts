import { type Cases, withDatabases } from '../world.ts';

const types = (...counts: number[]) =>
  withDatabases({ resourceTypes: counts.map((count, index) => ({ type: `kind${index}`, count })) });

export const cases: Cases = {
  none: { given: types(), severity: 'PASS' },
  one: {
    given: types(1),
    severity: 'INFO',
    says: /^Not looked at: whether the target reaches the one resource \(kind0 1\)\. Let/,
  },
  'several, most of a kind first': {
    given: types(1, 4),
    severity: 'INFO',
    says: /reaches the 5 resources \(kind1 4, kind0 1\)\..*NAT gateways.*task role/,
  },
  'the table could not be read': {
    given: withDatabases({ resourceTypes: null }),
    severity: 'INFO',
    says: /Could not be learned: what resources/,
  },
};
