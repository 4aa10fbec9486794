import {
  ChangeResourceRecordSetsCommand,
  GetChangeCommand,
  GetHostedZoneCommand,
  ListHostedZonesByNameCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
  type Route53Client,
  type RRType,
} from '@aws-sdk/client-route-53';
import { type RecordChange, recordsOf, withoutDot } from '../domain/dns.ts';
import type { DnsFindings, RecordSet } from '../workflow/documents/collected.ts';
import { WorkflowError } from '../workflow/errors.ts';
import { refused } from './refused.ts';

export interface Dns {
  zone(hostedZoneId: string): Promise<{ name: string; nameServers: string[]; private: boolean }>;
  /** The account's zones of this name and below it; of more than a hundred the first, by name. */
  zonesFrom(name: string): Promise<DnsFindings['rivals']>;
  records(hostedZoneId: string, name: string): Promise<RecordSet[]>;
  /** Applies a batch, all or nothing; returns the change's id. */
  change(hostedZoneId: string, changes: readonly RecordChange[], comment: string): Promise<string>;
  inSync(changeId: string): Promise<boolean>;
}

const read = (set: ResourceRecordSet): RecordSet => ({
  name: set.Name ?? '',
  type: set.Type ?? '',
  ttl: set.TTL ?? null,
  values: (set.ResourceRecords ?? []).map(({ Value }) => Value ?? ''),
  alias: set.AliasTarget
    ? {
        hostedZoneId: set.AliasTarget.HostedZoneId ?? '',
        dnsName: set.AliasTarget.DNSName ?? '',
        evaluateTargetHealth: set.AliasTarget.EvaluateTargetHealth ?? false,
      }
    : null,
  setIdentifier: set.SetIdentifier ?? null,
});

const write = (set: RecordSet): ResourceRecordSet => ({
  Name: set.name,
  Type: set.type as RRType,
  ...(set.ttl === null ? {} : { TTL: set.ttl }),
  ...(set.alias
    ? {
        AliasTarget: {
          HostedZoneId: set.alias.hostedZoneId,
          DNSName: set.alias.dnsName,
          EvaluateTargetHealth: set.alias.evaluateTargetHealth,
        },
      }
    : { ResourceRecords: set.values.map((Value) => ({ Value })) }),
  ...(set.setIdentifier ? { SetIdentifier: set.setIdentifier } : {}),
});

export function route53(client: Route53Client): Dns {
  const unknownZone = (id: string, error: unknown) =>
    error instanceof Error && error.name === 'NoSuchHostedZone'
      ? new WorkflowError(
          'ConfigurationInvalid',
          `dns.hostedZoneId: there is no Route 53 hosted zone ${id} in this account; correct the configuration.`,
          { cause: error },
        )
      : refused(`use Route 53 zone ${id}`, error);
  return {
    async zone(id) {
      try {
        const answer = await client.send(new GetHostedZoneCommand({ Id: id }));
        return {
          name: withoutDot(answer.HostedZone?.Name ?? ''),
          nameServers: answer.DelegationSet?.NameServers ?? [],
          private: answer.HostedZone?.Config?.PrivateZone ?? false,
        };
      } catch (error) {
        throw unknownZone(id, error);
      }
    },
    async zonesFrom(name) {
      try {
        const { HostedZones = [] } = await client.send(
          new ListHostedZonesByNameCommand({ DNSName: name, MaxItems: 100 }),
        );
        return HostedZones.map(({ Id = '', Name = '', Config }) => ({
          hostedZoneId: Id.replace(/^\/hostedzone\//, ''),
          name: withoutDot(Name),
          private: Config?.PrivateZone ?? false,
        }));
      } catch (error) {
        throw refused('list the Route 53 zones of the account', error);
      }
    },
    async records(id, name) {
      try {
        // Records come in DNS order from the name on; a name has fewer than a page of them.
        const answer = await client.send(
          new ListResourceRecordSetsCommand({ HostedZoneId: id, StartRecordName: name }),
        );
        return recordsOf((answer.ResourceRecordSets ?? []).map(read), name);
      } catch (error) {
        throw unknownZone(id, error);
      }
    },
    async change(id, changes, comment) {
      try {
        const answer = await client.send(
          new ChangeResourceRecordSetsCommand({
            HostedZoneId: id,
            ChangeBatch: {
              Comment: comment,
              Changes: changes.map(({ action, record }) => ({ Action: action, ResourceRecordSet: write(record) })),
            },
          }),
        );
        return (answer.ChangeInfo?.Id ?? '').replace(/^\/change\//, '');
      } catch (error) {
        throw unknownZone(id, error);
      }
    },
    async inSync(changeId) {
      try {
        const answer = await client.send(new GetChangeCommand({ Id: changeId }));
        return answer.ChangeInfo?.Status === 'INSYNC';
      } catch (error) {
        throw refused(`look up Route 53 change ${changeId}`, error);
      }
    },
  };
}
