import { s3Approvals } from '../../lib/adapters/approvals.ts';
import type { ServiceScaling } from '../../lib/adapters/autoscaling.ts';
import type { DatabaseServers } from '../../lib/adapters/database-servers.ts';
import type { Ecs, EcsService } from '../../lib/adapters/ecs.ts';
import { s3Evidence } from '../../lib/adapters/evidence.ts';
import type { Execution, Executions } from '../../lib/adapters/executions.ts';
import type { Application, Backend } from '../../lib/adapters/kubernetes/application.ts';
import type { Deployment } from '../../lib/adapters/kubernetes/deployments.ts';
import type { RestoreJobs } from '../../lib/adapters/kubernetes/restore-jobs.ts';
import type { Survey } from '../../lib/adapters/kubernetes/survey.ts';
import { s3Ledgers } from '../../lib/adapters/ledger.ts';
import type { LoadBalancers } from '../../lib/adapters/load-balancers.ts';
import { s3Measurements } from '../../lib/adapters/measurements.ts';
import type { Dns } from '../../lib/adapters/route53.ts';
import type { SecretValues } from '../../lib/adapters/secret-values.ts';
import type { Secrets } from '../../lib/adapters/secrets.ts';
import type { Tokens } from '../../lib/adapters/tokens.ts';
import type { RecordChange } from '../../lib/domain/dns.ts';
import { emptyLedger, taken } from '../../lib/domain/ledger.ts';
import { keys } from '../../lib/domain/run.ts';
import type { RecordSet } from '../../lib/workflow/documents/collected.ts';
import type { Ledger } from '../../lib/workflow/documents/ledger.ts';
import { WorkflowError } from '../../lib/workflow/errors.ts';
import { memoryDocuments } from '../support/memory-documents.ts';
import {
  databases,
  deployed,
  dns as dnsFindings,
  journeyArn,
  lease,
  mail,
  migrationFile,
  noon,
  plan,
  preflight,
  record,
  source,
  target,
} from '../support/run-documents.ts';
import { bootedBackend } from './booted.ts';

