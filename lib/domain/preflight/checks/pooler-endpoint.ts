import { blocker, type Check, info, pass } from '../check.ts';

/** RDS Proxy, and the names and ports that poolers have by custom. */
const isPooler = ({ host, port }: { host: string; port: number }): boolean =>
  /\.proxy-[a-z0-9]+\.|(^|[.-])(pooler|pgbouncer)[.-]/i.test(host) || port === 6432 || port === 6543;

/** A session that was proved to be PostgreSQL's own is needed by Passage only; its absence has stopped the run before. */
export const check: Check = {
  id: 'pooler-endpoint',
  title: 'Passage talks to the databases themselves, not to a pooler',
  about: 'copy',
  needsDatabases: true,
  look({ source, target }) {
    const at = ({ host, port }: { host: string; port: number }) => `${host}:${port}`;
    const addresses = [source.database, target.database].flatMap((each) => each ?? []);
    const own = addresses.filter(isPooler);
    if (own.length > 0) {
      return blocker(
        `${own.map(at).join(' and ')} looks like a pooler.`,
        "Name the database's own endpoint in the login's secret; the application may keep its pooler.",
      );
    }
    const applications = [source.applicationDatabase, target.applicationDatabase].flatMap((each) =>
      each && isPooler(each) ? [at(each)] : [],
    );
    if (applications.length > 0) {
      return info(
        `The application goes through ${applications.join(' and ')}.`,
        'PgBouncer needs ignore_startup_parameters = statement_timeout for Retool; its sessions end with the fence, too.',
      );
    }
    return pass(`${addresses.map(at).join(' and ')}.`);
  },
};
