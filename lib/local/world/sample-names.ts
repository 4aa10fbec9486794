import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** The sample's part of a migration's file. */
const configuration = z.object({
  source: z.object({
    ecs: z.object({ cluster: z.string(), kmsKeyArns: z.array(z.string()).default([]) }),
    database: z.object({ loginSecret: z.string() }),
  }),
  target: z.object({
    eks: z.object({ cluster: z.string() }),
    application: z.object({
      ingress: z.string(),
      boot: z.object({ apiTokenSecret: z.string() }),
    }),
    database: z.object({ loginSecret: z.string() }),
  }),
  dns: z.object({ hostedZoneId: z.string(), record: z.string(), target: z.string(), ttlSeconds: z.number() }),
});
export type SampleNames = z.output<typeof configuration>;

/** What everything of the sample is called: the names of the migration that carries it. */
export function sampleNames(checkout: string): SampleNames {
  return configuration.parse(JSON.parse(readFileSync(join(checkout, 'migrations', 'acme-retool.json'), 'utf8')));
}