export interface Sent {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/**
 * An account in memory in which run "autumn" holds migration "acme-retool" and has collected everything. What handlers
 * do to it, they do to real documents with real conditions; `did` is the order of everything that others would notice.
 */
export function account() {
  const evidenceBucket = memoryDocuments();
  const staging = memoryDocuments();
  const time = { now: Date.parse(noon) };
  const now = () => time.now;
  const ledgers = s3Ledgers(evidenceBucket, now);
  const evidence = s3Evidence(evidenceBucket);
  /** Effects in order: `ecs scale web 0`, `gate close`. */
  const did: string[] = [];
  /** The ledger as it stood when an effect began. */
  const seen: Ledger[] = [];
  /** Effects that fail, by the beginning of their words. */
  const failures = new Map<string, Error>();
  const ledger = () => evidenceBucket.json(keys.ledger(lease.migration)) as Ledger;
  const act = (what: string) => {
    did.push(what);
    seen.push(ledger());
    for (const [beginning, error] of failures) if (what.startsWith(beginning)) throw error;
  };

  const services: EcsService[] = source().services.map(({ service, desiredCount, taskDefinition }) => ({
    service,
    desiredCount,
    runningCount: desiredCount,
    pendingCount: 0,
    daemon: false,
    taskDefinition,
    alsoRunning: [],
    launchType: 'FARGATE',
    targetGroups: [],
    executeCommand: false,
  }));
  const ecs: Ecs = {
    services: async () => services,
    describe: async (_, names) => services.filter(({ service }) => names.includes(service)),
    taskDefinition: async () => ({ size: { cpuMillis: null, memoryMiB: null }, architecture: null, containers: [] }),
    scale: async (_, service, desiredCount) => {
      act(`ecs scale ${service} ${desiredCount}`);
      const at = services.findIndex((one) => one.service === service);
      services[at] = { ...services[at]!, desiredCount, runningCount: desiredCount };
    },
    stopTasks: async (_, startedBy) => {
      act(`ecs stop ${startedBy}`);
      return 0;
    },
  };

  const deployments = new Map<string, Deployment>(
    target().deployments.map((of) => [
      of.name,
      { ...of, namespace: 'retool', environment: new Map(), environmentFrom: [] },
    ]),
  );
  const app: Application = {
    deployments: async () => [...deployments.values()],
    environment: async ({ environment }) => ({ environment, sources: [] }),
    secret: async () => null,
    ingress: async () => target().ingress!,
    pods: async () => [],
    scale: async (name, replicas) => {
      act(`scale ${name} ${replicas}`);
      deployments.set(name, { ...deployments.get(name)!, replicas });
    },
    quotas: async () => [],
    closeGate: async () => act('gate close'),
    openGate: async (_, { service, port }: Backend) => act(`gate open to ${service}:${port}`),
  };
  const jobs: RestoreJobs = {
    create: async ({ name }) => act(`job create ${name}`),
    remove: async (run) => {
      act(`job remove ${run}`);
      return 1;
    },
  };

  let zone: RecordSet[] = [record()];
  const dns: Dns = {
    zone: async () => ({ name: 'acme.example.com', nameServers: ['ns1.invalid'], private: false }),
    zonesFrom: async () => [{ hostedZoneId: 'Z0ACME', name: 'acme.example.com', private: false }],
    records: async () => zone,
    change: async (_, changes: readonly RecordChange[]) => {
      act(`dns ${changes.map(({ action, record: set }) => `${action} ${set.type} ${set.values}`).join(', ')}`);
      const gone = changes.filter(({ action }) => action === 'DELETE').map(({ record: set }) => set.type);
      const put = changes.filter(({ action }) => action !== 'DELETE').map(({ record: set }) => set);
      const types = put.map(({ type }) => type);
      zone = [...zone.filter(({ type }) => !gone.includes(type) && !types.includes(type)), ...put];
      return 'C1';
    },
    inSync: async () => true,
  };

  const loadBalancers: LoadBalancers = { named: async () => ({ found: [], problems: [] }) };

  const running = new Map<string, Execution['status']>([[journeyArn, 'RUNNING']]);
  const answers: { token: string; output: unknown }[] = [];
  const starts: { machine: string; name: string; input: unknown }[] = [];
  const executions: Executions = {
    async describe(arn) {
      const status = running.get(arn);
      if (!status) return null;
      const [startDate, stopDate] = [new Date(noon), status === 'RUNNING' ? null : new Date(noon)];
      return { arn, machine: arn.split(':').at(-2) ?? '', status, startDate, stopDate, error: null, cause: null };
    },
    history: async () => [],
    async start(machine, name, input) {
      const arn = `${machine.replace(':stateMachine:', ':execution:')}:${name}`;
      if (!running.has(arn)) starts.push({ machine, name, input });
      running.set(arn, 'RUNNING');
      return arn;
    },
    async answer(token, output) {
      act('callback answer');
      answers.push({ token, output });
      return true;
    },
  };

  /** Encrypted, as far as a test can tell: what is stored does not contain the token. */
  const tokens: Tokens = {
    seal: async (approval, token) => Buffer.from(`${approval} ${token}`).toString('base64'),
    open: async (approval, sealed) => {
      const [of, token] = Buffer.from(sealed, 'base64').toString().split(' ');
      if (of !== approval) throw new WorkflowError('ServiceUnavailable', 'the context is of another approval');
      return token ?? '';
    },
  };
  const outbox: Sent[] = [];
  const secrets: Secrets = {
    arnOf: async (name) => `arn:secret:${name}`,
    text: async (id) => `text of ${id}`,
    // Port 1 of this machine: nobody listens there.
    login: async () => ({ username: 'passage', password: 'hush', host: '127.0.0.1', port: 1 }),
    write: async (name) => {
      act(`secret write ${name}`);
      return `arn:secret:${name}`;
    },
    forget: async (name) => act(`secret forget ${name}`),
  };
  const secretValues: SecretValues = { read: async (valueFrom) => ({ value: `value of ${valueFrom}` }) };
  const survey = async (): Promise<Survey> => ({
    version: 'v1.33.5',
    apiGroups: ['apps'],
    deployments: { application: [...deployments.values()], others: [], requested: { cpuMillis: 0, memoryMiB: 0 } },
    nodes: [],
    autoMode: false,
    managedAddOns: [],
  });
  /** Every name server says what the zone says. */
  const ask = async (servers: readonly string[]) =>
    servers.map((server) => ({ server, answer: zone.flatMap(({ values }) => values) }));

  return {
    documents: evidenceBucket,
    staging,
    time,
    now,
    ledgers,
    evidence,
    measurements: s3Measurements(evidenceBucket),
    approvals: s3Approvals(evidenceBucket),
    ecs,
    services,
    deployments,
    application: () => app,
    survey,
    resolvers: [] as readonly string[],
    ask,
    secretValues,
    scaling: { of: async () => new Map() } satisfies ServiceScaling,
    servers: { at: async () => ({ server: null, problems: [] }) } satisfies DatabaseServers,
    fingerprintKey: 'fingerprint-key',
    jobs: () => jobs,
    ...bootedBackend(act),
    dns,
    loadBalancers,
    zone: () => zone,
    executions,
    running,
    answers,
    starts,
    tokens,
    outbox,
    sendMail: async (mail: Sent) => void outbox.push(mail),
    secrets,
    did,
    seen,
    failures,
    ledger,
    /** Puts the ledger as a test wants it. */
    setLedger: (more: Partial<Ledger>) => evidenceBucket.tamper(keys.ledger(lease.migration), { ...ledger(), ...more }),
  };
}
export type Account = ReturnType<typeof account>;

/**
 * The account with run "autumn" under way: lease, configuration and everything collected.
 * @param configured what the migration's file says besides
 */
export function withRun(mode: 'rehearsal' | 'cutover' = 'cutover', configured: object = {}): Account {
  const made = account();
  const configurationDigest = plan().configurationDigest;
  const taking = { run: lease.run, execution: journeyArn, mode, configurationDigest, at: noon };
  made.documents.tamper(keys.ledger(lease.migration), taken(emptyLedger(lease.migration, noon), taking));
  made.documents.tamper(
    keys.configuration(lease.migration, configurationDigest),
    deployed({ ...migrationFile(), ...configured }),
  );
  const closed = (host: string) => ({
    ...(host === 'source' ? source().database : target().database),
    host: '127.0.0.1',
    port: 1,
  });
  const written = {
    plan: plan({ mode }),
    source: source({ database: closed('source') }),
    target: target({ database: closed('target') }),
    dns: dnsFindings(),
    mail: mail(),
    databases: databases(),
    preflight: preflight(),
  };
  for (const [name, value] of Object.entries(written)) made.documents.tamper(keys.document(lease.run, name), value);
  return made;
}

/** A call of a task, as far as one may know who calls. */
export const call = { requestId: 'r', remaining: () => 1000 };

export const refusedBy = (name: string, message: RegExp = /./) =>
  expect.objectContaining({ name, message: expect.stringMatching(message) });
