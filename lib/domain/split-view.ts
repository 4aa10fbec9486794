import type { DnsFindings, RecordSet } from '../workflow/documents/collected.ts';
import type { Problem } from '../workflow/documents/findings.ts';
import { withoutDot } from './dns.ts';

type Rival = DnsFindings['rivals'][number];

const lower = (name: string): string => withoutDot(name).toLowerCase();
/** Whether a name is the zone's own or one inside of it, whatever its writing. */
export const within = (name: string, zone: string): boolean => `.${lower(name)}`.endsWith(`.${lower(zone)}`);

/** `a.b.example.com` → `b.example.com`, `example.com`: a private zone of such a name hides ours from its networks. */
export function parentsOf(zone: string): string[] {
  const labels = lower(zone).split('.');
  return labels.slice(1, -1).map((_, index) => labels.slice(index + 1).join('.'));
}

/**
 * Zones of the account besides the configured one that hold the record's name: some who ask get their answer. Of zones
 * above only private ones: whoever follows delegations goes past a public one.
 */
export function rivalsOf(
  own: { readonly hostedZoneId: string; readonly name: string },
  record: string,
  zones: readonly Rival[],
): Rival[] {
  const once = new Map(zones.map((zone) => [zone.hostedZoneId, zone]));
  return [...once.values()].filter(
    ({ hostedZoneId, name, private: hidden }) =>
      hostedZoneId !== own.hostedZoneId && within(record, name) && (hidden || within(name, own.name)),
  );
}

/** Whatever keeps a change of the one record from reaching everybody. */
export function zoneProblems(
  zone: { readonly name: string; readonly private: boolean },
  rivals: readonly Rival[],
  records: readonly RecordSet[],
  answers: DnsFindings['answers'],
): Problem[] {
  const split = (severity: Problem['severity'], what: string, where: string, todo: string): Problem => ({
    kind: 'zone-split',
    severity,
    what,
    where,
    todo,
  });
  const wanted = records.find(({ type }) => type === 'CNAME')?.values.map(lower);
  const silent = answers.filter(({ answer }) => answer.length === 0);
  const others = answers.filter(
    ({ answer }) => wanted !== undefined && answer.length > 0 && !answer.some((each) => wanted.includes(lower(each))),
  );
  return [
    ...(zone.private
      ? [
          split(
            'WARNING',
            `Zone "${zone.name}" is private: only the networks that it is tied to see the change.`,
            zone.name,
            'If users come from elsewhere, too, configure the public zone in dns.hostedZoneId.',
          ),
        ]
      : []),
    ...rivals.map(({ hostedZoneId, name, private: hidden }) =>
      split(
        'WARNING',
        `The ${hidden ? 'private' : 'public'} zone "${withoutDot(name)}" answers for the record, too, to some who ask.`,
        hostedZoneId,
        'Change its record in the same minute, or remove the zone before the cutover: Passage changes the configured zone alone.',
      ),
    ),
    ...(others.length > 0
      ? [
          split(
            'WARNING',
            `Some name servers answer something else than the zone: ${others.map(({ server, answer }) => `${server} says ${answer.join(', ')}`).join('; ')}.`,
            zone.name,
            'Find out which zone they ask; the switch is proved only once they follow this one.',
          ),
        ]
      : []),
    ...(silent.length > 0 && records.length > 0
      ? [
          split(
            'WARNING',
            `${silent.length} of ${answers.length} name servers give no answer for the record.`,
            silent.map(({ server }) => server).join(', '),
            'Check that the zone is delegated and that Passage may send DNS queries; the switch is proved only by answers.',
          ),
        ]
      : []),
  ];
}
