import { lookup, Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';

/** Asks one DNS server. */
export interface Answers {
  readonly server: string;
  /** CNAME targets, or addresses where the name has no CNAME; empty when it does not exist. */
  readonly answer: string[];
}

const silent = new Set(['ENOTFOUND', 'ENODATA', 'ETIMEOUT', 'ECONNREFUSED', 'ESERVFAIL', 'EREFUSED', 'EAI_AGAIN']);

/** Addresses as `Resolver.setServers` takes them; a host name is looked up first, and keeps its port. */
async function addresses(server: string): Promise<string[]> {
  const port = /:\d+$/.exec(server)?.[0] ?? '';
  const host = server.slice(0, server.length - port.length);
  if (isIP(server) || isIP(host)) return [server];
  return (await lookup(host, { family: 4, all: true })).map(({ address }) => `${address}${port}`);
}

/** Asks every server by itself for the name; a server that does not answer gives an empty answer. */
export async function ask(servers: readonly string[], name: string): Promise<Answers[]> {
  return Promise.all(
    servers.map(async (server) => {
      const resolver = new Resolver({ timeout: 2000, tries: 2 });
      try {
        resolver.setServers(await addresses(server));
        const cname = await resolver.resolveCname(name).catch(quiet);
        const answer = cname.length > 0 ? cname : await resolver.resolve4(name).catch(quiet);
        return { server, answer };
      } catch (error) {
        quiet(error);
        return { server, answer: [] };
      }
    }),
  );
}

/** No chain of aliases that anybody uses is longer. */
const LONGEST_CHAIN = 5;

/** The names to which a name leads, one CNAME after another; none of an address, and where no server answers. */
export async function aliasesOf(host: string, servers: readonly string[] = []): Promise<string[]> {
  if (isIP(host)) return [];
  const resolver = new Resolver({ timeout: 2000, tries: 1 });
  if (servers.length > 0) resolver.setServers([...servers]);
  const names: string[] = [];
  while (names.length < LONGEST_CHAIN) {
    const [next] = await resolver.resolveCname(names.at(-1) ?? host).catch(quiet);
    if (next === undefined) break;
    names.push(next);
  }
  return names;
}

function quiet(error: unknown): string[] {
  const code = (error as { code?: string }).code ?? '';
  if (silent.has(code)) return [];
  throw error;
}
