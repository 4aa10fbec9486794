import { z } from 'zod';
import { Grants, LeaveOut, ThrottleLimits } from '../copier/contract.ts';
import { checkIds } from './check-ids.ts';
import { readSchedule } from './schedule.ts';

/** Lower case, digits and hyphens: it becomes part of object keys, parameter names and database names. */
const Name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,39}$/, 'must be 2 to 40 lower-case letters, digits and hyphens, and begin with a letter');
const Email = z.email('must be an e-mail address, like bob@example.com');
const Hostname = z
  .string()
  .regex(
    /^(?=.{1,253}$)([a-z0-9_]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/,
    'must be a host name, like retool.example.com',
  );
const SecretName = z
  .string()
  .regex(/^[A-Za-z0-9/_+=.@-]{1,256}$/, 'must be the name of a secret in Secrets Manager, like passage/acme/source');

const AT_LEAST_A_MINUTE = 'is at least a minute';

const Approver = z.strictObject({
  email: Email,
  /**
   * Principals of this person besides sessions named by the e-mail address, so that nobody approves their own start.
   * `arn:aws:sts::111111111111:assumed-role/Deployer` stands for every session of a role, whatever it calls itself.
   */
  principals: z.array(z.string().min(1)).default([]),
});

const Approvals = z
  .strictObject({
    approvers: z.array(Approver).min(2, 'needs at least two people, because the requester never counts'),
    /** How many "yes" it takes. */
    required: z.int().min(1),
    /** Minutes until an unanswered request means "no". */
    minutesToDecide: z.strictObject({
      go: z.int().min(1, AT_LEAST_A_MINUTE).max(10_080, 'is at most 10,080 minutes, which is 7 days'),
      switch: z.int().min(1, AT_LEAST_A_MINUTE).max(1_440, 'is at most 1,440 minutes, which is a day'),
    }),
  })
  .superRefine(({ approvers, required }, context) => {
    const seen = new Set<string>();
    for (const [index, { email }] of approvers.entries()) {
      const address = email.toLowerCase();
      if (seen.has(address)) {
        context.addIssue({ code: 'custom', path: ['approvers', index, 'email'], message: `"${email}" is named twice` });
      }
      seen.add(address);
    }
    if (required > approvers.length) {
      context.addIssue({
        code: 'custom',
        path: ['required'],
        message: `asks for ${required} of ${approvers.length} approvers; name more approvers or ask for fewer`,
      });
    }
  });

/** A secret or parameter by its ARN, or several by an ARN that ends with `*`; never all of an account's. */
const SecretArn = z
  .string()
  .regex(
    /^arn:aws[\w-]*:(secretsmanager:[\w-]+:\d{12}:secret:|ssm:[\w-]+:\d{12}:parameter\/)[\w/+=.@-]+\*?$/,
    'must be the ARN of a secret or parameter, or the beginning of one with * behind, like arn:aws:ssm:eu-west-1:111111111111:parameter/acme/*',
  );
const KeyArn = z
  .string()
  .regex(/^arn:aws[\w-]*:kms:[\w-]+:\d{12}:key\/[\w-]+$/, 'must be the ARN of a KMS key, not of an alias');

/** The application on ECS, as far as it cannot be found out. */
const EcsSource = z.strictObject({
  cluster: z.string().min(1),
  /** The application's services, with its workers; needed where a cluster holds more than one application. */
  services: z.array(z.string().min(1)).min(1).optional(),
  /** Secrets and parameters that task definitions refer to: Passage may read these, and no others. */
  secretArns: z.array(SecretArn).default([]),
  /** Keys that encrypt them, where that is not the account's own `aws/secretsmanager` or `aws/ssm`. */
  kmsKeyArns: z.array(KeyArn).default([]),
  /** What becomes of variables that Passage does not know. */
  variables: z
    .record(z.string().regex(/^\w+$/, 'must be the name of a variable'), z.enum(['carry', 'drop']))
    .default({}),
});

/** A database that Passage reads its address of from the application that uses it. */
const DiscoveredDatabase = z.strictObject({
  /**
   * Secret with Passage's own login: `{"username", "password"}`, and `host`, `port`, `dbname` and `sslmode` (`disable`, or
   * `require` and whatever else encrypts) where they are not discovered.
   */
  loginSecret: SecretName,
});

/** How databases are copied. */
const Copy = z.strictObject({
  /** Whether rights granted to roles are given to the same roles on the target. Roles themselves are never created. */
  grants: Grants.default('leave'),
  /** What is not copied, by name; the report lists it. */
  leaveOut: LeaveOut.optional(),
});

const Instant = z.iso.datetime({ offset: true, error: 'must be a moment with its zone, like 2026-12-05T22:00:00Z' });

/** When a cutover may hold the application still. Not part of what a rehearsal rehearses: it may be moved without another. */
const Window = z
  .strictObject({
    /** A freeze begins no earlier. */
    from: Instant,
    /** "switch" is decided no later, and a freeze begins only while its longest prediction still ends by then. */
    to: Instant,
  })
  .superRefine(({ from, to }, context) => {
    if (Date.parse(to) > Date.parse(from)) return;
    context.addIssue({ code: 'custom', path: ['to'], message: `must be later than "from" (${from})` });
  });

const CheckId = z.string().refine((id) => checkIds.some((known) => known === id), {
  error: ({ input }) => `there is no check ${JSON.stringify(input)}; its id stands beside each finding of a report`,
});

const PreflightSettings = z
  .strictObject({
    /** Warnings that somebody answers for; a BLOCKER is never overridden. */
    overrides: z
      .array(
        z.strictObject({
          check: CheckId,
          /** Stands in the evidence, in the report and before the approvers. */
          reason: z.string().trim().min(10, 'must say in a sentence why the warning does not matter here').max(500),
        }),
      )
      .default([]),
  })
  .superRefine(({ overrides }, context) => {
    for (const [index, { check }] of overrides.entries()) {
      if (overrides.findIndex((other) => other.check === check) === index) continue;
      context.addIssue({ code: 'custom', path: ['overrides', index, 'check'], message: `"${check}" is named twice` });
    }
  })
  .prefault({});

/** Of EventBridge, in UTC: `rate(1 day)` or `cron(0 3 ? * SAT *)`; no more often than hourly. */
const ScheduleExpression = z.string().superRefine((expression, context) => {
  const read = readSchedule(expression);
  if ('problem' in read) context.addIssue({ code: 'custom', message: read.problem });
});

/** Runs that start by themselves; the text of their reports is sent to the approvers. */
const Schedule = z.strictObject({
  preflight: ScheduleExpression.optional(),
  rehearsal: ScheduleExpression.optional(),
});

/** How a rehearsal boots one backend of the target on the copy. */
const BootSettings = z.strictObject({
  /** What the booted backend takes for its own name; nobody reaches it there. By default `preview.` and the record. */
  previewName: Hostname.optional(),
  /**
   * Secret with a token for the application's management API, made on the source with the scopes
   * `environments:read`, `configuration_variables:read` and `configuration_variables:write`: it is in the copy as well.
   * Without it the application is not asked to encrypt.
   */
  apiTokenSecret: SecretName.optional(),
  /** A license for rehearsals: a key of a Kubernetes Secret of the application's namespace. */
  license: z.strictObject({ name: z.string().min(1), key: z.string().min(1) }).optional(),
});

/** A migration on AWS: the databases, and the compute and DNS around them. */
const AwsMigration = z.strictObject({
  $schema: z.string().optional(),
  name: Name,
  journey: z.literal('retool-ecs-to-eks'),
  platform: z.literal('aws'),
  source: z.strictObject({
    ecs: EcsSource.optional(),
    database: DiscoveredDatabase.extend({ throttle: ThrottleLimits.optional() }),
  }),
  target: z.strictObject({
    /** Restore Jobs run in this cluster. */
    eks: z.strictObject({ cluster: z.string().min(1) }),
    application: z
      .strictObject({
        /** Found by the chart's role label where it is not given; Passage's RBAC file must name it, too. */
        namespace: Name.optional(),
        /** The Ingress whose backend is the gate. */
        ingress: Name,
        boot: BootSettings.optional(),
      })
      .optional(),
    database: DiscoveredDatabase,
  }),
  copy: Copy.optional(),
  dns: z
    .strictObject({
      hostedZoneId: z.string().regex(/^Z[A-Z0-9]{3,31}$/, 'must be a hosted zone id, like Z0123456789ABC'),
      /** The name that users type. */
      record: Hostname,
      /** The target's load balancer. */
      target: Hostname,
      ttlSeconds: z.int().min(1).max(3600).default(60),
    })
    .optional(),
  approvals: Approvals.optional(),
  window: Window.optional(),
  schedule: Schedule.optional(),
  /** How old a green rehearsal of the same plan may be at a cutover. */
  rehearsalFreshForHours: z.int().min(1).max(720).default(168),
  preflight: PreflightSettings,
});

/** The password never stands in the file itself. */
const Password = z.union(
  [z.strictObject({ env: z.string().min(1) }), z.strictObject({ file: z.string().min(1) })],
  'must be {"env": "NAME_OF_A_VARIABLE"} or {"file": "path/to/a/file"}',
);

const GivenDatabase = z.strictObject({
  host: z.string().min(1),
  port: z.int().min(1).max(65_535).default(5432),
  database: z.string().min(1).max(63),
  user: z.string().min(1).max(63),
  password: Password,
  ssl: z.enum(['disable', 'require']).default('disable'),
});

/** A rehearsal on this machine between two PostgreSQL servers of the user's own. */
const LocalMigration = z.strictObject({
  $schema: z.string().optional(),
  name: Name,
  journey: z.literal('retool-ecs-to-eks'),
  platform: z.literal('local'),
  source: z.strictObject({ database: GivenDatabase.extend({ throttle: ThrottleLimits.optional() }) }),
  target: z.strictObject({ database: GivenDatabase }),
  copy: Copy.optional(),
});

export const MigrationConfiguration = z
  .discriminatedUnion('platform', [AwsMigration, LocalMigration])
  .superRefine((migration, context) => {
    if (migration.platform === 'local') {
      const [a, b] = [migration.source.database, migration.target.database];
      if (a.host === b.host && a.port === b.port && a.database === b.database) {
        context.addIssue({
          code: 'custom',
          path: ['target', 'database'],
          message: `is the source itself (${a.host}:${a.port}/${a.database}); name another server or database`,
        });
      }
      return;
    }
    if (migration.source.database.loginSecret === migration.target.database.loginSecret) {
      context.addIssue({
        code: 'custom',
        path: ['target', 'database', 'loginSecret'],
        message: "is also the source's; source and target must be two databases, each with its own login",
      });
    }
    const parts = {
      'source.ecs': migration.source.ecs,
      'target.application': migration.target.application,
      dns: migration.dns,
      approvals: migration.approvals,
    };
    const missing = Object.entries(parts).filter(([, part]) => part === undefined);
    if (missing.length > 0 && missing.length < Object.keys(parts).length) {
      for (const [path] of missing) {
        context.addIssue({
          code: 'custom',
          path: path.split('.'),
          message:
            'is missing: give source.ecs, target.application, dns and approvals all together, or none to rehearse databases alone',
        });
      }
    }
  });

/** One configured migration, as its file states it, with defaults filled in. */
export type MigrationConfiguration = z.infer<typeof MigrationConfiguration>;
/** The form that is deployed and that runs read. */
export type DeployedMigration = z.infer<typeof AwsMigration>;
export type LocalMigration = z.infer<typeof LocalMigration>;
export type Approver = z.infer<typeof Approver>;
