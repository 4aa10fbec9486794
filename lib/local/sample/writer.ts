import { Resolver } from 'node:dns/promises';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import type { Clock } from '../clock.ts';

interface WriterOptions {
  /** The name that users know the application by: `retool.acme.example`. */
  readonly name: string;
  /** The DNS server to ask: `127.0.0.1:53124`. */
  readonly resolver: string;
  /** Where port 80 of the host at the end of the CNAMEs really is; throws when it knows no such host. */
  readonly addressOf: (hostname: string) => { readonly host: string; readonly port: number };
  /** JSON lines of what was acknowledged; a writer that starts again goes on after the last of them. */
  readonly journal: string;
  /** Between two events, and between two attempts of one, in milliseconds of the clock. */
  readonly everyMs: number;
  readonly clock: Clock;
  /** Stored with each event, to tell writers apart; default `sample`. */
  readonly writer?: string;
}

/** An event that the application said it has stored. */
export interface Acknowledgement {
  readonly number: number;
  /** ISO 8601. */
  readonly at: string;
  /** Which side stored it, as the application says. */
  readonly side: string;
}

interface Writer {
  acknowledged(): readonly Acknowledgement[];
  /** Attempts that failed, by what happened: a status (`503`) or an error code (`ECONNREFUSED`, `ENOTFOUND`). */
  failures(): Readonly<Record<string, number>>;
  /** Resolves when the last attempt has ended. */
  stop(): Promise<void>;
}

const TIMEOUT_MS = 5_000;
/** A chain of CNAMEs longer than this is a loop. */
const LONGEST_CHAIN = 8;

/** Writes numbered events for ever, as a user's browser would: by name, one after another, each until it is acknowledged. */
export function startWriter(options: WriterOptions): Writer {
  const { clock, journal, everyMs } = options;
  const acknowledged = readJournal(journal);
  const failures = new Map<string, number>();
  const stopping = new AbortController();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: 1 });
  resolver.setServers([options.resolver]);

  const run = async () => {
    for (let number = (acknowledged.at(-1)?.number ?? 0) + 1; !stopping.signal.aborted; ) {
      try {
        const target = options.addressOf(await hostOf(resolver, options.name));
        const side = await post(agent, target, options.name, { writer: options.writer ?? 'sample', number });
        const acknowledgement = { number, at: new Date(clock.now()).toISOString(), side };
        appendFileSync(journal, `${JSON.stringify(acknowledgement)}\n`);
        acknowledged.push(acknowledgement);
        number += 1;
      } catch (error) {
        const what = String((error as NodeJS.ErrnoException).code ?? (error as Error).message);
        failures.set(what, (failures.get(what) ?? 0) + 1);
      }
      await clock.sleep(everyMs, stopping.signal).catch(() => undefined);
    }
  };
  const ended = run();
  return {
    acknowledged: () => acknowledged,
    failures: () => Object.fromEntries(failures),
    async stop() {
      stopping.abort();
      await ended;
      agent.destroy();
    },
  };
}

/** The name at the end of the CNAMEs, once it is known to have an address. */
async function hostOf(resolver: Resolver, name: string): Promise<string> {
  let host = name;
  for (let length = 0; length < LONGEST_CHAIN; length += 1) {
    const next = await resolver.resolveCname(host).catch((error: NodeJS.ErrnoException) => {
      // No alias: the end of the chain. A load balancer's name has none either.
      if (error.code === 'ENODATA') return [];
      throw error;
    });
    if (!next[0]) break;
    host = next[0];
  }
  await resolver.resolve4(host);
  return host;
}

/** @returns the side that stored the event; throws when it was not said to be stored. */
function post(
  agent: Agent,
  target: { readonly host: string; readonly port: number },
  name: string,
  event: { readonly writer: string; readonly number: number },
): Promise<string> {
  const body = JSON.stringify(event);
  const headers = { host: name, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const sent = request({ ...target, agent, method: 'POST', path: '/api/events', headers, timeout: TIMEOUT_MS });
    sent.once('timeout', () => sent.destroy(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })));
    sent.once('error', reject);
    sent.once('response', async (response) => {
      try {
        const text = (await response.toArray()).join('');
        if (response.statusCode !== 201) throw Object.assign(new Error('not stored'), { code: response.statusCode });
        resolve(String((JSON.parse(text) as { side?: unknown }).side));
      } catch (error) {
        reject(error);
      }
    });
    sent.end(body);
  });
}

function readJournal(file: string): Acknowledgement[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Acknowledgement);
}
