import { z } from 'zod';
import type { Authorize, Endpoint } from '../wire/endpoint.ts';
import { jsonEndpoint, operation } from '../wire/json.ts';
import { type Bus, type BusOptions, createBus } from './bus.ts';

export type { Bus, BusEvent, Deliver, Delivery } from './bus.ts';

export interface EventBridge extends Bus {
  readonly endpoint: Endpoint;
}

const entry = z.object({
  Source: z.string().min(1),
  DetailType: z.string().min(1),
  Detail: z.string(),
  Resources: z.array(z.string()).optional(),
  /** Seconds since the epoch. */
  Time: z.number().optional(),
  EventBusName: z.string().optional(),
});

/** EventBridge on loopback: its default bus, with PutEvents on the wire. */
export function createEventBridge(options: BusOptions & { readonly authorize: Authorize }): EventBridge {
  const bus = createBus(options);
  const busArn = `arn:aws:events:${options.region}:${options.accountId}:event-bus/default`;

  const put = ({ Source, DetailType, Detail, Resources, Time, EventBusName = 'default' }: z.output<typeof entry>) => {
    if (![busArn, 'default'].includes(EventBusName))
      return failed('ResourceNotFoundException', `Event bus ${EventBusName} does not exist.`);
    if (Source.startsWith('aws.'))
      return failed('NotAuthorizedForSourceException', 'Only AWS services put events whose source begins with aws.');
    const detail = parseObject(Detail);
    if (!detail) return failed('MalformedDetail', 'Detail is malformed.');
    const time = Time === undefined ? {} : { time: new Date(Time * 1000).toISOString() };
    return {
      EventId: bus.put({ source: Source, 'detail-type': DetailType, detail, resources: Resources ?? [], ...time }),
    };
  };

  return {
    ...bus,
    endpoint: jsonEndpoint({
      service: 'events',
      targetPrefix: 'AWSEvents',
      version: '1.1',
      operations: {
        PutEvents: operation(z.object({ Entries: z.array(entry).min(1).max(10) }), ({ Entries }, { principal }) => {
          for (const { Source, DetailType } of Entries) {
            options.authorize(principal, 'events:PutEvents', busArn, {
              'events:source': Source,
              'events:detail-type': DetailType,
            });
          }
          const results = Entries.map(put);
          return { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results };
        }),
      },
    }),
  };
}

const failed = (ErrorCode: string, ErrorMessage: string) => ({ ErrorCode, ErrorMessage });

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
