/**
 * What a task may touch. A task names things and the actions it takes on them (`uses`); from that alone
 * follow its environment variables, its IAM statements and the endpoints that the local run must offer.
 */
export const things = {
  /** SSM parameters, one migration each; the value is the path they stand under. */
  configurations: { variable: 'PASSAGE_CONFIGURATION_PATH' },
  /** Evidence bucket, `migrations/*`: the ledger and the configurations by digest. */
  ledgers: { variable: 'PASSAGE_EVIDENCE_BUCKET' },
  /** Evidence bucket, `migrations/<name>/measurements/*`: what earlier runs measured. */
  measurements: { variable: 'PASSAGE_EVIDENCE_BUCKET' },
  /** Evidence bucket, `runs/*`: what a run collected, measured and reported. */
  runs: { variable: 'PASSAGE_EVIDENCE_BUCKET' },
  /** Evidence bucket, `requesters/*`: who started which execution. */
  requesters: { variable: 'PASSAGE_EVIDENCE_BUCKET' },
  /** Evidence bucket, `approvals/<id>/request.json`. */
  requests: { variable: 'PASSAGE_EVIDENCE_BUCKET' },
  /** Evidence bucket, `approvals/<id>/votes/<approver>.json`. */
  votes: { variable: 'PASSAGE_EVIDENCE_BUCKET' },
  /** Evidence bucket, `approvals/<id>/outcome.json`. */
  outcomes: { variable: 'PASSAGE_EVIDENCE_BUCKET' },
  /** Staging bucket, `runs/*`: schema, chunks, manifests, progress. */
  staging: { variable: 'PASSAGE_STAGING_BUCKET' },
  /** Staging bucket, `approvals/<id>`: task tokens, encrypted. */
  tokens: { variable: 'PASSAGE_STAGING_BUCKET' },
  /** The KMS key for task tokens. */
  tokenKey: { variable: 'PASSAGE_TOKEN_KEY_ARN' },
  /** The secret that keys fingerprints, so that a fingerprint cannot be guessed from a dictionary. */
  fingerprintKey: { variable: 'PASSAGE_FINGERPRINT_SECRET_ARN' },
  /** Secrets of logins to source databases, as configurations name them. */
  sourceLogins: {},
  /** The same of target databases. */
  targetLogins: {},
  /** Secrets with tokens of the application's management API, as configurations name them. */
  apiTokens: {},
  /** Secrets that Passage writes from what it collected: `passage/<migration>/collected/*`, in a rehearsal `…/rehearsals/<run>/*`. */
  collectedSecrets: {},
  /** Of these, the cutovers': `passage/<migration>/collected/*`. */
  cutoverSecrets: {},
  /** Of these, the rehearsals': `passage/<migration>/rehearsals/*`, which end with their run. */
  rehearsalSecrets: {},
  /** Secrets and parameters of the source's task definitions, as far as configurations name them. */
  sourceSecrets: {},
  /** KMS keys that encrypt those. */
  sourceKeys: {},
  /** Source ECS clusters and their services. */
  sourceClusters: {},
  /** Task definitions have no resource-level permission to describe. */
  taskDefinitions: {},
  /** What scales ECS services by itself; describing it knows no resource. */
  serviceScaling: {},
  /** The account's RDS instances and clusters: which of them is a database's server is known only by its address. */
  databaseServers: {},
  /** CloudWatch's figures; reading them knows no resource. */
  serverMetrics: {},
  /** Target EKS clusters. */
  targetClusters: {},
  /** Route 53 zones that configurations name. */
  hostedZones: {},
  /** Load balancers have no resource-level permission to describe. */
  loadBalancers: {},
  /** Certificates of ACM, whose ids are known only once a listener was read. */
  certificates: {},
  /** Route 53 changes, whose ids are known only once made. */
  dnsChanges: {},
  /** DNS servers to ask, `host` or `host:port`, comma-separated; empty means the zone's own name servers. */
  resolvers: { variable: 'PASSAGE_RESOLVERS' },
  /** The SES identity that mail is sent from. */
  mail: { variable: 'PASSAGE_MAIL_FROM' },
  /** SES identities that answer for the sender and the approvers: addresses and domains. */
  mailIdentities: {},
  /** The account's sending in SES and its suppression list, which have no resource. */
  mailAccount: {},
  /** The public address of the approval pages, without a slash at the end. */
  approvalPages: { variable: 'PASSAGE_APPROVAL_URL' },
  /** Executions of the journeys and of the machines they are made of. */
  executions: {},
  /** Of these, what a rehearsal is made of before its end. */
  rehearsalExecutions: {},
  /** Of these, what may hold a migration: a journey, or an unwinding. */
  holders: {},
  /** The machine that puts everything back. */
  unwindMachine: { variable: 'PASSAGE_UNWIND_MACHINE_ARN' },
  /** Callbacks of the machine that waits for approvals. */
  approvalCallbacks: {},
  /** Callbacks of the machine that waits for dump and restore. */
  copyCallbacks: {},
  /** The copier's container image, as a pod pulls it. */
  workerImage: { variable: 'PASSAGE_WORKER_IMAGE' },
  /** The ECS cluster in which Passage's own dump tasks run. */
  workerCluster: { variable: 'PASSAGE_WORKER_CLUSTER' },
} as const satisfies Record<string, { readonly variable?: `PASSAGE_${string}` }>;

export type ThingName = keyof typeof things;
/** Things whose value a task must be told. */
export type NamedThing = { [T in ThingName]: (typeof things)[T] extends { variable: string } ? T : never }[ThingName];
/** An IAM action, `service:Action`. */
export type Action = `${string}:${string}`;
/** What a task touches, and which actions it takes there; a thing that is only named has none. */
export type Uses = { readonly [T in ThingName]?: readonly Action[] };
