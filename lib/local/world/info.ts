import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Account } from '../assembly/resource-types.ts';
import type { SampleLogin } from '../sample/database.ts';
import type { SampleSize } from '../sample/size.ts';
import type { Acknowledgement } from '../sample/writer.ts';
import type { Message } from '../ses/ses.ts';
import type { WorldPaths } from './paths.ts';

/** What a command needs to know of a world, and what the lock file tells those who join. */
export interface Facts extends Account {
  /** What `AWS_ENDPOINT_URL` is set to. */
  readonly url: string;
  /** The operator's; allowed everything that no resource policy denies. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** The viewer's: reads what is there, but no secrets. */
  readonly viewer: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** The API servers of the Kubernetes clusters, by name; the certificate of their authority in PEM. */
  readonly clusters: Readonly<Record<string, { readonly url: string; readonly caCertificate: string }>>;
  /** The operator's ARN. */
  readonly principal: string;
  /** Where approval pages are, without a slash at the end. */
  readonly approvalUrl: string;
  /** `127.0.0.1:53124`: the name servers of the account's zones. */
  readonly dns: { readonly server: string };
  /** ARNs of the state machines, by name. */
  readonly machines: Readonly<Record<string, string>>;
  readonly buckets: { readonly evidence: string; readonly staging: string };
  /** Ports on 127.0.0.1, by hostname. */
  readonly loadBalancers: Readonly<Record<string, number>>;
  /** The folder of migrations that is deployed, when it is not the checkout's own. */
  readonly migrations: string | undefined;
  readonly size: SampleSize | undefined;
  /** The sample's two: the application's login on the source, the master's on the target. */
  readonly databases: { readonly source: SampleLogin; readonly target: SampleLogin } | undefined;
}

export interface WorldInfo extends Facts {
  readonly paths: WorldPaths;
  /** Where port 443 of a load balancer's hostname is on this machine; throws for any other name. */
  addressOf(hostname: string): { readonly host: string; readonly port: number };
  /** The processes that stand for containers at this moment. */
  processes(): readonly { readonly name: string; readonly pid: number }[];
  /** Every mail that was sent, the oldest first; one entry a recipient. */
  outbox(): Promise<readonly DeliveredMail[]>;
  /** What the sample's user was told is stored, in order; empty without the sample. */
  acknowledged(): readonly Acknowledgement[];
}

export interface DeliveredMail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string | undefined;
  /** ISO 8601 */
  readonly sent: string;
}

export function informed(facts: Facts, paths: WorldPaths): WorldInfo {
  return {
    ...facts,
    paths,
    addressOf(hostname) {
      const port = facts.loadBalancers[hostname.toLowerCase().replace(/\.$/, '')];
      if (port === undefined) throw new Error(`${hostname} is no load balancer of the simulated account.`);
      return { host: '127.0.0.1', port };
    },
    processes: () => jsonFiles(paths.processes).map((file) => readJson<{ name: string; pid: number }>(file)),
    outbox: async () => readOutbox(paths.outbox),
    acknowledged: () => readLines<Acknowledgement>(paths.journal),
  };
}

function readOutbox(directory: string): DeliveredMail[] {
  return jsonFiles(directory)
    .map((file) => readJson<Message>(file))
    .flatMap(({ to, subject, text = '', html, sent }) =>
      to.map((recipient) => ({ to: recipient, subject, text, html, sent })),
    );
}

/** By name; those that are still being written have a dot in front. */
function jsonFiles(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => /^\d.*\.json$/.test(name))
    .sort()
    .map((name) => join(directory, name));
}

const readJson = <T>(file: string): T => JSON.parse(readFileSync(file, 'utf8')) as T;

function readLines<T>(file: string): T[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as T);
}
