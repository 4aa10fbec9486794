import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { type Authorize, AwsError, type Endpoint } from '../wire/endpoint.ts';
import { jsonEndpoint, operation } from '../wire/json.ts';

interface CloudWatchOptions {
  readonly authorize: Authorize;
  readonly clock: Clock;
}

interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

export interface CloudWatch {
  readonly endpoint: Endpoint;
  /** From now on the metric has the value that `read` gives whenever somebody asks; `undefined` is no figure. */
  watch(metric: Metric, read: () => number | undefined): void;
  /** Notes a value of a moment, in milliseconds since the epoch. */
  record(metric: Metric, value: number, at: number): void;
}

interface Point {
  readonly at: number;
  readonly value: number;
}
interface Series {
  readonly points: Point[];
  read?: () => number | undefined;
}

const statistics: Readonly<Record<string, (values: readonly number[]) => number>> = {
  Minimum: (values) => Math.min(...values),
  Maximum: (values) => Math.max(...values),
  Sum: (values) => values.reduce((sum, value) => sum + value, 0),
  Average: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  SampleCount: (values) => values.length,
};

const dimension = z.object({ Name: z.string(), Value: z.string() });
const query = z.object({
  Id: z.string().regex(/^[a-z]\w*$/, 'must begin with a lowercase letter'),
  Label: z.string().optional(),
  ReturnData: z.boolean().default(true),
  Expression: z.never('expressions are not simulated').optional(),
  MetricStat: z.object({
    Metric: z.object({
      Namespace: z.string(),
      MetricName: z.string(),
      Dimensions: z.array(dimension).max(30).default([]),
    }),
    Period: z.int().min(1),
    Stat: z.string(),
  }),
});

/** CloudWatch's figures on loopback, in the protocol of today's SDK. Of a metric that is watched, what was read is kept in memory. */
export function createCloudWatch({ authorize, clock }: CloudWatchOptions): CloudWatch {
  const all = new Map<string, Series>();
  const keyOf = ({ namespace, name, dimensions }: Metric) =>
    JSON.stringify([namespace, name, Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1))]);
  const series = (metric: Metric): Series => {
    const found = all.get(keyOf(metric)) ?? { points: [] };
    all.set(keyOf(metric), found);
    return found;
  };

  const endpoint = jsonEndpoint({
    service: 'monitoring',
    prefix: 'cloudwatch',
    targetPrefix: 'GraniteServiceVersion20100801',
    version: '1.0',
    operations: {
      GetMetricData: operation(
        z.object({
          MetricDataQueries: z.array(query).min(1).max(500),
          /** Seconds since the epoch. */
          StartTime: z.number(),
          EndTime: z.number(),
          ScanBy: z.enum(['TimestampAscending', 'TimestampDescending']).default('TimestampDescending'),
        }),
        (input, { principal }) => {
          // IAM knows no resource for it.
          authorize(principal, 'cloudwatch:GetMetricData', '*');
          if (input.StartTime >= input.EndTime) {
            throw new AwsError('ValidationError', 400, 'The parameter EndTime must be greater than StartTime.');
          }
          const results = input.MetricDataQueries.filter(({ ReturnData }) => ReturnData).map(
            ({ Id, Label, MetricStat: { Metric: asked, Period, Stat } }) => {
              const statistic = statistics[Stat];
              if (!statistic) throw new AwsError('ValidationError', 400, `The statistic ${Stat} is not simulated.`);
              const dimensions = Object.fromEntries(asked.Dimensions.map(({ Name, Value }) => [Name, Value]));
              const points = pointsOf({ namespace: asked.Namespace, name: asked.MetricName, dimensions });
              const periods = inPeriods(points, Period * 1000, input.StartTime * 1000, input.EndTime * 1000);
              if (input.ScanBy === 'TimestampDescending') periods.reverse();
              return {
                Id,
                Label: Label ?? asked.MetricName,
                Timestamps: periods.map(({ at }) => at / 1000),
                Values: periods.map(({ values }) => statistic(values)),
                StatusCode: 'Complete',
              };
            },
          );
          return { MetricDataResults: results, Messages: [] };
        },
      ),
    },
  });

  function pointsOf(metric: Metric): readonly Point[] {
    const found = all.get(keyOf(metric));
    if (!found) return [];
    const value = found.read?.();
    if (value !== undefined) found.points.push({ at: clock.now(), value });
    return found.points;
  }

  return {
    endpoint,
    watch(metric, read) {
      series(metric).read = read;
    },
    record: (metric, value, at) => void series(metric).points.push({ at, value }),
  };
}

/** Values by the period in which they were noted, the oldest first; a period counts from its beginning. */
function inPeriods(points: readonly Point[], period: number, start: number, end: number) {
  const periods = new Map<number, number[]>();
  for (const { at, value } of points) {
    const begins = Math.floor(at / period) * period;
    if (begins < Math.floor(start / period) * period || begins >= end) continue;
    periods.set(begins, [...(periods.get(begins) ?? []), value]);
  }
  return [...periods].sort(([a], [b]) => a - b).map(([at, values]) => ({ at, values }));
}
