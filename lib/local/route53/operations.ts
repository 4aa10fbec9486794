import { z } from 'zod';
import { type Authorize, AwsError, type Endpoint } from '../wire/endpoint.ts';
import { restEndpoint, route, xmlAnswer } from '../wire/rest.ts';
import { parseXml } from '../wire/xml.ts';
import type { HostedZone, ZoneChange } from './route53.ts';
import { type Change, dnsName, inOrder, type RecordSet } from './zone.ts';

const NAMESPACE = 'https://route53.amazonaws.com/doc/2013-04-01/';
const TYPES = ['A', 'AAAA', 'CAA', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'SPF', 'SRV', 'TXT'] as const;

/** A list as XML has it: nothing but white space when it is empty. */
const list = <T extends z.ZodType>(element: string, item: T) =>
  z.union([
    z.object({ [element]: z.array(item) }).transform((holder) => holder[element] as z.output<T>[]),
    z.string().transform(() => []),
  ]);

const recordSet = z
  .strictObject({
    Name: z.string(),
    Type: z.enum(TYPES),
    TTL: z.coerce.number().int().min(0).max(2147483647).optional(),
    ResourceRecords: list('ResourceRecord', z.object({ Value: z.string() })).default([]),
    AliasTarget: z
      .object({ HostedZoneId: z.string(), DNSName: z.string(), EvaluateTargetHealth: z.stringbool() })
      .optional(),
  })
  .transform(
    ({ Name, Type, TTL, ResourceRecords, AliasTarget }): RecordSet => ({
      name: dnsName(Name),
      type: Type,
      ...(TTL === undefined ? {} : { ttl: TTL }),
      values: ResourceRecords.map((record) => record.Value),
      ...(AliasTarget
        ? {
            alias: {
              hostedZoneId: AliasTarget.HostedZoneId,
              dnsName: dnsName(AliasTarget.DNSName),
              evaluateTargetHealth: AliasTarget.EvaluateTargetHealth,
            },
          }
        : {}),
    }),
  );

const changeRequest = z.object({
  ChangeResourceRecordSetsRequest: z.object({
    ChangeBatch: z.object({
      Comment: z.string().optional(),
      Changes: list(
        'Change',
        z
          .object({ Action: z.enum(['CREATE', 'DELETE', 'UPSERT']), ResourceRecordSet: recordSet })
          .transform((change): Change => ({ action: change.Action, recordSet: change.ResourceRecordSet })),
      ),
    }),
  }),
});

/** What the wire needs of the service behind it. */
interface Route53Service {
  zones(): readonly HostedZone[];
  /** Throws InvalidChangeBatch. */
  change(zone: HostedZone, changes: readonly Change[], comment: string | undefined): ZoneChange;
  findChange(id: string): ZoneChange | undefined;
  status(change: ZoneChange): 'PENDING' | 'INSYNC';
}

