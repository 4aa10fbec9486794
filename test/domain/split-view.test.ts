import { parentsOf, rivalsOf, zoneProblems } from '../../lib/domain/split-view.ts';
import { record } from '../support/run-documents.ts';

const own = { hostedZoneId: 'Z1', name: 'acme.example.com' };
const zone = (hostedZoneId: string, name: string, hidden = false) => ({ hostedZoneId, name, private: hidden });

test('zones above one are those of at least two labels', () => {
  expect(parentsOf('Retool.acme.example.com.')).toEqual(['acme.example.com', 'example.com']);
  expect(parentsOf('example.com')).toEqual([]);
});

test('a rival is another zone that holds the name: the same, one between, or a private one above', () => {
  const zones = [
    zone('Z1', 'acme.example.com'),
    zone('Z2', 'acme.example.com', true),
    zone('Z3', 'retool.acme.example.com'),
    zone('Z4', 'other.acme.example.com'),
    zone('Z5', 'example.com'),
    zone('Z6', 'tool.acme.example.com'),
    zone('Z7', 'example.com', true),
    zone('Z8', 'org.example.com', true),
    zone('Z7', 'example.com', true),
  ];
  expect(rivalsOf(own, 'Retool.acme.example.com', zones).map(({ hostedZoneId }) => hostedZoneId)).toEqual([
    'Z2',
    'Z3',
    'Z7',
  ]);
});

const publicZone = { name: 'acme.example.com', private: false };
const answers = (...answer: string[]) => [{ server: 'ns1', answer }];

test('one public zone that everybody follows has no problem', () => {
  expect(zoneProblems(publicZone, [], [record()], answers('ECS.elb.example.com.'))).toEqual([]);
  // An address of an alias says nothing about the zone that it came from.
  expect(zoneProblems(publicZone, [], [record({ type: 'A', values: [], ttl: null })], answers('192.0.2.1'))).toEqual(
    [],
  );
});

test.each([
  ['a zone of its own', { ...publicZone, private: true }, [], answers('ecs.elb.example.com'), /is private/],
  [
    'another zone',
    publicZone,
    [zone('Z2', 'acme.example.com', true)],
    answers('ecs.elb.example.com'),
    /private zone .* answers/,
  ],
  ['a server that says otherwise', publicZone, [], answers('old.example.com'), /ns1 says old\.example\.com/],
  ['a server that says nothing', publicZone, [], answers(), /1 of 1 name servers give no answer/],
])('%s is a split view, with what to do', (_, asked, rivals, answered, words) => {
  expect(zoneProblems(asked, rivals, [record()], answered)).toMatchObject([
    { kind: 'zone-split', severity: 'WARNING', what: expect.stringMatching(words), todo: expect.stringMatching(/\w/) },
  ]);
});

test('a server that names what is wanted among others follows the zone; before there is a record silence is none', () => {
  const both = answers('old.example.com', 'ecs.elb.example.com');
  expect(zoneProblems(publicZone, [], [record()], both)).toEqual([]);
  expect(zoneProblems(publicZone, [], [], answers())).toEqual([]);
});
