import { batch, pointedAt, type RecordChange, recordsOf, withoutDot } from '../../lib/domain/dns.ts';
import type { RecordSet } from '../../lib/workflow/documents/collected.ts';
import { record } from '../support/run-documents.ts';

const keyOf = ({ name, type, setIdentifier }: RecordSet) => `${name} ${type} ${setIdentifier}`;

/** Route 53's rules for a batch: what is deleted must exist as it is named, and no name has a CNAME beside another. */
function apply(zone: readonly RecordSet[], changes: readonly RecordChange[]): RecordSet[] {
  const after = new Map(zone.map((set) => [keyOf(set), set]));
  for (const { action, record: set } of changes) {
    if (action === 'DELETE') {
      expect(after.get(keyOf(set))).toEqual(set);
      after.delete(keyOf(set));
    } else after.set(keyOf(set), set);
  }
  const sets = [...after.values()];
  for (const { name, type } of sets) {
    if (type === 'CNAME') expect(sets.filter((other) => other.name === name)).toHaveLength(1);
  }
  return sets;
}

const name = 'retool.acme.example.com.';
const a = record({ type: 'A', values: ['192.0.2.1'] });
const aaaa = record({ type: 'AAAA', values: ['2001:db8::1'] });
const alias = record({
  type: 'A',
  ttl: null,
  values: [],
  alias: { hostedZoneId: 'Z2', dnsName: 'ecs.elb.example.com.', evaluateTargetHealth: false },
});
const pointed = pointedAt(name, 'eks.elb.example.com', 60);

test.each([
  ['a CNAME', [record()]],
  ['an address', [a]],
  ['two families of addresses', [a, aaaa]],
  ['an alias', [alias]],
  ['nothing', []],
  ['a CNAME that points there already', [pointed]],
])('a batch from %s to the target and its reverse restore the zone exactly', (_, before) => {
  const after = apply(before, batch(before, [pointed]));
  expect(after).toEqual([pointed]);
  expect(apply(after, batch(after, before))).toEqual(before);
});

test('a CNAME over a CNAME is one UPSERT, so that there is no moment without an answer', () => {
  expect(batch([record()], [pointed])).toEqual([{ action: 'UPSERT', record: pointed }]);
});

test('an address gives way to a CNAME in one batch: the deletion stands first', () => {
  expect(batch([a], [pointed]).map(({ action, record: { type } }) => [action, type])).toEqual([
    ['DELETE', 'A'],
    ['UPSERT', 'CNAME'],
  ]);
});

test('routed records of one name and type are told apart by their identifier', () => {
  const [east, west] = [record({ setIdentifier: 'east' }), record({ setIdentifier: 'west' })];
  expect(batch([east, west], [west]).map(({ action, record: set }) => [action, set.setIdentifier])).toEqual([
    ['DELETE', 'east'],
    ['UPSERT', 'west'],
  ]);
});

test('the records of a name are found in any case, with and without the final dot, and no others', () => {
  const zone = [record(), record({ name: 'x.retool.acme.example.com.' }), record({ name: 'acme.example.com.' })];
  expect(recordsOf(zone, 'Retool.ACME.example.com')).toEqual([zone[0]]);
  expect(recordsOf(zone, name)).toEqual([zone[0]]);
});

test('a name without its dot is the name, and one without a dot stays', () => {
  expect([withoutDot('a.b.'), withoutDot('a.b')]).toEqual(['a.b', 'a.b']);
});