/** The Route 53 API, REST with XML. */
export function route53Endpoint(service: Route53Service, authorize: Authorize): Endpoint {
  const answer = (root: string, content: Readonly<Record<string, unknown>>) => xmlAnswer(root, content, NAMESPACE);
  const zoneOf = (id: string | undefined): HostedZone => {
    const zone = service.zones().find((each) => each.id === id);
    if (!zone) throw new AwsError('NoSuchHostedZone', 404, `No hosted zone found with ID: ${id}`);
    return zone;
  };
  const zoneArn = (id: string | undefined) => `arn:aws:route53:::hostedzone/${id}`;
  const changeInfo = (change: ZoneChange) => ({
    Id: `/change/${change.id}`,
    Status: service.status(change),
    SubmittedAt: new Date(change.submittedAt).toISOString(),
    Comment: change.comment,
  });
  const described = (zone: HostedZone) => ({
    Id: `/hostedzone/${zone.id}`,
    Name: zone.name,
    CallerReference: zone.id,
    Config: { PrivateZone: false },
    ResourceRecordSetCount: zone.records.length,
  });

  return restEndpoint({
    service: 'route53',
    protocol: 'rest-xml',
    routes: [
      route('ListHostedZones', 'GET /2013-04-01/hostedzone', ({ principal, query }) => {
        authorize(principal, 'route53:ListHostedZones', '*');
        const { items, next, size } = pageOf(
          service.zones(),
          query.get('maxitems'),
          100,
          (zone) => zone.id === query.get('marker'),
          query.has('marker'),
        );
        return answer('ListHostedZonesResponse', {
          HostedZones: { HostedZone: items.map(described) },
          Marker: query.get('marker') ?? undefined,
          IsTruncated: next !== undefined,
          NextMarker: next?.id,
          MaxItems: size,
        });
      }),

      route('ListHostedZonesByName', 'GET /2013-04-01/hostedzonesbyname', ({ principal, query }) => {
        authorize(principal, 'route53:ListHostedZonesByName', '*');
        const from = query.get('dnsname');
        const sorted = service
          .zones()
          .map((zone) => ({ ...zone, type: '', values: [] }))
          .sort(inOrder);
        const start =
          from === null
            ? 0
            : sorted.findIndex((zone) => inOrder(zone, { name: dnsName(from), type: '', values: [] }) >= 0);
        const rest = start < 0 ? [] : sorted.slice(start);
        const size = Number(query.get('maxitems') ?? 100);
        return answer('ListHostedZonesByNameResponse', {
          HostedZones: { HostedZone: rest.slice(0, size).map(described) },
          DNSName: from ?? undefined,
          IsTruncated: rest.length > size,
          NextDNSName: rest[size]?.name,
          NextHostedZoneId: rest[size]?.id,
          MaxItems: size,
        });
      }),

      route('GetHostedZone', 'GET /2013-04-01/hostedzone/{id}', ({ principal, parameters }) => {
        authorize(principal, 'route53:GetHostedZone', zoneArn(parameters.id));
        const zone = zoneOf(parameters.id);
        const nameServers = zone.records.find((record) => record.type === 'NS' && record.name === zone.name);
        return answer('GetHostedZoneResponse', {
          HostedZone: described(zone),
          DelegationSet: { NameServers: { NameServer: nameServers?.values.map((name) => name.replace(/\.$/, '')) } },
        });
      }),

      route('ListResourceRecordSets', 'GET /2013-04-01/hostedzone/{id}/rrset', ({ principal, parameters, query }) => {
        authorize(principal, 'route53:ListResourceRecordSets', zoneArn(parameters.id));
        const zone = zoneOf(parameters.id);
        const name = query.get('name');
        const from = name === null ? undefined : { name: dnsName(name), type: query.get('type') ?? '', values: [] };
        const { items, next, size } = pageOf(
          zone.records,
          query.get('maxitems'),
          300,
          (record) => from !== undefined && inOrder(record, from) >= 0,
          from !== undefined,
        );
        return answer('ListResourceRecordSetsResponse', {
          ResourceRecordSets: { ResourceRecordSet: items.map(writtenRecord) },
          IsTruncated: next !== undefined,
          NextRecordName: next && writtenName(next.name),
          NextRecordType: next?.type,
          MaxItems: size,
        });
      }),

      route(
        'ChangeResourceRecordSets',
        'POST /2013-04-01/hostedzone/{id}/rrset',
        async ({ principal, parameters, body }) => {
          const document = parseXml((await body()).toString('utf8'), ['Change', 'ResourceRecord']);
          const parsed = changeRequest.safeParse(document);
          const { names, types, actions } = conditionsOf(
            parsed.success ? parsed.data.ChangeResourceRecordSetsRequest.ChangeBatch.Changes : [],
          );
          authorize(principal, 'route53:ChangeResourceRecordSets', zoneArn(parameters.id), {
            'route53:ChangeResourceRecordSetsNormalizedRecordNames': names,
            'route53:ChangeResourceRecordSetsRecordTypes': types,
            'route53:ChangeResourceRecordSetsActions': actions,
          });
          const zone = zoneOf(parameters.id);
          if (!parsed.success) {
            const [issue] = parsed.error.issues;
            throw new AwsError('InvalidInput', 400, `Invalid XML ; ${issue?.path.join('.')}: ${issue?.message}`);
          }
          const { Changes, Comment } = parsed.data.ChangeResourceRecordSetsRequest.ChangeBatch;
          return answer('ChangeResourceRecordSetsResponse', {
            ChangeInfo: changeInfo(service.change(zone, Changes, Comment)),
          });
        },
      ),

      route('GetChange', 'GET /2013-04-01/change/{id}', ({ principal, parameters }) => {
        authorize(principal, 'route53:GetChange', `arn:aws:route53:::change/${parameters.id}`);
        const change = service.findChange(parameters.id!);
        if (!change) throw new AwsError('NoSuchChange', 404, `Could not find resource with ID: ${parameters.id}`);
        return answer('GetChangeResponse', { ChangeInfo: changeInfo(change) });
      }),
    ],
  });
}

function conditionsOf(changes: readonly Change[]) {
  const distinct = (values: readonly string[]) => (values.length > 0 ? [...new Set(values)] : undefined);
  return {
    names: distinct(changes.map(({ recordSet: { name } }) => writtenName(name).replace(/\.$/, ''))),
    types: distinct(changes.map(({ recordSet: { type } }) => type)),
    actions: distinct(changes.map(({ action }) => action)),
  };
}

function pageOf<T>(
  all: readonly T[],
  asked: string | null,
  longest: number,
  isStart: (item: T) => boolean,
  hasStart: boolean,
) {
  const size = Math.min(Number(asked ?? longest), longest);
  const start = hasStart ? all.findIndex(isStart) : 0;
  const from = start < 0 ? all.length : start;
  return { items: all.slice(from, from + size), next: all[from + size], size };
}

const writtenName = (name: string): string => name.replaceAll('*', '\\052');

const writtenRecord = ({ name, type, ttl, values, alias }: RecordSet) => ({
  Name: writtenName(name),
  Type: type,
  TTL: ttl,
  ResourceRecords: alias ? undefined : { ResourceRecord: values.map((value) => ({ Value: value })) },
  AliasTarget: alias && {
    HostedZoneId: alias.hostedZoneId,
    DNSName: alias.dnsName,
    EvaluateTargetHealth: alias.evaluateTargetHealth,
  },
});
