import { z } from 'zod';

const id = (kind: string) =>
  z
    .string()
    .regex(
      new RegExp(`^${kind}-[0-9a-f]{8,17}$`),
      `must be the id of an existing ${kind}, like ${kind}-0123456789abcdef0`,
    );

/** What a deployment must be told about the account it goes to: `context.passage` in cdk.json. */
export const Settings = z.strictObject({
  /** Where tasks run that reach databases and clusters; its private subnets need a way to the AWS APIs. */
  vpc: z
    .strictObject({
      id: id('vpc'),
      availabilityZones: z.array(z.string().min(1)).min(1),
      privateSubnetIds: z.array(id('subnet')).min(1),
    })
    .refine(({ availabilityZones, privateSubnetIds }) => privateSubnetIds.length % availabilityZones.length === 0, {
      path: ['privateSubnetIds'],
      message: 'must name the same number of subnets in each availability zone, in the order of availabilityZones',
    }),
  /** Security groups of the source and the target database: Passage's tasks are let in. */
  databaseSecurityGroupIds: z.array(id('sg')).min(1),
  /** Port of both databases. */
  databasePort: z.int().min(1).max(65_535).default(5432),
  /** Security groups of the target clusters' private API endpoints: Passage's tasks are let in on 443. */
  clusterSecurityGroupIds: z.array(id('sg')).default([]),
  /** An address that SES may send from: it, or its domain, is a verified identity of the account. */
  mailFrom: z.email('must be an e-mail address that SES may send from'),
  /** DNS servers that must agree on a switch, `host` or `host:port`; none means the zone's own name servers. */
  resolvers: z.array(z.string().regex(/^[^\s,]+$/, 'must be host or host:port')).default([]),
});
export type Settings = z.infer<typeof Settings>;

/** Reads `context.passage`; throws with the path of each field that is wrong. */
export function readSettings(context: unknown): Settings {
  const result = Settings.safeParse(context ?? {});
  if (result.success) return result.data;
  const issues = result.error.issues.map(
    ({ path, message }) => `context.${['passage', ...path].join('.')}: ${message}`,
  );
  throw new Error(`The deployment settings in cdk.json are not valid.\n${issues.join('\n')}`);
}
